"""What is due: reading back open attempts, ending what time ends."""
