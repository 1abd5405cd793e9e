"""The built-in tool `code_interpreter`, which runs a model's Python code in a sandbox here."""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import ExitStack
from functools import partial
from typing import Annotated

from backend.config.settings import Settings
from backend.domain.action import ApprovalPolicy
from backend.domain.assistant import CODE_INTERPRETER
from backend.domain.errors import AppError, FilesUnavailable
from backend.domain.file import StoredFile
from backend.domain.item_files import thread_files
from backend.domain.items import CodeInterpreterCall, FunctionCall, ToolCallBase, ToolItem
from backend.domain.parts import TextPart
from backend.domain.text import clean_text
from backend.files.files import Files
from backend.tools.code_interpreter.limits import MEBIBYTE, Limits
from backend.tools.code_interpreter.preparation import (
    PREPARING,
    Availability,
    Unavailable,
    prepare,
)
from backend.tools.code_interpreter.process import SandboxFailed
from backend.tools.code_interpreter.session import Made, Outcome, unnamed_file
from backend.tools.code_interpreter.sessions import Input, Sessions, unused
from backend.tools.form import Form, approval_form
from backend.tools.function import FunctionSpec
from backend.tools.parameters import InvalidArguments, Parameters
from backend.tools.tool import (
    CallContext,
    Display,
    StreamedArguments,
    ToolResult,
)
from backend.waiting import cancel

log = logging.getLogger(__name__)

PRINTED_NAME = "printed.txt"
FIRST_PAUSE_S = 15.0
LONGEST_PAUSE_S = 600.0
"""Before a preparation that was too slow is tried again: twice as long each time."""


class CodeInterpreter:
    """A `Tool`. `start` prepares it in the background; `close` ends all sessions."""

    streamed: StreamedArguments | None = StreamedArguments("code", name="code")
    repeatable = True
    """A sandbox harms nobody."""
    approval: ApprovalPolicy = "never"

    def __init__(self, settings: Settings, files: Files) -> None:
        self._settings = settings
        self._files = files
        self._limits = Limits.of(settings)
        self._sessions: Sessions | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._parameters = Parameters.of(_signature, CODE_INTERPRETER, context_type=type(None))
        self.spec = FunctionSpec(
            CODE_INTERPRETER,
            _description(self._limits),
            self._parameters.schema,
            self._parameters.strict,
        )
        self.availability = PREPARING

    @property
    def is_off(self) -> bool:
        return self._settings.code_interpreter == "off"

    @property
    def can_be_retried(self) -> bool:
        """Whether the preparation failed and may succeed another time."""
        return self.availability.state == "unavailable" and not self.is_off

    def start(self) -> None:
        """Start the preparation, unless the tool is switched off."""
        if self.is_off:
            self.availability = Availability(
                "unavailable", "It is switched off: CODE_INTERPRETER=off."
            )
        else:
            self.availability = PREPARING
            self._preparing = asyncio.create_task(self._prepare(), name="code interpreter")

    def retry(self) -> None:
        """Start the preparation again if it has failed."""
        if self.can_be_retried:
            if self._preparing is not None:
                self._preparing.cancel()
            self.start()

    async def close(self) -> None:
        if self._preparing is not None:
            await cancel([self._preparing])
        if self._sessions is not None:
            await self._sessions.close()

    def unavailable(self) -> str | None:
        if self._sessions is not None:
            return None
        reason = self.availability.detail or ""
        if self.availability.state == "preparing":
            return f"The code interpreter is being prepared ({reason}). Try again in a minute."
        return f"The code interpreter is not available on this server. {reason}"

    def form(self, arguments: str) -> Form:
        return approval_form(self._parameters, arguments)

    def item(self, call: FunctionCall) -> ToolItem:
        return CodeInterpreterCall(**call.model_dump(include=set(ToolCallBase.model_fields)))

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            code = self._parameters.parse(arguments)["code"]
        except InvalidArguments as error:
            return ToolResult.refusal(str(error))
        return await self.run(code, display, context)

    async def run(self, code: str, display: Display, context: CallContext) -> ToolResult:
        """Run Python code and show what comes of it on a `CodeInterpreterCall`."""
        assert self._sessions is not None
        with ExitStack() as files:
            try:
                outcome, fresh = await self._sessions.run(
                    context.thread_id or context.owner,
                    lambda: self._inputs(context),
                    code,
                    lambda text: display.append("logs", text),
                    files,
                )
            except FilesUnavailable as error:
                return ToolResult.refusal(error.message)
            except SandboxFailed as error:
                log.error("No session could be started: %s", error)
                return ToolResult.refusal("No session could be started; the log says why.")
            kept, notes = await self._keep(outcome.made, context)
            if outcome.whole is not None:
                whole = await _whole(outcome.whole, files, kept, context)
                also_kept, refused = await self._keep([whole], context)
                kept += also_kept
                notes += refused or [_whereabouts(self._limits, whole.name, outcome.is_cut)]
        ending = _ending(outcome, notes)
        display.append("logs", ending)
        item = display.item
        assert isinstance(item, CodeInterpreterCall)
        outputs = (*item.outputs, *(file.part for file in kept))
        display.replace(item.model_copy(update={"outputs": outputs}))
        failed = outcome.error is not None or outcome.stopped is not None
        began_anew = fresh and any(
            isinstance(item, CodeInterpreterCall) for item in context.history
        )
        printed = _printed_for_model(outcome.printed + ending, began_anew)
        return ToolResult((TextPart(text=printed), *(file.part for file in kept)), failed)

    async def _prepare(self) -> None:
        pause_s = FIRST_PAUSE_S
        while await self._try_to_prepare(pause_s):
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)

    async def _try_to_prepare(self, pause_s: float) -> bool:
        """Returns whether it was too slow, so that it is tried again."""
        settings = self._settings

        def tell(availability: Availability) -> None:
            self.availability = availability

        try:
            sandbox, session, ready = await prepare(
                settings.code_interpreter_dir, self._limits, tell
            )
        except Unavailable as error:
            log.warning("Code interpreter: %s", error)
            again = f" It is tried again in {pause_s:g} s." if error.may_pass else ""
            tell(Availability("unavailable", f"{error}{again}"))
            return error.may_pass
        except Exception:
            log.exception("The code interpreter could not be prepared")
            tell(Availability("unavailable", "Something went wrong; the server's log says what."))
        else:
            log.info("Code interpreter: ready, in %s", ready.isolation)
            at_most = settings.code_interpreter_sessions
            self._sessions = Sessions(sandbox, self._limits, at_most, session)
            tell(ready)
        return False

    async def _inputs(self, context: CallContext) -> list[Input]:
        """Returns the owner's files among those that the thread names, oldest first."""
        named = list(thread_files(context.history))
        owned = await self._files.owned([file.file_id for file, _ in named], context.owner)
        return [
            Input(
                file.file_id,
                file.name,
                partial(self._files.storage.lend, file.file_id),
                isinstance(item, CodeInterpreterCall),
            )
            for file, item in named
            if file.file_id in owned
        ]

    async def _keep(
        self, made: Iterable[Made], context: CallContext
    ) -> tuple[list[StoredFile], list[str]]:
        """Returns the files that were kept, and a sentence about each other one."""
        kept: list[StoredFile] = []
        refused: list[str] = []
        for file in made:
            try:
                kept.append(
                    await self._files.add_generated(
                        context.owner, context.thread_id, file.name, file.file
                    )
                )
            except AppError as error:
                refused.append(f"{file.name} was not kept: {error.message}")
        return kept, refused


