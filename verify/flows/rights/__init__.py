"""The rights desk: requests of people about their own data, with due dates in working days (policy 6)."""
