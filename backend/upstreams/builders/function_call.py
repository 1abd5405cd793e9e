"""A call of a function that we run, while it streams."""

import time
from typing import Any

from backend.domain.ids import RunId, new_item_id
from backend.domain.items import FunctionCall, ItemStatus
from backend.domain.parts import TextPart
from backend.upstreams.builders.whole import Out, standing_arguments
from backend.upstreams.events import ItemChanged, ItemFinished, ItemStarted, TextDelta, ToolCall


class FunctionCallBuilder:
    """`runs/` finishes the item, when the call has an output; unless the call was cut off."""

    def __init__(self, run_id: RunId, name: str | None = None, call_id: str | None = None) -> None:
        self._item = FunctionCall(
            id=new_item_id(), run_id=run_id, created_at=time.time(), name=name or ""
        )
        self._arguments: list[str] = []
        self._is_final = False
        self.call_id = call_id
        self.is_shown = False
        self.call: ToolCall | None = None
        """Once it is complete and may be executed."""
        self.is_answered = False
        """Whether the server answered the call itself, so that it must not be executed here."""

    @property
    def name(self) -> str:
        return self._item.name

    def start(self, out: Out, name: str | None = None) -> None:
        """Show it as soon as its name is known, with the arguments that came before."""
        if name and not self._item.name:
            self._item = self._item.model_copy(update={"name": name})
        if self.is_shown or not self._item.name:
            return
        self.is_shown = True
        out.append(ItemStarted(self._item))
        if self._arguments:
            out.append(TextDelta(self._item.id, "arguments", "".join(self._arguments)))

    def add_arguments(self, out: Out, delta: str) -> None:
        if not delta or self._is_final:
            return
        self._arguments.append(delta)
        if self.is_shown:
            out.append(TextDelta(self._item.id, "arguments", delta))

    def end_arguments(self, out: Out, whole: str | None) -> None:
        """Take the whole arguments."""
        sent = "".join(self._arguments)
        arguments = standing_arguments(sent, whole)
        self._is_final = False
        if arguments.startswith(sent):
            self.add_arguments(out, arguments[len(sent) :])
        else:
            self._arguments = [arguments]
            if self.is_shown:
                out.append(ItemChanged(self._item.model_copy(update={"arguments": arguments})))
        self._is_final = bool(whole)

    def finish(self, out: Out, status: ItemStatus, name: str | None = None) -> None:
        """With `completed`, `call` may be executed from now on."""
        self.start(out, name)
        if name and name != self._item.name:
            arguments = "".join(self._arguments)
            self._item = self._item.model_copy(update={"name": name})
            out.append(ItemChanged(self._item.model_copy(update={"arguments": arguments})))
        if not self.is_shown:
            return
        arguments = "".join(self._arguments)
        if status == "completed":
            call_id = self.call_id or f"call_{self._item.id}"
            self.call = ToolCall(self._item.id, call_id, self._item.name, arguments)
        else:
            self._finished(out, arguments, status)

    @property
    def arguments(self) -> str:
        """What has arrived of them."""
        return "".join(self._arguments)

    def answer(self, out: Out, output: str | None) -> None:
        """Show the server's own output of the call."""
        self.is_answered = True
        outputs = () if output is None else (TextPart(text=output),)
        self._item = self._item.model_copy(update={"outputs": outputs})
        if self.is_shown:
            changes = {"arguments": self.arguments, "status": "running"}
            out.append(ItemChanged(self._item.model_copy(update=changes)))

    def settle(self, out: Out) -> None:
        """Finish a call that the server answered."""
        if self.is_answered:
            self.give_up(out, "completed")

    def give_up(self, out: Out, status: ItemStatus) -> None:
        """Take back a call that was complete."""
        if self.call is not None:
            self._finished(out, self.call.arguments, status)
            self.call = None

    def echo(self) -> dict[str, Any] | None:
        """Returns the call as an input item of the Responses API."""
        if self.call is None:
            return None
        return {
            "type": "function_call",
            "call_id": self.call.call_id,
            "name": self.call.name,
            "arguments": self.call.arguments,
        }

    def _finished(self, out: Out, arguments: str, status: ItemStatus) -> None:
        changes = {"arguments": arguments, "status": status}
        out.append(ItemFinished(self._item.model_copy(update=changes)))
