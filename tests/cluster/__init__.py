"""Several real processes on one PostgreSQL database, and everything that can go wrong with them."""