def _signature(
    code: Annotated[
        str, "The Python code. What it prints comes back, and so does its last expression."
    ],
) -> None: ...


async def _whole(
    printed: bytes, files: ExitStack, kept: Iterable[StoredFile], context: CallContext
) -> Made:
    """Returns output that is too long to show as a file with a name new to the thread."""
    taken = {file.name for file, _ in thread_files(context.history)} | {file.name for file in kept}
    made = Made(unused(PRINTED_NAME, taken), files.enter_context(unnamed_file()))
    await asyncio.to_thread(made.file.write, printed)
    return made


def _whereabouts(limits: Limits, name: str, is_cut: bool) -> str:
    share = f"the first {limits.kept_bytes // MEBIBYTE} MiB" if is_cut else "all"
    return f"{name} has {share} of what was printed."


def _description(limits: Limits) -> str:
    return (
        "Run Python code in a sandbox and get what it prints. Variables stay between calls of a "
        "conversation. The working folder holds the files of the conversation; new files there, "
        "and open matplotlib figures, are shown to the user as they are, so do not link to them. "
        "numpy, pandas, matplotlib, scipy, pillow, openpyxl and pyarrow are there; there is no "
        f"network, no other program and no pip. A call may take {limits.wall_s:g} s and {limits.memory_bytes // MEBIBYTE} MiB of "
        "memory."
    )


def _ending(outcome: Outcome, notes: Iterable[str]) -> str:
    """Returns the lines after the output: notes on files, why it was stopped, the traceback."""
    lines = [f"[{sentence}]" for sentence in notes]
    if outcome.stopped is not None:
        after = " All variables are lost; files are kept." if outcome.lost else ""
        lines.append(f"[The code was stopped: {outcome.stopped}.{after}]")
    if outcome.error is not None:
        lines.append(outcome.error)
    if outcome.printed and not outcome.printed.endswith("\n") and lines:
        lines.insert(0, "")
    return "\n".join(lines)


def _printed_for_model(logs: str, began_anew: bool) -> str:
    parts = []
    if began_anew:
        parts.append(
            "[This is a new session: variables of earlier calls are lost, files are kept.]"
        )
    parts.append(logs.rstrip("\n") or "[Nothing was printed.]")
    return clean_text("\n".join(parts))
