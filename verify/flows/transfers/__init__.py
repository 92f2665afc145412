"""Micro-transfers: opening a challenge, carrying orders out, settling what became of them, and the ledger."""
