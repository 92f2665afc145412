"""Vendors behind one contract (``base``), the sandbox that stands in for them, and who loads them."""
