"""REST and the page, a module for each resource."""
