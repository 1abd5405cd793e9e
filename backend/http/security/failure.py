"""Answers 500 without details where an exception was not handled; its details go to the log."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.http.security.refusal import Refusal

_FAILURE = Refusal(500, "internal_error", "Something went wrong on this server. Its log says what.")


class FailureAnswer:
    """Answers 500 where the app raised before it answered, and raises the error again."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = scope["type"] != "http"

        async def watching_send(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, watching_send)
        except Exception:
            if not answered:
                await _FAILURE.send(scope, receive, send)
            raise
