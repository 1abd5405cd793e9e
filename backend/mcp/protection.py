"""Where codes and tokens may be sent."""

from ipaddress import ip_address

import httpx2

from backend.mcp.failures import LoginFailed


def check_protected(url: httpx2.URL, server: httpx2.URL) -> None:
    """Raises `LoginFailed` for an address that codes and tokens would go to in clear text, and for one
    on this machine that a server elsewhere names: what it has to do with that is nothing good."""
    if url.scheme == "https" or (
        url.scheme == "http" and is_loopback(url.host) and is_loopback(server.host)
    ):
        return
    if url.scheme == "http" and origin_of(url) == origin_of(server):
        return  # Whoever wrote this address into the configuration has decided on that.
    raise LoginFailed(f"Its login leads to {url.scheme}://{url.host}, which is not encrypted.")


def origin_of(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
