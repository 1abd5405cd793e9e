"""The token on every request to a server, its renewal, and what the server says of the login it wants."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Final

import httpx2
from mcp.client.auth.utils import extract_field_from_www_auth, union_scopes

from backend.mcp.login_files import LoginFiles
from backend.mcp.oauth import Storage, WayBack, provider_of, restore
from backend.mcp.protection import check_protected, origin_of
from backend.mcp.server_config import HttpServer

_EXPIRED: Final = 1.0
_NO_WAY_BACK: Final = WayBack("http://127.0.0.1/", None)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server said of the login that it wants."""

    resource_metadata: str | None = None
    scope: str | None = None

    def header(self) -> str:
        fields = {"resource_metadata": self.resource_metadata, "scope": self.scope}
        return "Bearer " + ", ".join(f'{name}="{text}"' for name, text in fields.items() if text)


class ServerAuth(httpx2.Auth):
    """Sends a server its token, and renews that; tells `wanted` when only a new login can help.

    No other origin ever gets the token.
    """

    def __init__(
        self,
        name: str,
        server: HttpServer,
        files: LoginFiles,
    ) -> None:
        self.challenge = Challenge()
        """The last that the server answered with."""
        self.wanted: Callable[[str], None] | None = None
        """Called with the reason."""
        self._url = httpx2.URL(server.url)
        self._server = server
        self._name = name
        self._files = files
        self._restore()

    @property
    def is_outdated(self) -> bool:
        """Whether there is another login by now, from another process."""
        login = self._files.find(self._name, self._server.url)
        return self._files.are_shared and login not in (None, self._login)

    async def async_auth_flow(
        self, request: httpx2.Request
    ) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        if origin_of(request.url) != origin_of(self._url):
            yield request
            return
        if self.is_outdated:
            self._restore()
        context = self._provider.context
        flow = self._provider.async_auth_flow(request)
        was_renewed = False
        try:
            outgoing = await flow.__anext__()
            while True:
                was_renewed = was_renewed or outgoing is not request
                check_protected(outgoing.url, self._url)
                response = yield outgoing
                if outgoing is request and _wants_login(response):
                    if (
                        response.status_code != 401
                        or was_renewed
                        or not context.can_refresh_token()
                    ):
                        self._tell(response)
                        return
                    # It may have ended before its time, or nobody said when it would.
                    await flow.aclose()
                    context.token_expiry_time = _EXPIRED
                    flow = self._provider.async_auth_flow(request)
                    outgoing = await flow.__anext__()
                else:
                    outgoing = await flow.asend(response)
        except StopAsyncIteration:
            return
        finally:
            await flow.aclose()

    def _restore(self) -> None:
        self._login = self._files.find(self._name, self._server.url)
        storage = Storage(self._name, self._server.url, self._files)
        self._provider = provider_of(storage, self._server.url, _NO_WAY_BACK)
        if self._login is not None:
            restore(storage, self._login)

    def _tell(self, response: httpx2.Response) -> None:
        scope = extract_field_from_www_auth(response, "scope")
        reason = "It wants a login, or a token in a header."
        if response.status_code == 403:
            granted = self._login.tokens.get("scope") if self._login else None
            scope = union_scopes(granted, scope)
            reason = "It wants a login with more rights than the last one gave."
        elif self._login is not None:
            reason = "The login has ended."
        metadata = extract_field_from_www_auth(response, "resource_metadata")
        self.challenge = Challenge(metadata, scope)
        if self.wanted is not None:
            self.wanted(reason)


def _wants_login(response: httpx2.Response) -> bool:
    if response.status_code == 401:
        return True
    is_short = extract_field_from_www_auth(response, "error") == "insufficient_scope"
    return response.status_code == 403 and is_short
