"""Telling those whom a released bulletin concerns, gathering receipts, and erasing after a shutdown's last day."""

from verify.flows.bulletins.telling import settle, tell
from verify.flows.bulletins.winding_up import erase

__all__ = ["erase", "settle", "tell"]
