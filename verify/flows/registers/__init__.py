"""What a handler must be able to show of others: authorities that asked, and processors that act for us."""
