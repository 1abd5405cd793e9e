"""What runs inside the sandbox: the standard library and the sandbox's packages, nothing of ours.

The server shares `frames` alone, which is how the two sides speak.
"""
