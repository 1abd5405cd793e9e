"""Who answers a run. A module or package here that has `create_upstream` is an upstream."""
