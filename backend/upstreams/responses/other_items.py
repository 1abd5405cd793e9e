"""Items of a type that has no card of its own: one generic card says what was asked for.

Of the SDK's 28 types these are computer calls, tool searches, programs, approvals, outputs without a
call, and what says how the model went on (`compaction`, `additional_tools`); besides them whatever a
server invents.
"""

from collections.abc import Iterator
from typing import Any, Final

from backend.domain.ids import RunId
from backend.domain.items import Item, ItemStatus, McpCall
from backend.domain.text import json_text, text_or_json
from backend.upstreams.builders.whole import Out
from backend.upstreams.events import ItemChanged, ToolCall
from backend.upstreams.responses.client_calls import APPROVAL_REQUEST
from backend.upstreams.responses.hosted_calls import HostedItemBuilder, error_text
from backend.upstreams.responses.items import OutputItem

_OURS_TO_ANSWER: Final = frozenset({"computer_call", "tool_search_call", APPROVAL_REQUEST})
"""Calls that wait for an answer from us, unless the server goes on by itself. There is none but for
an approval, which somebody gives or denies."""

_OUTPUT_FIELDS: Final = ("output", "result", "results", "tools")
_UNSAID: Final = frozenset(
    {
        "id",
        "type",
        "status",
        "call_id",
        "name",
        "error",
        "server_label",
        "encrypted_content",
        "fingerprint",
        "created_by",
        "execution",
        *_OUTPUT_FIELDS,
    }
)


class OtherItemBuilder(HostedItemBuilder):
    """Finished at the end of the response, which tells whether the server answered the call."""

    def __init__(self, run_id: RunId, foreign: OutputItem) -> None:
        super().__init__(run_id, foreign)
        self._final = foreign
        self._final_status: ItemStatus | None = None
        self._answer: OutputItem | None = None
        self._went_on = False

    @property
    def waits(self) -> bool:
        """Whether the call has no answer yet."""
        return self._final.type in _OURS_TO_ANSWER and self._answer is None and not self._went_on

    @property
    def to_be_allowed(self) -> ToolCall | None:
        """The call that waits for somebody to allow it, if it is one of an MCP server."""
        final = self._final
        if final.type != APPROVAL_REQUEST or not final.id or not self.waits:
            return None
        name = f"{final.server_label}.{final.name}"
        return ToolCall(self._id, final.id, name, _arguments(final.whole or {}), hosted=True)

    def went_on(self) -> None:
        """The model went on after the call, so it was answered at the server."""
        self._went_on = True

    def answer(self, out: Out, output: OutputItem) -> None:
        """Show the output item of this call on its card."""
        self._answer = output
        out.append(ItemChanged(self._item(self._final, "running")))

    def answers(self) -> Iterator[dict[str, Any]]:
        """Returns the output item that was shown on this card, as the server sent it."""
        if self._answer is not None and self._answer.whole is not None:
            yield self._answer.whole

    def finish(self, out: Out, final: OutputItem, status: ItemStatus) -> None:
        if final.type:
            self._final = final
        self._final_status = status

    def settle(self, out: Out) -> None:
        """Finish the card."""
        status = self._final_status or "incomplete"
        if self.to_be_allowed is not None and status == "completed":
            out.append(ItemChanged(self._item(self._final, "in_progress")))
            return
        if self.waits and status == "completed":
            status = "failed"
        super().finish(out, self._final, status)

    def _item(self, foreign: OutputItem, status: ItemStatus) -> Item:
        fields = foreign.whole or {}
        name = foreign.name or foreign.type.removesuffix("_call")
        error = error_text(foreign.error)
        if error is None and status == "failed" and self.waits:
            error = f"The model asked for the tool {name}, which this server does not have."
        answered = self._answer.whole if self._answer is not None else None
        return McpCall(
            **self._common(status),
            server_label=foreign.server_label or "",
            name=name,
            arguments=_arguments(fields),
            output=output_of(answered or fields),
            error=error,
        )


def _arguments(fields: dict[str, Any]) -> str:
    said = {key: value for key, value in fields.items() if key not in _UNSAID and value is not None}
    if isinstance(arguments := said.get("arguments"), str) and len(said) == 1:
        return arguments
    if isinstance(said.get("arguments"), dict) and len(said) == 1:
        said = said["arguments"]
    return json_text(said) if said else ""


def output_of(fields: dict[str, Any]) -> str | None:
    for name in _OUTPUT_FIELDS:
        match fields.get(name):
            case None | "" | []:
                continue
            case value:
                return text_or_json(value)
    return None
