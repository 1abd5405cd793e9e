"""Where the tests find what is not code."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The checkout."""

STREAMS = ROOT / "tests" / "streams"
"""Streams of upstreams that the project wrote itself, from the SDK's types."""

SHARED = ROOT.parent / "shared"
"""Recordings and small inputs from elsewhere. The folder may be missing."""
