"""A login step by step: discovery, registration, the visitor's own part, and the tokens."""

import re
from collections.abc import Awaitable, Callable
from typing import Final

import httpx2
from mcp.client.auth import OAuthFlowError, OAuthRegistrationError
from mcp.shared.auth import AuthorizationCodeResult
from mcp_types import LATEST_PROTOCOL_VERSION
from pydantic import ValidationError
from pydantic_core import from_json

from backend.mcp.bounded import bounded_client
from backend.mcp.failures import LoginFailed
from backend.mcp.login_files import LoginFiles
from backend.mcp.oauth import Storage, WayBack, client_of, provider_of
from backend.mcp.protection import check_protected
from backend.mcp.server_auth import Challenge
from backend.mcp.server_config import HttpServer

_TIMEOUT: Final = httpx2.Timeout(20.0)
_CODE: Final = re.compile(r"[a-z_]{1,60}")
_PARAMETERS: Final = re.compile(r"\?\S*")
"""Of an address."""


async def log_in(
    name: str,
    server: HttpServer,
    files: LoginFiles,
    challenge: Challenge,
    back: WayBack,
    show: Callable[[str], Awaitable[None]],
    answer: Callable[[], Awaitable[AuthorizationCodeResult]],
) -> None:
    """Discover, register, have the visitor log in, and keep the tokens. `show` gets the address that
    the visitor is to open, and `answer` waits for what comes back. Raises `LoginFailed`."""
    url = httpx2.URL(server.url)

    async def show_checked(address: str) -> None:
        check_protected(httpx2.URL(address), url)
        await show(address)

    storage = Storage(name, server.url, files)
    storage.client = client_of(server, files.find(name, server.url), back)
    provider = provider_of(storage, server.url, back)
    provider.context.redirect_handler = show_checked
    provider.context.callback_handler = answer
    request = httpx2.Request("POST", url, headers={"MCP-Protocol-Version": LATEST_PROTOCOL_VERSION})
    response = httpx2.Response(
        401, headers={"WWW-Authenticate": challenge.header()}, request=request
    )
    flow = provider.async_auth_flow(request)
    refused: httpx2.Response | None = None
    try:
        async with bounded_client({}, _TIMEOUT) as http:
            await flow.__anext__()
            while (outgoing := await flow.asend(response)) is not request:
                check_protected(outgoing.url, url)
                response = await http.send(outgoing)
                if outgoing.method == "POST" and response.status_code >= 400:
                    refused = response
    except httpx2.HTTPError as error:
        raise LoginFailed(
            f"The authorization server cannot be reached: {type(error).__name__}."
        ) from None
    except (OAuthFlowError, ValidationError) as error:
        raise LoginFailed(_sentence(error, refused)) from None
    finally:
        await flow.aclose()


def _sentence(error: Exception, refused: httpx2.Response | None) -> str:
    """Returns why a login failed, without what the authorization server wrote: it may hold the code."""
    if refused is not None:
        try:
            code = from_json(refused.content).get("error")
        except (ValueError, AttributeError):
            code = None
        told = f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
        host = refused.request.url.host
        if isinstance(error, OAuthRegistrationError):
            return (
                f"It offers no login that works from here: {host} answered {refused.status_code}"
                f"{told} to our registration. Write a token into its headers, or the client_id that "
                'you have there into "oauth".'
            )
        return f"{host} answered {refused.status_code}{told} to the login."
    if isinstance(error, ValidationError):
        return "The authorization server's answer is not one of the protocol."
    return f"The login was refused here: {_PARAMETERS.sub('', str(error))[:300]}."
