"""What people do to records: check, correct, key in, sign off; and what is counted of it."""
