"""Events of a remote run's stream in, our events out. Pure: no I/O."""

from typing import Final, assert_never

from backend.config.settings import Settings
from backend.domain.ids import RunId
from backend.domain.items import ItemStatus, Reasoning
from backend.domain.usage import Usage
from backend.upstreams.assistants.endings import asked_for_nothing, broken_off, ended
from backend.upstreams.assistants.events import (
    AssistantsEvent,
    ContentPart,
    ErrorObject,
    MessageDelta,
    MessageObject,
    RunObject,
    StepDelta,
    StepObject,
    ThreadObject,
    UsagePart,
)
from backend.upstreams.assistants.messages import RemoteMessage
from backend.upstreams.assistants.steps import Steps
from backend.upstreams.assistants.twins import Twins, text_of
from backend.upstreams.builders.whole import Out
from backend.upstreams.endings import empty_answer, tokens_of
from backend.upstreams.events import ItemStarted, RunEnded, UpstreamEvent

_INCOMPLETE_MESSAGE: Final[dict[str, ItemStatus]] = {
    "run_cancelled": "cancelled",
    "run_failed": "failed",
}
_CLOSED_BY_RUN: Final[dict[str, ItemStatus]] = {
    "completed": "completed",
    "cancelled": "cancelled",
    "failed": "failed",
}


class RunTranslator:
    """One run of ours, over all its rounds, and over more than one remote run if need be."""

    def __init__(self, run_id: RunId, settings: Settings) -> None:
        self._run_id = run_id
        self._settings = settings
        self._says_something = False
        self._filenames: dict[str, str] = {}
        self._steps = Steps(run_id, self._filenames)
        self._messages: dict[str, RemoteMessage | None] = {}
        """By foreign id. None: finished."""
        self._held: dict[str, list[ContentPart]] = {}
        """What was streamed of messages that may be the twins of others."""
        self._twins = Twins()
        self._message_id = ""
        self._used_before: Usage | None = None
        self._used: Usage | None = None

    def translate(self, event: AssistantsEvent) -> list[UpstreamEvent]:
        """Returns our events for one of theirs; `ToolCallsRequired` and `RunEnded` end the round."""
        out: Out = []
        match event:
            case MessageDelta():
                if event.delta is not None and event.delta.content:
                    self._message_delta(out, event.id, event.delta.content)
            case StepDelta():
                self._steps.delta(out, event)
            case MessageObject():
                if event.role != "user":
                    self._message_object(out, event)
            case StepObject():
                self._steps.step(out, event)
            case RunObject():
                self._run_object(out, event)
            case ErrorObject():
                self._close(out, "failed")
                out.append(broken_off(event, self._usage(), self._settings))
            case ThreadObject():
                """Says nothing of an item."""
            case _:
                assert_never(event)
        self._says_something = self._says_something or any(
            isinstance(ours, ItemStarted) and not isinstance(ours.item, Reasoning) for ours in out
        )
        match out:
            case [*_, RunEnded("completed", usage=usage)] if not self._says_something:
                out[-1] = empty_answer(usage)
        return out

    def begin_remote_run(self, former: RunObject | None) -> None:
        """What follows is of another remote run, whose usage counts from zero."""
        if former is not None and former.usage is not None:
            self._used = _usage_of(former.usage)
        self._used_before, self._used = self._usage(), None

    def _message(self, message_id: str | None) -> str:
        """Returns the key of a message, new or known. Without an id it is the last one."""
        key = message_id or self._message_id
        if not message_id and self._messages.get(key) is None:
            key = f"unnamed {len(self._messages)}"
        self._message_id = key
        if key not in self._messages:
            self._messages[key] = RemoteMessage(self._run_id, self._filenames)
        return key

    def _message_delta(self, out: Out, message_id: str | None, content: list[ContentPart]) -> None:
        key = self._message(message_id)
        message = self._messages[key]
        if message is None:
            return
        if not message.is_shown:
            content = [*self._held.pop(key, ()), *content]
            if self._twins.may_come_again(text_of(content)):
                self._held[key] = content
                return
        message.add(out, content)

    def _message_object(self, out: Out, event: MessageObject) -> None:
        key = self._message(event.id)
        message = self._messages[key]
        if message is None or event.status not in ("completed", "incomplete"):
            return
        status: ItemStatus = "completed"
        if event.status == "incomplete":
            reason = event.incomplete_details.reason if event.incomplete_details else None
            status = _INCOMPLETE_MESSAGE.get(reason or "", "incomplete")
        self._finish(out, key, message, status, event.content)

    def _finish(
        self,
        out: Out,
        key: str,
        message: RemoteMessage,
        status: ItemStatus,
        content: list[ContentPart] | None = None,
    ) -> None:
        """End the message, unless it is the twin of one that ended before."""
        self._messages[key] = None
        held = self._held.pop(key, [])
        streamed = message.is_shown or bool(held)
        text = text_of(content or held) or message.text
        if self._twins.is_one(text, streamed=streamed) and not message.is_shown:
            return
        if held:
            message.add(out, held)
        message.finish(out, status, content)

    def _run_object(self, out: Out, event: RunObject) -> None:
        if event.usage is not None:
            self._used = _usage_of(event.usage)
        if event.status == "requires_action":
            action = event.required_action
            submit = action.submit_tool_outputs if action is not None else None
            calls = (submit.tool_calls if submit is not None else None) or []
            if not self._steps.require(out, calls):
                self._close(out, "incomplete")
                out.append(asked_for_nothing(self._usage()))
        elif (ending := ended(event, self._usage(), self._settings)) is not None:
            self._close(out, _CLOSED_BY_RUN.get(ending.status, "incomplete"))
            out.append(ending)

    def _close(self, out: Out, status: ItemStatus) -> None:
        """Whatever is still open ends with the run."""
        for key, message in self._messages.items():
            if message is not None:
                self._finish(out, key, message, status)
        self._steps.close(out, status)

    def _usage(self) -> Usage | None:
        if self._used_before is None or self._used is None:
            return self._used or self._used_before
        return self._used_before + self._used


def _usage_of(part: UsagePart) -> Usage | None:
    cached = part.prompt_token_details
    return tokens_of(
        part.prompt_tokens,
        part.completion_tokens,
        part.total_tokens,
        cached=cached.cached_tokens if cached else None,
    )
