"""Telling an authorization server that tokens are not used any more, where it takes that: RFC 7009."""

import base64
import logging
from typing import Final
from urllib.parse import quote

import httpx2

from backend.mcp.bounded import bounded_client
from backend.mcp.failures import LoginFailed
from backend.mcp.login_files import Login
from backend.mcp.protection import check_protected

_TIMEOUT: Final = httpx2.Timeout(10.0)
_TOKENS: Final = ("refresh_token", "access_token")
"""The first one often takes the other with it."""

log = logging.getLogger(__name__)


async def revoke(login: Login) -> None:
    """Best effort: nothing here depends on what comes of it."""
    endpoint = (login.authorization_server or {}).get("revocation_endpoint")
    if not isinstance(endpoint, str):
        return
    try:
        address = httpx2.URL(endpoint)
        check_protected(address, httpx2.URL(login.url))
        headers, fields = _client(login)
        async with bounded_client(headers, _TIMEOUT) as http:
            for kind in _TOKENS:
                if token := login.tokens.get(kind):
                    data = {"token": token, "token_type_hint": kind, **fields}
                    answer = await http.post(address, data=data)
                    answer.raise_for_status()
    except httpx2.HTTPStatusError as error:
        _told(login, f"it answered {error.response.status_code}")
    except (httpx2.HTTPError, httpx2.InvalidURL, LoginFailed) as error:
        _told(login, type(error).__name__)


def _client(login: Login) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the header and the fields that say who we are, as at the token endpoint."""
    id, secret = str(login.client.get("client_id", "")), login.client.get("client_secret")
    method = login.client.get("token_endpoint_auth_method")
    if not secret or method == "none":
        return {}, {"client_id": id}
    if method == "client_secret_post":
        return {}, {"client_id": id, "client_secret": secret}
    pair = base64.b64encode(f"{quote(id, '')}:{quote(secret, '')}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}, {}


def _told(login: Login, why: str) -> None:
    log.warning("The tokens of the MCP server %s are not revoked: %s.", login.name, why)
