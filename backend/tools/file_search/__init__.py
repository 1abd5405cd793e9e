"""File search that runs here, for upstreams without one of their own."""
