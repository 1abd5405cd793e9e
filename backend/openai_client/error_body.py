"""An error as a server describes it: in an answer's body, or in an event of a stream."""

from typing import Any, Final

from msgspec import Struct

from backend.openai_client.lenient import Misfit, fitted

_NO_WORDS: Final = frozenset({"", "none", "null", "undefined", "unknown", "error"})


class ErrorBody(Struct, frozen=True):
    """The fields of OpenAI's errors. A server may leave out any of them."""

    message: str | None = None
    code: str | None = None
    type: str | None = None
    param: str | None = None

    @property
    def said(self) -> str:
        """The server's sentence; empty for HTML and for words such as `None`."""
        text = (self.message or "").strip()
        return "" if text.lower() in _NO_WORDS or text.startswith("<") else text

    @property
    def word(self) -> str:
        """The code, else the type; empty if neither says anything."""
        words = (word.strip() for word in (self.code, self.type) if word)
        return next((word for word in words if word.lower() not in _NO_WORDS), "")

    @property
    def status(self) -> int | None:
        """The HTTP status, where a server sends it as the code."""
        return next(
            (int(word) for word in (self.code, self.type) if word and _is_status(word)), None
        )


def error_body(value: Any) -> ErrorBody:
    """Returns the error in the body of an answer with an error status, of whatever shape."""
    match value:
        case str(text):
            return ErrorBody(message=text)
        case [first, *_]:
            return error_body(first)
        case {"error": dict() | str() as inner, **outer} if inner:
            return _filled(error_body(inner), outer)
        case {"detail": str(text)} | {"msg": str(text)} | {"error_message": str(text)}:
            return ErrorBody(message=text)
        case {"detail": list() | dict() as detail}:
            return error_body(detail)
        case {"message": dict() as inner}:
            return error_body(inner)
        case _:
            try:
                found: ErrorBody = fitted(value, ErrorBody)
            except Misfit:
                found = ErrorBody()
            return found


def error_event(value: Any, name: str) -> ErrorBody | None:
    """Returns the error that an event of a stream tells, whose type is not known; or None.

    `name` is the event's own.
    """
    match value:
        case {"error": dict() | str() as inner} if inner:
            return error_body(value)
        case {"object": "error"} | {"type": "error"}:
            return error_body(value)
        case _ if name.lower() in ("error", "response.error"):
            return error_body(value)
        case _:
            return None


def _filled(inner: ErrorBody, outer: Any) -> ErrorBody:
    """What the inner object leaves out and the outer one tells."""
    around = error_body(outer)
    return ErrorBody(
        message=inner.message or around.message,
        code=inner.code or around.code,
        type=inner.type or around.type,
        param=inner.param or around.param,
    )


def _is_status(word: str) -> bool:
    return len(word) == 3 and word.isascii() and word.isdigit() and word >= "400"
