"""Settings: where they come from, how `.env` is written, and what must not be shown of them."""
