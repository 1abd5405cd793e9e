"""Marks become citations in one place, whoever searched and whatever adapter is between."""

import json
from pathlib import Path
from typing import Any

from backend.domain.annotations import FileCitation
from backend.domain.ids import new_item_id
from backend.domain.items import AssistantMessage, FileSearchCall, FileSearchResult
from backend.upstreams.events import Annotated, ItemFinished, ItemStarted, TextDelta
from backend.upstreams.responses.upstream import create_upstream
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, annotations_of, said
from tests.search.visitor import visiting
from tests.upstreams.driving import settings
from tests.upstreams.loopback import sse, upstream_server

RESULTS = (
    FileSearchResult(file_id="file-1", filename="a.pdf", score=0.4, text="Worse."),
    FileSearchResult(
        file_id="file-1", filename="a.pdf", score=0.9, text="Best.", location="page 3"
    ),
    FileSearchResult(file_id="file-2", filename="b.pdf", score=1.0, text="Of another."),
)


def completed(*output: dict[str, Any]) -> dict[str, Any]:
    return {"type": "response.completed", "response": {"output": list(output)}}


async def test_a_citation_of_hosted_search_tells_the_passage_that_was_found(
    tmp_path: Path,
) -> None:
    search = FileSearchCall(id=new_item_id(), created_at=1)
    answer = AssistantMessage(id=new_item_id(), created_at=2)
    cited = FileCitation(start=3, end=3, file_id="file-1")
    unknown = FileCitation(start=3, end=3, file_id="file-9")
    upstream = ScriptedUpstream()
    upstream.script(
        [
            ItemStarted(search),
            ItemFinished(search.model_copy(update={"status": "completed", "results": RESULTS})),
            ItemStarted(answer),
            TextDelta(answer.id, "text", "So."),
            Annotated(answer.id, cited),
            ItemFinished(
                answer.model_copy(
                    update={"content": said("So.", cited, unknown), "status": "completed"}
                )
            ),
            COMPLETED,
        ]
    )
    async with running(tmp_path, upstream) as server, visiting(server) as visitor:
        told, _ = await visitor.ask("So?")
    known = cited.model_copy(update={"filename": "a.pdf", "quote": "Best.", "location": "page 3"})
    assert annotations_of(told) == (known, unknown)


async def test_another_server_of_the_responses_api_cites_what_was_found_here(
    tmp_path: Path,
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Refunds take fourteen days.", encoding="utf-8")
    call = {
        "type": "function_call",
        "call_id": "call_1",
        "name": "file_search",
        "arguments": json.dumps({"query": "refunds"}),
    }
    text = "😀 Fourteen days【1:0†source】, says the note."
    message = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }
    deltas = [
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 0, "delta": part}
        for part in (text[:18], text[18:])
    ]
    rounds = [sse([completed(call)]), sse([*deltas, completed(message)])]
    async with upstream_server({"POST /responses": rounds}) as remote:
        upstream = create_upstream(settings(openai_base_url=remote.base_url))
        async with running(tmp_path, upstream, model="m") as server, visiting(server) as visitor:
            await visitor.http.put(
                "/api/setup/assistant", json={"name": "A", "model": "m", "tools": ["file_search"]}
            )
            (file,) = await visitor.upload(note)
            answer, (search,) = await visitor.ask("Refunds?", file["id"])
        # A third one asks for a title of the thread.
        first, second, *_ = (request.json for request in remote.requests if request.body)
    assert [tool["name"] for tool in first["tools"]] == ["file_search"]
    assert "【1:0†source】 note.txt, line 1" in second["input"][-1]["output"]
    assert search.queries == ("refunds",)
    assert answer.text == "😀 Fourteen days, says the note."
    assert annotations_of(answer) == (
        FileCitation(
            start=16,
            end=16,
            file_id=file["id"],
            filename="note.txt",
            quote="Refunds take fourteen days.",
            location="line 1",
        ),
    )
