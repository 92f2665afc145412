"""A cloud company's sign-up in small: it sells a server to whoever's real name is verified, and to nobody else."""
