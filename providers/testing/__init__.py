"""For tests: a pytest plugin, false identities, and the cases every adapter must pass."""
