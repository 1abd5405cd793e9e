"""A server that wants a login: the SDK's authorization server in front of a tool, without a person."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from mcp.server.auth.provider import (
    AccessToken,
    AuthorizationCode,
    AuthorizationParams,
    OAuthAuthorizationServerProvider,
    RefreshToken,
    construct_redirect_uri,
)
from mcp.server.auth.settings import AuthSettings, ClientRegistrationOptions, RevocationOptions
from mcp.server.mcpserver import MCPServer
from mcp.shared.auth import OAuthClientInformationFull, OAuthToken
from mcp_types import ToolAnnotations
from pydantic import AnyHttpUrl
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.ports import free_port
from tests.serving import serve

Provider = OAuthAuthorizationServerProvider[AuthorizationCode, RefreshToken, AccessToken]


@dataclass
class Issuer(Provider):
    """Keeps in memory what it gave out."""

    lifetime_s: int = 3600
    declines: bool = False
    clients: dict[str, OAuthClientInformationFull] = field(default_factory=dict)
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)
    renewals: dict[str, RefreshToken] = field(default_factory=dict)
    revoked: list[str] = field(default_factory=list)
    revokes: asyncio.Event = field(default_factory=asyncio.Event)
    """Until it is set, whoever revokes a token gets no answer."""

    async def get_client(self, client_id: str) -> OAuthClientInformationFull | None:
        return self.clients.get(client_id)

    async def register_client(self, client_info: OAuthClientInformationFull) -> None:
        self.clients[client_info.client_id] = client_info

    async def authorize(
        self, client: OAuthClientInformationFull, params: AuthorizationParams
    ) -> str:
        back = str(params.redirect_uri)
        if self.declines:
            return construct_redirect_uri(back, error="access_denied", state=params.state)
        code = "code-" + secrets.token_hex(16)
        self.codes[code] = AuthorizationCode(
            code=code,
            scopes=params.scopes or [],
            expires_at=time.time() + 60,
            client_id=client.client_id,
            code_challenge=params.code_challenge,
            redirect_uri=params.redirect_uri,
            redirect_uri_provided_explicitly=params.redirect_uri_provided_explicitly,
            resource=params.resource,
        )
        return construct_redirect_uri(back, code=code, state=params.state)

    async def load_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: str
    ) -> AuthorizationCode | None:
        return self.codes.get(authorization_code)

    async def exchange_authorization_code(
        self, client: OAuthClientInformationFull, authorization_code: AuthorizationCode
    ) -> OAuthToken:
        del self.codes[authorization_code.code]
        return self._token(client.client_id, authorization_code.scopes)

    async def load_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: str
    ) -> RefreshToken | None:
        return self.renewals.get(refresh_token)

    async def exchange_refresh_token(
        self, client: OAuthClientInformationFull, refresh_token: RefreshToken, scopes: list[str]
    ) -> OAuthToken:
        del self.renewals[refresh_token.token]
        return self._token(client.client_id, scopes)

    async def load_access_token(self, token: str) -> AccessToken | None:
        return self.tokens.get(token)

    async def revoke_token(self, token: AccessToken | RefreshToken) -> None:
        await self.revokes.wait()
        self.revoked.append(token.token)
        self.tokens.pop(token.token, None)
        self.renewals.pop(token.token, None)

    def _token(self, client_id: str, scopes: list[str]) -> OAuthToken:
        access, renewal = "access-" + secrets.token_hex(16), "renewal-" + secrets.token_hex(16)
        self.tokens[access] = AccessToken(token=access, client_id=client_id, scopes=scopes)
        self.renewals[renewal] = RefreshToken(token=renewal, client_id=client_id, scopes=scopes)
        return OAuthToken(
            access_token=access,
            refresh_token=renewal,
            expires_in=self.lifetime_s,
            scope=" ".join(scopes),
        )


@dataclass
class Guarded:
    url: str
    issuer: Issuer
    requests: list[tuple[str, str, str]]
    """Method, path and Authorization header of each."""
    leads_to: list[str] = field(default_factory=list)
    """Where it redirects to from now on."""


@asynccontextmanager
async def guarded(issuer: Issuer | None = None) -> AsyncIterator[Guarded]:
    issuer = issuer or Issuer()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    server = MCPServer(
        "guarded",
        auth_server_provider=issuer,
        auth=AuthSettings(
            issuer_url=AnyHttpUrl(base),
            resource_server_url=AnyHttpUrl(f"{base}/mcp"),
            validate_token_resource=False,
            client_registration_options=ClientRegistrationOptions(enabled=True),
            revocation_options=RevocationOptions(enabled=True),
        ),
    )

    @server.tool(annotations=ToolAnnotations(read_only_hint=True))
    def secret() -> str:
        """Tell the secret."""
        return "The cake is in the oven."

    shown = Guarded(f"{base}/mcp", issuer, [])
    app = _watched(server.streamable_http_app(), shown)
    async with serve(app, lifespan="on", port=port):
        yield shown


def _watched(app: ASGIApp, shown: Guarded) -> ASGIApp:
    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers: dict[bytes, Any] = dict(scope["headers"])
            sent = headers.get(b"authorization", b"").decode()
            shown.requests.append((scope["method"], scope["path"], sent))
            if shown.leads_to and scope["path"] == "/mcp":
                await RedirectResponse(shown.leads_to[-1], 307)(scope, receive, send)
                return
        await app(scope, receive, send)

    return watched
