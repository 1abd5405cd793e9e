"""One call of a tool with all that its server asks. The call may be left while somebody is asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from backend.domain.text import clean_text
from backend.domain.time_zone import time_zone
from backend.mcp.answer_form import Unshowable
from backend.mcp.connection import Connection
from backend.mcp.dialogue import Dialogue, HeldCalls
from backend.mcp.failures import CallFailed
from backend.mcp.question import (
    ACCEPTED,
    DECLINED,
    MAX_KEPT_CHARS,
    NOT_SHOWN,
    Pending,
    Question,
)
from backend.mcp.remote_tool import RemoteTool
from backend.tools.asking import MAX_ASKED
from backend.tools.form import Form
from backend.tools.parameters import InvalidArguments
from backend.tools.tool import CallContext
from backend.tools.tool_context import ReportProgress, unseen

if TYPE_CHECKING:  # It loads the SDK.
    from mcp_types import CallToolResult

MAX_ROUNDS: Final = 20
"""Without anybody being asked."""
FIRST_PAUSE_S: Final = 0.05
LONGEST_PAUSE_S: Final = 1.0
"""Before a call is made again that has only state to bring along."""

_HELD: Final = ""
"""The key of the one question of an open call."""


@dataclass(frozen=True, slots=True)
class Suspension:
    """Somebody is asked first."""

    form: Form
    keeps: str
    """What `Conversation` gets as the context's `kept` when it goes on."""


class Conversation:
    """Made anew each time that the call goes on."""

    def __init__(
        self,
        connection: Connection,
        tool: RemoteTool,
        arguments: dict[str, Any],
        context: CallContext,
        held: HeldCalls,
        redacted: Callable[[str], str],
        held_for_s: float,
    ) -> None:
        """`redacted` takes secrets out of what is shown. A call is kept open for `held_for_s` at most."""
        self._connection = connection
        self._tool = tool
        self._arguments = arguments
        self._context = context
        self._calls = held
        self._redacted = redacted
        self._held_for_s = held_for_s
        self._dialogue: Dialogue[CallToolResult | Pending] | None = None
        """The call that is under way."""
        self._tell = unseen
        self._rounds = 0
        self._pause_s = FIRST_PAUSE_S
        self.notes: list[str] = []
        """Sentences for the model, to be told before the result."""

    async def go_on(self, tell: ReportProgress) -> "CallToolResult | Suspension":
        """Returns what the call comes to, or what somebody is to be asked. Raises `CallFailed` and
        `ServerUnavailable`. Cancelling ends the call at the server."""
        self._tell = tell
        kept = self._context.kept
        try:
            said = await (self._begin() if kept is None else self._resume(kept))
            while isinstance(said, Pending):
                said = await self._ask(said)
            return said
        except BaseException:
            if self._dialogue is not None:
                await self._dialogue.end()
            raise

    async def _begin(self, answered: Pending | None = None) -> "CallToolResult | Pending":
        """Make the call, or make it again."""
        dialogue = Dialogue["CallToolResult | Pending"](self._context.owner)
        dialogue.begin(self._connection.call(self._tool, self._arguments, dialogue, answered))
        return await self._hear(dialogue)

    async def _hear(
        self, dialogue: "Dialogue[CallToolResult | Pending]"
    ) -> "CallToolResult | Pending":
        self._dialogue = dialogue
        dialogue.tell = self._tell
        said = await dialogue.next()
        self.notes += dialogue.notes
        dialogue.notes.clear()
        if isinstance(said, Question):
            return Pending(way="held", questions={_HELD: said})
        self._dialogue = None
        return said

    async def _resume(self, kept: str) -> "CallToolResult | Pending | Suspension":
        pending = Pending.model_validate_json(kept)
        self.notes += pending.notes
        dialogue = self._calls.take(pending.token)
        if pending.way == "held":
            if dialogue is None:
                raise CallFailed("The call in which this was asked has ended. Make it again.")
            if not dialogue.is_asking:
                return await self._hear(dialogue)
            self._dialogue = dialogue
        decided = self._context.decided[-1]
        key, question = next(iter(pending.questions.items()))
        try:
            reply = question.reply(decided, time_zone(self._context.timezone))
        except InvalidArguments as error:
            again = self._suspension(pending, question, clean_text(str(error)))
            return again or pending.replied(key, DECLINED)
        if decided.resolution is not None and decided.resolution.reason is not None:
            self.notes.append(f"The user said why not: {decided.resolution.reason}")
        return pending.replied(key, reply)

    async def _ask(self, pending: Pending) -> "CallToolResult | Pending | Suspension":
        """Have the first question asked, or go on where all have a reply."""
        server = self._connection.config.name
        for key, question in pending.questions.items():
            if question.id is not None and self._calls.is_completed(server, question.id):
                pending = pending.replied(key, ACCEPTED)
            elif (suspension := self._suspension(pending, question)) is not None:
                return suspension
            else:
                pending = pending.replied(key, DECLINED)
        if not pending.replies:
            # The server only wants to be called again, at a time of its choice.
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        elif (rounds := self._rounds + 1) > MAX_ROUNDS:
            raise CallFailed("It asks again and again what nobody is asked here.")
        else:
            self._rounds = rounds
        if self._dialogue is not None:
            self._dialogue.answer(pending.replies[_HELD])
            return await self._hear(self._dialogue)
        if pending.way == "retried":
            return await self._begin(pending)
        if any(reply.action != "accept" for reply in pending.replies.values()):
            raise CallFailed(f"The user did not open the address that it needs. {pending.refusal}")
        return await self._begin(Pending(way="opened_first", questions={}))

    def _suspension(
        self, pending: Pending, question: Question, problem: str | None = None
    ) -> Suspension | None:
        """Returns what somebody is asked, None where nobody is, which a note explains."""
        if len(self._context.decided) >= MAX_ASKED:
            raise CallFailed(f"It asks more than {MAX_ASKED} times in one call, so that was ended.")
        if len(pending.model_dump_json()) > MAX_KEPT_CHARS:
            raise CallFailed("It asks for too much at once to be kept until there is an answer.")
        try:
            form = question.asked(
                self._connection.config.name, self._redacted, held=pending.way == "held"
            )
            token = self._held(pending, question)
        except Unshowable as error:
            self.notes.append(NOT_SHOWN.format(error))
            return None
        kept = pending.model_copy(update={"token": token, "notes": tuple(self.notes)})
        return Suspension(replace(form, problem=problem), kept.model_dump_json())

    def _held(self, pending: Pending, question: Question) -> str | None:
        """Returns the token under which the call is kept open. Raises `Unshowable` where it cannot be."""
        context = self._context
        if not context.can_ask:
            raise Unshowable("Nobody can be asked here.")
        if pending.way != "held" and question.id is None:
            return None
        dialogue = self._dialogue if pending.way == "held" else None
        address = None
        if question.id is not None:
            address = self._connection.config.name, question.id
        token = self._calls.hold(
            context.run_id, context.settle, dialogue, address, self._held_for_s
        )
        if token is None and dialogue is not None:
            raise Unshowable("Too many calls wait for somebody.")
        self._dialogue = None
        return token
