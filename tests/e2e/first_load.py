"""What a browser loads before it can show anything: the scripts and style sheets of the document."""

import gzip
import re
from pathlib import Path

from backend.http.page import STATIC, ZIPPED
from tests.e2e.chromium import built_page

MOST_BYTES = 90_000
"""Of all of it together, as it is sent. What few chats need is loaded later."""

LOADED = re.compile(r'<(?:script|link)\b[^>]*?\b(?:src|href)="\./([^"]+\.(?:js|css))"')


def first_load(static: Path = STATIC) -> dict[str, int]:
    """The bytes of each file that `index.html` loads, as the server sends it."""
    built_page(static)
    document = (static / "index.html").read_text()
    sent = {name: (static / name).read_bytes() for name in LOADED.findall(document)}
    return {name: len(gzip.compress(body, ZIPPED)) for name, body in sent.items()}
