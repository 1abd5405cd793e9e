"""The program inside the sandbox. It imports the standard library and the sandbox's packages only.

The server imports no module of it but `frames`, the protocol between the two.
"""
