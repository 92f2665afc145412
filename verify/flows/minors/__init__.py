"""People under 18 and their guardians (policy 7; PIPL 31)."""
