"""Python in a sandbox on this machine."""
