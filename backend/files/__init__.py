"""Uploaded and generated files: their bytes, their limits, and how they arrive."""
