"""The limit side: the least Flask and SQLAlchemy that executes the statements of a request, and nothing else."""
