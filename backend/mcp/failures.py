"""What may go wrong with a server. Each message is a sentence, or the server's own words."""

from dataclasses import dataclass

from pydantic import ValidationError


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What a server lists but nobody can use. It costs nothing else."""

    name: str
    reason: str


class SessionFailed(Exception):
    """The connection could not be made, or is over."""

    def __init__(self, message: str, *, needs_login: bool = False) -> None:
        super().__init__(message)
        self.needs_login = needs_login


class CallFailed(Exception):
    """The server answered a call with an error."""

    def __init__(self, message: str, *, code: int | None = None) -> None:
        """`code` is that of JSON-RPC, if the server gave one."""
        super().__init__(message)
        self.code = code


class ServerUnavailable(Exception):
    """A call cannot be made, or its connection was lost."""


class LoginFailed(Exception):
    """A login could not be begun or completed. Its message holds no code and no token."""


def said(error: Exception) -> str:
    """Returns in a sentence what an error of the SDK says."""
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    text = " ".join(str(error).split())[:300] or type(error).__name__
    return text if text.endswith(".") else f"{text}."
