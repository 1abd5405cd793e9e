"""The answer to a request or a WebSocket handshake that is not admitted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from backend.http.framework.exception_handlers import problem
from backend.http.framework.problem import ProblemDetail


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()
    """Values of `Set-Cookie`."""

    def response(self) -> Response:
        detail = ProblemDetail(code=self.code, message=self.message)
        response = problem(self.status, detail, dict(self.headers))
        for cookie in self.cookies:
            response.headers.append("Set-Cookie", cookie)
        return response

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse the handshake with 403, as a server without the extension does."""
        if scope["type"] != "websocket":
            await self.response()(scope, receive, send)
        elif "websocket.http.response" in scope.get("extensions", {}):
            response = self.response()
            response.status_code = 401 if self.status == 401 else 403
            await response(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": self.code})
