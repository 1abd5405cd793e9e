"""The origin of an address: what a browser, and we, take for one server."""

from urllib.parse import urlsplit


def origin_of(url: str) -> str | None:
    """Returns the scheme, host and port of an address; None for what is none of the web."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
