"""Bulletins: telling many people at once of an incident, a shutdown or a merger (policy 4.3, 5.3, 6.9)."""
