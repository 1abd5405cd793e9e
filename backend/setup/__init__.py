"""Who answers now, what is missing for that, and what `/setup` shows of it."""
