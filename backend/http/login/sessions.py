"""The REST API of the browser's session: whether there is one, and its end."""

from starlette.requests import Request
from starlette.responses import Response

from backend.domain.frozen_model import FrozenModel
from backend.http.framework.api import endpoint
from backend.http.security.sessions import Sessions


class SessionState(FrozenModel):
    logged_in: bool
    """Whether there is a session to end. Without an access token there is none."""


class SessionQuery(FrozenModel):
    everywhere: bool = False
    """Whether to end the sessions of all browsers."""


class SessionApi:
    """Of the browser that asks."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    @endpoint("GET", "/api/session", "Read the state of the session")
    async def get_session(self, request: Request) -> SessionState:
        return SessionState(logged_in=hasattr(request.state, "session"))

    @endpoint("DELETE", "/api/session", "Log out")
    async def log_out(self, request: Request, query: SessionQuery) -> Response:
        """Ends the session and closes its sockets. A script's token goes on being valid."""
        if query.everywhere:
            await self._sessions.end_all()
        elif hasattr(request.state, "session"):
            await self._sessions.end(request.state.session)
        return Response(
            status_code=204, headers={"Set-Cookie": self._sessions.forget(request.scope)}
        )
