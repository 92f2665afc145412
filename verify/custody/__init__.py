"""Custody of the keyring: processes follow it, and its keys are rotated, retired and destroyed."""
