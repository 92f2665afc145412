"""Keys, sealing, blind indexes and keyed digests. Every byte format here outlives the code that writes it."""
