"""What the demo takes for a question about documents, and how it answers one."""

import json
from datetime import UTC, datetime

import pytest

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.ids import FileId, ItemId, RunId, ThreadId
from backend.domain.items import AssistantMessage, UserMessage
from backend.domain.parts import FilePart
from backend.tools.function import FunctionSpec
from backend.upstreams.demo import create_upstream
from backend.upstreams.demo.session import DemoSession
from backend.upstreams.events import ItemFinished, ToolCallsRequired
from backend.upstreams.request import RunRequest, ToolOutput

FUNCTIONS = tuple(
    FunctionSpec(name, "", {}, strict=False)
    for name in ("get_weather", "file_search", "code_interpreter")
)

OUTPUT = """Answer from these passages alone.

【3:0†source】 manual.pdf, page 4
Clean it weekly. The guarantee covers
the pump and the boiler. Seals wear out.

【3:1†source】 notes.md, lines 2–9
Nobody asked for this."""


def session(text: str, *files: str, functions: tuple[FunctionSpec, ...] = FUNCTIONS) -> DemoSession:
    attached = tuple(
        FilePart(file_id=FileId(name), name=name, media_type="", size=1) for name in files
    )
    message = UserMessage(id=ItemId("item_1"), text=text, files=attached, created_at=0)
    request = RunRequest(
        thread_id=ThreadId("thread_1"),
        run_id=RunId("run_1"),
        history=(message,),
        assistant=Assistant("asst_local_1", "Demo", "demo"),
        functions=functions,
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )
    upstream = create_upstream(Settings(demo_deltas_per_s=0))
    return upstream.session(request)


async def called(session: DemoSession) -> ToolCallsRequired | None:
    events = [event async for event in session.next(None)]
    return events[-1] if isinstance(events[-1], ToolCallsRequired) else None


async def answer(session: DemoSession, output: str) -> str:
    required = await called(session)
    assert required is not None
    outputs = (ToolOutput.of_text(required.calls[0].call_id, output),)
    events = [event async for event in session.next(outputs)]
    (message,) = (event.item for event in events if isinstance(event, ItemFinished))
    assert isinstance(message, AssistantMessage)
    return message.text


@pytest.mark.parametrize(
    ("text", "files", "name"),
    [
        ("What does the guarantee cover?", (), "file_search"),
        ("What does my report say about rain?", (), "file_search"),
        ("Summarise it", ("report.pdf",), "file_search"),
        ("How hot should the milk get?", ("manual.docx",), "file_search"),
        ("Which table is the largest?", ("manual.docx",), "file_search"),
        ("Summarise it", ("photo.png",), None),
        ("What can you do?", ("report.pdf",), None),
        ("Show me a table", (), None),
        ("And now?", (), None),
        ("What's the weather in Oslo?", ("report.pdf",), "get_weather"),
        ("What is 2**100?", ("report.pdf",), "code_interpreter"),
    ],
)
async def test_questions_that_documents_may_answer_are_looked_up(
    text: str, files: tuple[str, ...], name: str | None
) -> None:
    required = await called(session(text, *files))
    assert (required.calls[0].name if required is not None else None) == name
    if required is not None and name == "file_search":
        assert json.loads(required.calls[0].arguments) == {"query": text}


async def test_without_file_search_it_says_what_it_can_do() -> None:
    assert await called(session("What does the guarantee cover?", functions=())) is None


async def test_it_quotes_the_sentence_that_answers_with_its_source_and_marker() -> None:
    text = await answer(session("What does the guarantee cover?"), OUTPUT)
    assert (
        "> The guarantee covers the pump and the boiler.【3:0†source】\n>\n> — manual.pdf, page 4"
        in text
    )
    assert "Nobody asked" not in text
    assert "Told by the demo" in text


async def test_a_heading_is_quoted_with_the_sentence_under_it() -> None:
    output = "【3:0†source】 kettle.pdf, page 3\nDescaling. Boil vinegar in it. Rinse it twice."
    text = await answer(session("How often is descaling due?"), output)
    assert "> Descaling. Boil vinegar in it.【3:0†source】\n" in text


async def test_a_heading_of_a_document_is_no_heading_of_the_answer() -> None:
    output = "【3:0†source】 kettle.md, lines 1–3\n# Descaling it\nBoil vinegar in it for long."
    text = await answer(session("How often is descaling due?"), output)
    assert "\n> Descaling it Boil" in text


async def test_it_says_so_where_nothing_was_found() -> None:
    text = await answer(session("What does the guarantee cover?"), "There are no files to search.")
    assert text.startswith("There are no files to search.")
    assert "【" not in text
