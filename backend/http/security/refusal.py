"""A refusal: what a request is told that does not get in. Also before a WebSocket is accepted."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from backend.http.framework.problem import Problem, ProblemDetail


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    code: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        problem = Problem(error=ProblemDetail(code=self.code, message=self.message))
        return JSONResponse(
            problem.model_dump(mode="json", exclude_none=True), self.status, dict(self.headers)
        )

    async def send(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or end the handshake: 403 is what a server without the extension sends too."""
        if scope["type"] != "websocket":
            await self.response()(scope, receive, send)
        elif "websocket.http.response" in scope.get("extensions", {}):
            response = self.response()
            response.status_code = 401 if self.status == 401 else 403
            await response(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008, "reason": self.code})
