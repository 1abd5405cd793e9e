"""Questions of servers in the words of the SDK, which this module loads."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

from mcp import MCPError
from mcp_types import (
    INVALID_REQUEST,
    URL_ELICITATION_REQUIRED,
    CreateMessageRequest,
    ElicitationRequiredErrorData,
    ElicitRequest,
    ElicitRequestParams,
    ElicitRequestURLParams,
    ElicitResult,
    ErrorData,
    InputRequiredResult,
    InputResponse,
)
from pydantic import ValidationError

from backend.mcp.answer_form import Unshowable
from backend.mcp.dialogue import Dialogue, Over
from backend.mcp.failures import CallFailed
from backend.mcp.question import (
    CANCELLED,
    DECLINED,
    MAX_QUESTIONS,
    MAX_STATE_CHARS,
    NOT_SHOWN,
    Pending,
    Question,
    Reply,
)

MAX_REFUSAL_CHARS: Final = 500

Asking = Dialogue[Any]

NOBODY: Final = ErrorData(code=INVALID_REQUEST, message="Nobody can be asked now.")

_present: ContextVar[Asking | None] = ContextVar("the call that a message belongs to", default=None)
"""What comes in the answer to a request over HTTP is handled in the context of the request."""


class OpenCalls:
    """The calls of a session, in which its server may ask something."""

    def __init__(self) -> None:
        self._open: list[Asking] = []
        self._others = 0

    @contextmanager
    def open(self, dialogue: Asking) -> Iterator[None]:
        """In a task of its own."""
        _present.set(dialogue)
        self._open.append(dialogue)
        try:
            yield
        finally:
            self._open.remove(dialogue)

    @contextmanager
    def in_something_else(self) -> Iterator[None]:
        """A request on a visitor's behalf in which the server may ask, and nobody is asked. Lists and
        completions are none: nothing is asked in these."""
        self._others += 1
        try:
            yield
        finally:
            self._others -= 1

    async def ask(self, params: ElicitRequestParams) -> ElicitResult | ErrorData:
        """Have somebody asked, and return what the server is told.

        One that asks over standard input and output does not say in which call. Any of one person's
        calls will do, and of those of several none.
        """
        asking = self._asking()
        if asking is None or asking.waiting >= MAX_QUESTIONS:
            return NOBODY
        try:
            question = question_of(params)
        except Unshowable as error:
            note = NOT_SHOWN.format(error)
            if note not in asking.notes and len(asking.notes) < MAX_QUESTIONS:
                asking.notes.append(note)
            return result_of(DECLINED)
        while (dialogue := self._asking()) is not None:
            try:
                return result_of(await dialogue.ask(question))
            except Over:
                # It was another call that asked.
                await asyncio.sleep(0)
        return result_of(CANCELLED)

    def _asking(self) -> Asking | None:
        present = _present.get()
        if present in self._open:
            return present
        if self._others or len({each.owner for each in self._open}) != 1:
            return None
        free = (each for each in reversed(self._open) if not each.is_asking)
        return next(free, self._open[-1])


def question_of(params: ElicitRequestParams) -> Question:
    """Raises `Unshowable`."""
    try:
        if isinstance(params, ElicitRequestURLParams):
            return Question.of_address(params.message, params.url, params.elicitation_id)
        return Question.of_form(params.message, params.requested_schema)
    except ValidationError:
        raise Unshowable("It holds what no JSON can.") from None


def result_of(reply: Reply) -> ElicitResult:
    return ElicitResult(action=reply.action, content=reply.content)


def responses_of(pending: Pending) -> dict[str, InputResponse] | None:
    return {key: result_of(reply) for key, reply in pending.replies.items()} or None


def pending_of(result: InputRequiredResult, notes: list[str]) -> Pending:
    """Returns what has to be answered before the call can be made again. Raises `CallFailed`.

    `notes` gets a sentence on each question that nobody is asked.
    """
    if len(result.request_state or "") > MAX_STATE_CHARS:
        raise CallFailed(
            f"It wants more than {MAX_STATE_CHARS:,} characters to be kept until there is an answer."
        )
    requests = result.input_requests or {}
    if len(requests) > MAX_QUESTIONS:
        raise CallFailed(f"It asks for more than {MAX_QUESTIONS} things at once.")
    questions: dict[str, Question] = {}
    replies: dict[str, Reply] = {}
    for key, request in requests.items():
        if not isinstance(request, ElicitRequest):
            wanted = "a model" if isinstance(request, CreateMessageRequest) else "folders"
            raise CallFailed(
                f"It asks for {wanted} in the middle of the call, which it gets from nobody here."
            )
        try:
            questions[key] = question_of(request.params)
        except Unshowable as error:
            replies[key] = DECLINED
            notes.append(NOT_SHOWN.format(error))
    return Pending(way="retried", questions=questions, replies=replies, state=result.request_state)


def addresses_of(error: MCPError) -> Pending | None:
    """Returns the addresses that have to be opened before a refused call is made again, None where it
    was refused for something else.

    https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation#url-elicitation-required-error
    """
    if error.code != URL_ELICITATION_REQUIRED:
        return None
    try:
        wanted = ElicitationRequiredErrorData.model_validate(error.error.data).elicitations
        questions = {
            str(number): question_of(params) for number, params in enumerate(wanted[:MAX_QUESTIONS])
        }
    except (ValidationError, Unshowable):
        return None
    if not questions:
        return None
    refusal = error.message[:MAX_REFUSAL_CHARS]
    return Pending(way="opened_first", questions=questions, refusal=refusal)
