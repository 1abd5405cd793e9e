"""How long a test waits for what has to come."""

PATIENCE_S = 120.0
"""Only a test that fails waits so long, so no machine is too slow for one that passes."""
