"""Driving an upstream as `runs/` does: rounds until the run has ended, items as they come to be."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from backend.config.settings import Settings
from backend.domain.annotations import ItemAnnotation
from backend.domain.assistant import Assistant
from backend.domain.ids import ItemId, RunId, ThreadId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    DeltaField,
    Item,
    Reasoning,
    UserMessage,
)
from backend.domain.usage import Usage
from backend.tools.function import FunctionSpec
from backend.upstreams.base import Upstream, UpstreamSession
from backend.upstreams.citations import Mark
from backend.upstreams.events import (
    Annotated,
    ItemChanged,
    ItemFinished,
    ItemStarted,
    Marked,
    Remark,
    RemoteState,
    RunEnded,
    TextDelta,
    ToolCall,
    ToolCallsRequired,
    UpstreamEvent,
)
from backend.upstreams.request import RunRequest, ToolOutput
from tests.patience import PATIENCE_S

KEY = "sk-planted-0123456789abcdef"

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=ZoneInfo("Europe/Oslo"))


def settings(**values: Any) -> Settings:
    """Settings with the planted key, whatever the environment says."""
    defaults: dict[str, Any] = {
        "upstream": "responses",
        "openai_api_key": KEY,
        "openai_base_url": "http://127.0.0.1:9/v1",
        "assistant_id": None,
        "model": "gpt-5-mini",
        "upstream_connect_timeout_s": PATIENCE_S,
        "upstream_stall_timeout_s": PATIENCE_S,
    }
    return Settings(**(defaults | values))


def mocked_settings(**values: Any) -> Settings:
    """As `settings`, with the one transport that `httpx2_mock` stands in for."""
    return settings(upstream_transport="httpx", **values)


def user_message(text: str = "What's the weather in Oslo and Lima tomorrow?") -> UserMessage:
    return UserMessage(id=ItemId("item_user"), text=text, status="completed", created_at=1.0)


GET_WEATHER = FunctionSpec(
    name="get_weather",
    description="The weather at a place.",
    parameters={"type": "object", "properties": {"location": {"type": "string"}}},
    strict=False,
)


def run_request(*history: Item, **changes: Any) -> RunRequest:
    values: dict[str, Any] = {
        "thread_id": ThreadId("thread_1"),
        "run_id": RunId("run_1"),
        "history": history or (user_message(),),
        "assistant": Assistant(
            "asst_local_1", "Ada", "gpt-5-mini", "Be brief.", ("function:get_weather",)
        ),
        "functions": (GET_WEATHER,),
        "now": NOW,
    }
    return RunRequest(**(values | changes))


@dataclass
class Driven:
    """What came of a run."""

    events: list[UpstreamEvent] = field(default_factory=list)
    items: dict[ItemId, Item] = field(default_factory=dict)
    """As they stand, in the order in which they began."""
    texts: dict[tuple[ItemId, DeltaField, int], str] = field(default_factory=dict)
    """Joined deltas by item, field and index."""
    annotations: list[ItemAnnotation] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    finished: set[ItemId] = field(default_factory=set)
    calls: list[ToolCall] = field(default_factory=list)
    remote: list[RemoteState] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    ended: RunEnded | None = None
    """With the tokens of all rounds."""
    _usage: Usage | None = None

    def all_of(self, kind: type[Item]) -> list[Any]:
        return [item for item in self.items.values() if isinstance(item, kind)]

    def only(self, kind: type[Item]) -> Any:
        (item,) = self.all_of(kind)
        return item

    def take(self, event: UpstreamEvent) -> None:
        self.events.append(event)
        match event:
            case ItemStarted(item):
                assert item.id not in self.items, "an item begins once"
                self.items[item.id] = item
            case TextDelta():
                assert event.item_id in self.items, "a delta belongs to an item that has begun"
                assert event.item_id not in self.finished, "nothing follows an item's end"
                place = (event.item_id, event.field, event.index)
                self.texts[place] = self.texts.get(place, "") + event.delta
            case ItemChanged(item):
                assert item.id in self.items
                assert item.id not in self.finished, "nothing follows an item's end"
                self.items[item.id] = item
                self._texts_now_are_those_of(item)
            case Annotated():
                self.annotations.append(event.annotation)
            case Marked():
                assert event.item_id in self.items
                self.marks.append(event.mark)
            case ItemFinished(item):
                assert item.id in self.items
                assert item.id not in self.finished, "an item ends once"
                self.finished.add(item.id)
                self.items[item.id] = item
                self._deltas_tell_the_same(item)
            case Remark(note):
                self.notes.append(note)
            case RemoteState():
                self.remote.append(event)
            case ToolCallsRequired(calls):
                self.calls += calls
                self._add_usage(event.usage)
            case RunEnded():
                self._add_usage(event.usage)
                self.ended = replace(event, usage=self._usage)
            case _:
                assert_never(event)

    def _add_usage(self, usage: Usage | None) -> None:
        if usage is not None:
            self._usage = usage if self._usage is None else self._usage + usage

    def _texts_now_are_those_of(self, item: Item) -> None:
        for item_id, name, index in self.texts:
            if item_id == item.id:
                self.texts[item_id, name, index] = _told(item, name, index)

    def _deltas_tell_the_same(self, item: Item) -> None:
        for (item_id, name, index), text in self.texts.items():
            if item_id != item.id:
                continue
            assert _told(item, name, index) == text


def _told(item: Item, name: DeltaField, index: int) -> str:
    """What a field holds that grows by deltas."""
    if isinstance(item, CodeInterpreterCall) and name == "logs":
        return str(getattr(item.outputs[index], "logs", ""))
    if isinstance(item, Reasoning) and name == "summary":
        return item.summary[index]
    if isinstance(item, AssistantMessage) and name == "text":
        return "".join(getattr(part, "text", "") for part in item.content[index : index + 1])
    return str(getattr(item, name) or "")


async def drive(
    upstream: Upstream,
    request: RunRequest | None = None,
    *,
    answer: Callable[[ToolCall], str] = lambda call: f"output of {call.call_id}",
) -> Driven:
    """Run to the end, answering all calls of each round."""
    return await drive_session(upstream.session(request or run_request()), answer=answer)


async def drive_session(
    session: UpstreamSession,
    *,
    answer: Callable[[ToolCall], str] = lambda call: f"output of {call.call_id}",
    into: Driven | None = None,
) -> Driven:
    driven = Driven() if into is None else into
    outputs: tuple[ToolOutput, ...] | None = None
    while driven.ended is None:
        last: UpstreamEvent | None = None
        async for event in session.next(outputs):
            assert not isinstance(last, ToolCallsRequired | RunEnded), "the last event is the last"
            driven.take(event)
            last = event
        assert isinstance(last, ToolCallsRequired | RunEnded), "a round ends with its ending"
        if isinstance(last, ToolCallsRequired):
            outputs = tuple(ToolOutput.of_text(call.call_id, answer(call)) for call in last.calls)
    return driven


def without_ids(event: UpstreamEvent) -> str:
    """Returns an event as text, without our ids and times, which differ in each run."""
    match event:
        case _ if hasattr(event, "item"):
            item = event.item.model_copy(update={"id": "", "created_at": 0.0})
            return f"{type(event).__name__} {item!r}"
        case _ if hasattr(event, "calls"):
            return f"{type(event).__name__} {[(c.call_id, c.arguments) for c in event.calls]}"
        case _ if hasattr(event, "item_id"):
            names = type(event).__match_args__
            values = [getattr(event, name) for name in names if name != "item_id"]
            return f"{type(event).__name__} {values}"
        case _:
            return repr(event)
