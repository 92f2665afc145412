"""The record seen from outside: comparing it with its signed checkpoints, exporting it, proving parts of it."""
