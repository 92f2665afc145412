"""Staff: what each role may do, who they are, and the record of what they did."""
