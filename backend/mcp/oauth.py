"""The SDK's OAuth flow, with its tokens in our files. It is driven with requests by `server_auth`, and
with a server's challenge by `login_flow`.

https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization

The SDK's own flow asks its user in the middle of a request. Here a request that wants a login ends;
the login is made later, from `/setup`, out of the challenge that the server answered with.
"""

import logging
from dataclasses import dataclass
from typing import Any

import httpx2
from mcp.client.auth import OAuthClientProvider
from mcp.client.auth.oauth2 import OAuthContext
from mcp.shared.auth import (
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthMetadata,
    OAuthToken,
    ProtectedResourceMetadata,
)
from pydantic import AnyUrl, BaseModel, ValidationError

from backend import PRODUCT
from backend.domain.errors import SettingsFileError, StoreUnavailable
from backend.mcp.login_files import Login, LoginFiles
from backend.mcp.protection import is_loopback
from backend.mcp.server_config import HttpServer

log = logging.getLogger(__name__)

# What it logs quotes answers that hold codes and tokens. Failures are told as `LoginFailed`.
logging.getLogger("mcp.client.auth").setLevel(logging.CRITICAL + 1)
logging.getLogger("mcp.client.auth.oauth2").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class WayBack:
    """Where the authorization server sends the visitor back to, and finds what we are."""

    redirect_uri: str
    metadata_url: str | None
    """The address of our client id metadata document, where that can be had from outside."""


class Storage:
    """The SDK's `TokenStorage`: writes all that a renewal needs, whenever there are tokens."""

    context: OAuthContext

    def __init__(self, name: str, url: str, files: LoginFiles) -> None:
        self._name = name
        self._url = url
        self._files = files
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens
        login = Login(
            self._name,
            self._url,
            tokens.model_dump(mode="json", exclude_none=True),
            self.context.token_expiry_time,
            _json(self.context.client_info) or {},
            _json(self.context.oauth_metadata),
            _json(self.context.protected_resource_metadata),
        )
        try:
            await self._files.write(login)
        except (SettingsFileError, StoreUnavailable) as error:
            log.warning("The login to the MCP server %s is not kept: %s", self._name, error)

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


def provider_of(storage: Storage, url: str, back: WayBack) -> OAuthClientProvider:
    provider = OAuthClientProvider(
        url, client_metadata(back), storage, client_metadata_url=back.metadata_url
    )
    storage.context = provider.context
    return provider


def client_metadata(back: WayBack) -> OAuthClientMetadata:
    host = httpx2.URL(back.redirect_uri).host
    return OAuthClientMetadata(
        client_name=PRODUCT,
        redirect_uris=[AnyUrl(back.redirect_uri)],
        grant_types=["authorization_code", "refresh_token"],
        response_types=["code"],
        application_type="native" if is_loopback(host) else "web",
    )


def restore(storage: Storage, login: Login) -> None:
    """Go on with a stored login. Its authorization server belongs to it: the SDK would otherwise
    send the refresh token to the server itself."""
    if login.authorization_server is None:
        return
    try:
        tokens = OAuthToken.model_validate(login.tokens)
        client = OAuthClientInformationFull.model_validate(login.client)
        server = OAuthMetadata.model_validate(login.authorization_server)
        resource = (
            ProtectedResourceMetadata.model_validate(login.resource) if login.resource else None
        )
    except ValidationError:
        log.warning("The login to the MCP server %s is damaged. Log in again.", login.name)
        return
    storage.tokens, storage.client = tokens, client
    storage.context.oauth_metadata = server
    storage.context.protected_resource_metadata = resource
    storage.context.token_expiry_time = login.expires_at


def client_of(
    server: HttpServer, before: Login | None, back: WayBack
) -> OAuthClientInformationFull | None:
    """Returns what the configuration says we are, else what we were at the last login."""
    if server.client is not None:
        return OAuthClientInformationFull(
            client_id=server.client.id,
            client_secret=server.client.secret,
            redirect_uris=[AnyUrl(back.redirect_uri)],
            token_endpoint_auth_method="client_secret_basic" if server.client.secret else "none",
        )
    if before is None or back.redirect_uri not in before.client.get("redirect_uris", ()):
        return None
    try:
        return OAuthClientInformationFull.model_validate(before.client)
    except ValidationError:
        return None


def _json(model: BaseModel | None) -> dict[str, Any] | None:
    return None if model is None else model.model_dump(mode="json", exclude_none=True)
