"""Where `get_weather` gets its reports."""
