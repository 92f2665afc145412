"""What a verification is and how it moves: tables, steps, decisions. Knows nothing of HTTP."""
