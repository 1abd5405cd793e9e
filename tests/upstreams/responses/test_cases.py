"""Streams that once went wrong, one kind of fault a folder of `../shared/cases`.

Each is played to the whole app, whose server refuses input that some real server refuses.
"""

from dataclasses import dataclass
from pathlib import Path

import pytest

from backend.domain.events import ItemDelta
from backend.domain.items import AssistantMessage, FunctionCall, Reasoning, Run
from tests.paths import SHARED
from tests.running import ScriptSocket
from tests.upstreams.loopback import recorded
from tests.upstreams.responses.chatting import ask, chat, message
from tests.upstreams.responses.strict_server import StrictServer

CASES = SHARED / "cases"

TOO_LONG = "Requested token count 9000 exceeds the model context of 8192 tokens."
CONTEXT = "context_length_exceeded"


@dataclass(frozen=True)
class Expected:
    status: str = "completed"
    texts: tuple[str, ...] = ()
    code: str | None = None
    says: str = ""
    retryable: bool = False
    calls: tuple[str, ...] = ()
    """Arguments of the calls that were executed."""


DONE = "The tools are done."

EXPECTED = {
    "01-untyped-error": Expected("failed", ("Half an",), CONTEXT, TOO_LONG),
    "01d-error-string": Expected("failed", (), CONTEXT, TOO_LONG),
    "01f-object-error": Expected("failed", (), CONTEXT, TOO_LONG),
    "02b-null-index-no-output": Expected(texts=("Only deltas, no output at the end.",)),
    "04-object-arguments": Expected(texts=(DONE,), calls=('{"location":"Oslo"}',)),
    "05d-empty-arguments-strict-server": Expected(texts=(DONE,), calls=("",)),
    "06-same-call-id": Expected(
        texts=(DONE,), calls=('{"location": "Oslo"}', '{"location": "Lima"}')
    ),
    "09-usage-odd": Expected(texts=("Usage is odd.",)),
    "10-crlf-comments": Expected(texts=("Grüße 你好 🙂",)),
    "12-done-space": Expected(texts=("Spaced.",)),
    "13-no-last-blank": Expected(texts=("No blank line at the end.",)),
    "16-lone-surrogate": Expected(),
    "19-error-null": Expected("failed", (), "upstream_broken", "Try again", retryable=True),
    "37-think": Expected(texts=("Hello **there**.",)),
    "76-truncated-arguments": Expected(texts=(DONE,), calls=('{"location": "Oslo"',)),
    "79-chat-chunks": Expected("failed", (), "upstream_other_api", "Chat Completions API"),
    "81c-int-id": Expected(texts=("Status is odd.",)),
    "90-empty-data": Expected(),
    "90c-data-null": Expected(),
    "90f-data-word": Expected(),
}


def rounds(case: str) -> list[Path]:
    """The streams of a case, in the order of its rounds."""
    folder = CASES / case
    found = [folder / "stream.sse", *(folder / f"stream{n}.sse" for n in range(2, 20))]
    return [path for path in found if path.exists()]


def every_case() -> list[str]:
    """All that hold a stream. Those that are not in `EXPECTED` are about what a page shows."""
    return sorted({path.parent.name for path in CASES.glob("*/stream.sse")} | set(EXPECTED))


async def play(case: str, folder: Path) -> tuple[Run, ScriptSocket, StrictServer]:
    streams = rounds(case)
    if not streams:
        pytest.skip("the cases do not lie beside this checkout")
    strict = StrictServer([*map(recorded, streams), message("And again.")])
    async with chat(folder, strict) as socket:
        run = await ask(socket, "Go on.")
        again = await ask(socket, "Once more.")
    assert (again.status, again.error) == ("completed", None), "the next message is taken"
    assert len(strict.inputs) == len(streams) + 1, "each stream was asked for once"
    return run, socket, strict


@pytest.mark.parametrize("case", every_case())
async def test_a_case_ends_as_it_should(case: str, tmp_path: Path) -> None:
    expected = EXPECTED.get(case, Expected())
    run, socket, _ = await play(case, tmp_path)
    assert run.status == expected.status, run.error
    items = [item for item in socket.transcript.items if item.run_id == run.id]
    said = tuple(item.text for item in items if isinstance(item, AssistantMessage))
    calls = [item for item in items if isinstance(item, FunctionCall)]
    if case in EXPECTED:
        assert said == expected.texts or (not expected.texts and expected.code is None and said)
        assert tuple(call.arguments for call in calls) == expected.calls
    else:
        assert any(said), "what was said is shown"
    assert len({call.id for call in calls}) == len(calls)
    error = run.error
    assert (error.code if error else None) == expected.code
    if error is not None:
        assert expected.says in error.message
        assert "None" not in error.message
        assert error.retryable == expected.retryable


async def test_reasoning_in_tags_is_reasoning_and_no_part_of_title_and_history(
    tmp_path: Path,
) -> None:
    _, socket, strict = await play("37-think", tmp_path)
    _, thought, answer, *_ = socket.transcript.items
    assert isinstance(thought, Reasoning)
    assert thought.summary == ("The user greets, so I greet back.\n\n1. Be short.",)
    streamed = [frame for frame in socket.received if isinstance(frame, ItemDelta)]
    assert any(frame.item_id == thought.id for frame in streamed)
    assert "think" not in str(strict.inputs[-1])
    assert socket.transcript.thread is not None
    assert "think" not in socket.transcript.thread.title
    assert isinstance(answer, AssistantMessage)


async def test_two_calls_with_one_id_go_back_under_two_ids(tmp_path: Path) -> None:
    _, _, strict = await play("06-same-call-id", tmp_path)
    ids = [item["call_id"] for item in strict.inputs[1] if item["type"] == "function_call"]
    assert len(set(ids)) == 2


@pytest.mark.parametrize("case", ["05d-empty-arguments-strict-server", "76-truncated-arguments"])
async def test_arguments_that_are_no_object_go_back_as_one(case: str, tmp_path: Path) -> None:
    _, _, strict = await play(case, tmp_path)
    sent = [item["arguments"] for item in strict.inputs[1] if item["type"] == "function_call"]
    assert sent == ["{}"]
