"""A client of the REST API that waits as long as a test does, and goes past any proxy."""

import ssl
from typing import Any

import httpx2

from tests.patience import PATIENCE_S

_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate, for servers without: to read all that there are takes 40 ms a client."""


def rest(url: str | httpx2.URL = "", **options: Any) -> httpx2.AsyncClient:
    """`options` are those of `httpx2.AsyncClient`."""
    return httpx2.AsyncClient(
        base_url=url, timeout=PATIENCE_S, trust_env=False, verify=_NOBODY, **options
    )
