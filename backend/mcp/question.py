"""What a server asks in the middle of a call ("elicitation"), and what it is told.

https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation
"""

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, JsonValue
from pydantic_core import to_json

from backend.domain.action import Action
from backend.domain.frozen_model import FrozenModel
from backend.domain.text import clean_text
from backend.mcp.answer_form import Unshowable, answer_form, answer_in
from backend.tools.form import Form
from backend.tools.parameters import InvalidArguments

MAX_MESSAGE_CHARS: Final = 2_000
MAX_URL_CHARS: Final = 2_000
MAX_STATE_CHARS: Final = 100_000
MAX_ID_CHARS: Final = 200
MAX_KEPT_CHARS: Final = 1_000_000
"""Of all that is kept while somebody is asked."""
MAX_QUESTIONS: Final = 20
"""Of one result."""
NOT_SHOWN: Final = "The user was not asked what the server wanted to know, so it was declined: {0}"


class Reply(FrozenModel):
    action: Literal["accept", "decline", "cancel"]
    content: dict[str, JsonValue] | None = None
    """What was filled in, in form mode."""


ACCEPTED: Final = Reply(action="accept")
DECLINED: Final = Reply(action="decline")
CANCELLED: Final = Reply(action="cancel")


class Question(FrozenModel):
    message: str
    form: dict[str, JsonValue] | None = None
    """JSON Schema, as `answer_form` makes it."""
    url: str | None = None
    """What is to be opened, in place of a form."""
    id: str | None = None
    """By which the server says that the address is done with."""

    @classmethod
    def of_form(cls, message: str, requested: Mapping[str, Any]) -> "Question":
        """Raises `Unshowable`."""
        return cls(message=_message(message), form=answer_form(requested))

    @classmethod
    def of_address(cls, message: str, url: str, number: str | None) -> "Question":
        """Raises `Unshowable`."""
        known = number is not None and len(number) <= MAX_ID_CHARS
        return cls(message=_message(message), url=_address(url), id=number if known else None)

    def asked(self, server: str, redacted: Callable[[str], str], *, held: bool) -> Form:
        """Returns what somebody is asked. Raises `Unshowable`."""
        if self.url is not None and redacted(self.url) != self.url:
            raise Unshowable("The address that it wants to be opened holds a secret.")
        form = self.form or {}
        return Form(
            "question" if form.get("properties") else "approval",
            form if form.get("properties") else {},
            lambda text: self._answer(text, UTC),
            redacted(self.message),
            asker=server,
            url=self.url,
            held=held,
        )

    def reply(self, decided: Action, zone: tzinfo) -> Reply:
        """Returns what the server is told. Raises `InvalidArguments` for what does not fit the form."""
        resolution = decided.resolution
        match None if resolution is None else resolution.decision:
            case "answer":
                assert resolution is not None
                answer = self._answer(to_json(resolution.answer).decode(), zone)
                return Reply(action="accept", content=answer)
            case "allow":
                return Reply(action="accept", content=None if self.url is not None else {})
            case "deny" | "skip":
                return DECLINED
            case _:
                return CANCELLED

    def _answer(self, text: str, zone: tzinfo) -> dict[str, Any]:
        if not self.form:
            raise InvalidArguments("This is answered by yes or no.")
        return answer_in(self.form, text, zone)


class Pending(FrozenModel):
    """What a call waits for. It is kept while somebody is asked, and shown to nobody: the state is the
    server's own, and may be secret."""

    way: Literal["held", "retried", "opened_first"]
    """The server's request waits in the open call; or it ended the call, which is made again with the
    replies; or with nothing, once addresses were opened."""
    questions: dict[str, Question]
    """Those without a reply. The first is asked."""
    replies: dict[str, Reply] = Field(default_factory=dict)
    state: str | None = None
    """What the server wants to be told again."""
    token: str | None = None
    """Names the open call, or the address that the server may say is done with."""
    notes: tuple[str, ...] = ()
    """What the model is to be told beside the result."""
    refusal: str = ""
    """What the server said of a call that goes on once addresses were opened."""

    def replied(self, key: str, reply: Reply) -> "Pending":
        questions = {name: each for name, each in self.questions.items() if name != key}
        return self.model_copy(
            update={"questions": questions, "replies": {**self.replies, key: reply}}
        )


def _message(text: str) -> str:
    message = clean_text(text).strip() or "It asks you something."
    return message if len(message) <= MAX_MESSAGE_CHARS else f"{message[: MAX_MESSAGE_CHARS - 1]}…"


def _address(url: str) -> str:
    """Returns an address that a browser may open, and whose host is what it seems."""
    if len(url) > MAX_URL_CHARS or not url.isprintable() or any(map(str.isspace, url)):
        raise Unshowable("The address that it wants to be opened is none.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.scheme not in ("http", "https") or not host or "\\" in url:
        raise Unshowable("The address that it wants to be opened does not begin with https://.")
    if "@" in parts.netloc:
        raise Unshowable("The address that it wants to be opened has a name before its host.")
    return url
