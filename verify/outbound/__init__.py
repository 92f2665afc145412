"""Calls to URLs that applications chose: checked, resolved once, and connected to that very address."""

from verify.outbound.post import Outbound, Reply
from verify.outbound.refusals import NotDelivered

__all__ = ["NotDelivered", "Outbound", "Reply"]
