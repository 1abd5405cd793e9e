"""The code interpreter: Python in a sandbox on this machine."""
