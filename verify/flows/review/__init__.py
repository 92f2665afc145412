"""Review: what people decide about a verification, alone or with a second person."""
