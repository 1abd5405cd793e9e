"""Logging in to MCP servers: where to go, where the visitor comes back to, and out again.

https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization
"""

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from backend import PRODUCT
from backend.domain.errors import AppError, NotFound
from backend.http.framework.api import endpoint
from backend.http.mcp_models import McpLoginBegun
from backend.http.security.access import MCP_CLIENT_PATH
from backend.http.security.root_path import own_address
from backend.mcp.failures import LoginFailed
from backend.mcp.logins import Logins, Visitor
from backend.mcp.servers import McpServers

CALLBACK_PATH = "/api/mcp/callback"


class McpLoginFailed(AppError):
    code = "mcp_login_failed"
    status = 502


class McpLoginUnknown(AppError):
    code = "mcp_login_unknown"
    status = 400


class McpLoginApi:
    def __init__(self, servers: McpServers, logins: Logins) -> None:
        self._servers = servers
        self._logins = logins

    @endpoint(
        "POST",
        "/api/mcp/servers/{name}/login",
        "Begin to log in to an MCP server",
        errors=(NotFound, McpLoginFailed),
    )
    async def log_in_to_server(self, name: str, request: Request) -> McpLoginBegun:
        """Open the address in the same browser: nobody else can complete the login."""
        connection = self._servers.connection(name)
        base = own_address(request)
        document = base + MCP_CLIENT_PATH if base.startswith("https://") else None
        try:
            address = await self._logins.begin(
                connection, base + CALLBACK_PATH, document, _visitor(request)
            )
        except LoginFailed as failed:
            raise McpLoginFailed(str(failed)) from None
        return McpLoginBegun(address=address)

    @endpoint(
        "POST",
        "/api/mcp/servers/{name}/logout",
        "Log out of an MCP server",
        errors=(NotFound,),
    )
    async def log_out_of_server(self, name: str) -> None:
        """Deletes its tokens here, and has them revoked where the authorization server does that."""
        await self._logins.forget(self._servers.connection(name))

    @endpoint("GET", CALLBACK_PATH, "Complete a login", errors=(McpLoginUnknown,))
    async def come_back(self, request: Request) -> Response:
        """The authorization server sends the visitor here, with `state` and `code` or `error`, who
        is led on to `/setup`, which says what came of it."""
        # Authorization servers add parameters of their own.
        given = request.query_params
        try:
            await self._logins.complete(
                _visitor(request),
                given.get("state", ""),
                given.get("code"),
                given.get("iss"),
                given.get("error"),
            )
        except LoginFailed as failed:
            raise McpLoginUnknown(str(failed)) from None
        return RedirectResponse(request.scope.get("root_path", "") + "/setup#mcp", 303)


def client_document_route() -> Route:
    """The route of what we are, which authorization servers read where they know client id metadata
    documents. It is the same for everybody.

    https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/
    """

    async def document(request: Request) -> Response:
        base = own_address(request)
        return JSONResponse(
            {
                "client_id": base + MCP_CLIENT_PATH,
                "client_name": PRODUCT,
                "client_uri": base + "/",
                "redirect_uris": [base + CALLBACK_PATH],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            },
            headers={"Cache-Control": "max-age=3600"},
        )

    return Route(MCP_CLIENT_PATH, document)


def _visitor(request: Request) -> Visitor:
    return request.state.owner, getattr(request.state, "session", None)
