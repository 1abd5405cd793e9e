"""Tools that the server runs itself, through the whole app: what is asked for, shown and kept."""

import asyncio
import base64
from pathlib import Path
from typing import Any

import httpx2

from backend.domain.annotations import UrlCitation
from backend.domain.events import ItemUpdated
from backend.domain.items import (
    AssistantMessage,
    ImageGenerationCall,
    WebSearchCall,
)
from backend.domain.parts import TextPart
from backend.websocket.messages import Ack
from tests.running import ScriptSocket
from tests.upstreams.loopback import Answer, Part, error_answer, sse
from tests.upstreams.responses.chatting import ScriptedModel, ask, chat, message

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
GIF = b"GIF89a" + b"unfinished"
IMAGE = {"id": "ig_1", "type": "image_generation_call"}
MCP = "mcp:wiki=https://wiki.example/mcp"


ADDED = {"type": "response.output_item.added", "output_index": 0, "item": IMAGE}


def response(*events: dict[str, Any] | Part) -> Answer:
    return sse([*events, {"type": "response.completed", "response": {"status": "completed"}}])


def done(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


PARTIAL = {
    "type": "response.image_generation_call.partial_image",
    "item_id": "ig_1",
    "output_index": 0,
    "partial_image_index": 0,
    "partial_image_b64": encoded(GIF),
}


def picture(result: bytes = PNG, **fields: Any) -> dict[str, Any]:
    return done({**IMAGE, "status": "completed", "result": encoded(result), **fields})


async def test_an_unfinished_picture_is_gone_with_its_run(tmp_path: Path) -> None:
    model = ScriptedModel([response(ADDED, PARTIAL, asyncio.Event())])
    async with (
        chat(tmp_path, model, "image_generation", hosted_tools="image_generation") as socket,
        socket.rest() as http,
    ):
        await socket.say("Draw a harbour")
        ack = await socket.until(Ack)
        item = (await socket.until(ItemUpdated)).item
        while not getattr(item, "previews", 0):
            item = (await socket.until(ItemUpdated)).item
        assert (await http.get(f"/api/previews/{item.id}")).content == GIF
        await socket.send(type="run.cancel", id="stop", run_id=ack.run_id)
        assert (await socket.until_ended(ack)).status == "cancelled"
        assert (await http.get(f"/api/previews/{item.id}")).status_code == 404


async def test_a_picture_is_shown_while_it_is_made_and_kept_when_it_is_finished(
    tmp_path: Path,
) -> None:
    looked = asyncio.Event()
    call = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
    model = ScriptedModel(
        [
            response(
                ADDED,
                PARTIAL,
                looked,
                picture(revised_prompt="A harbour, at low tide"),
                done(call, 1),
            ),
            message("Here it is."),
            message("Bluer now."),
        ]
    )
    async with (
        chat(tmp_path, model, "image_generation", hosted_tools="image_generation") as socket,
        socket.rest() as http,
    ):
        await socket.say("Draw a harbour")
        ack = await socket.until(Ack)
        unfinished = (await socket.until(ItemUpdated)).item
        while not getattr(unfinished, "previews", 0):
            unfinished = (await socket.until(ItemUpdated)).item
        preview = await http.get(f"/api/previews/{unfinished.id}")
        assert (preview.content, preview.headers["content-type"]) == (GIF, "image/gif")
        stranger = await http.get(f"/api/previews/{unfinished.id}", headers={"Cookie": ""})
        assert stranger.status_code == 404
        looked.set()
        await socket.until_ended(ack)
        (shown,) = [item for item in socket.transcript.items if item.id == unfinished.id]
        assert isinstance(shown, ImageGenerationCall)
        assert (shown.status, shown.prompt) == ("completed", "A harbour, at low tide")
        assert (shown.filename, shown.media_type, shown.size, shown.previews) == (
            "a-harbour-at-low-tide.png",
            "image/png",
            len(PNG),
            0,
        )
        assert (await http.get(f"/api/files/{shown.file_id}/content")).content == PNG
        assert (await http.get(f"/api/previews/{shown.id}")).status_code == 404
        listed = (await http.get("/api/files?purpose=generated")).json()["files"]
        assert [file["id"] for file in listed] == [shown.file_id]
        await ask(socket, "Make it bluer")
        assert await exported_and_imported(socket, http, shown) == PNG
    (tool,) = model.asked[0]["tools"]
    assert tool == {"type": "image_generation", "partial_images": 2}
    (echoed,) = [item for item in model.asked[1]["input"] if item["type"] == IMAGE["type"]]
    assert (echoed["id"], echoed["result"]) == ("ig_1", encoded(PNG))
    later = model.asked[2]["input"]
    assert all(item["type"] != IMAGE["type"] for item in later)
    pictures = [
        part["image_url"]
        for item in later
        if item.get("role") == "user" and isinstance(item["content"], list)
        for part in item["content"]
        if part["type"] == "input_image"
    ]
    assert pictures == [f"data:image/png;base64,{encoded(PNG)}"]


async def exported_and_imported(
    socket: ScriptSocket, http: httpx2.AsyncClient, shown: ImageGenerationCall
) -> bytes:
    """The picture of a thread that is made of another one's export."""
    assert socket.transcript.thread is not None
    path = f"/api/threads/{socket.transcript.thread.id}/export"
    text = (await http.get(path, params={"format": "markdown"})).text
    assert f"![a-harbour-at-low-tide.png](/api/files/{shown.file_id}/content)" in text
    export = await http.get(path, params={"format": "json"})
    made = await http.post("/api/threads", json=export.json())
    items = (await http.get(f"/api/threads/{made.json()['id']}/items")).json()["items"]
    (file_id,) = [item["file_id"] for item in items if item["type"] == shown.type]
    assert file_id != shown.file_id
    return (await http.get(f"/api/files/{file_id}/content")).content


async def test_a_picture_that_failed_says_why(tmp_path: Path) -> None:
    error = {
        "type": "image_generation_user_error",
        "code": "moderation_blocked",
        "message": "Your request was rejected by the safety system.",
        "moderation_details": {"moderation_stage": "input", "categories": ["self_harm"]},
    }
    failed = done({**IMAGE, "status": "failed", "result": None, "error": error})
    empty = done({**IMAGE, "id": "ig_2", "status": "completed", "result": None}, 1)
    garbled = done({**IMAGE, "id": "ig_3", "status": "completed", "result": "abcde"}, 2)
    model = ScriptedModel([response(failed, empty, garbled)])
    async with chat(tmp_path, model) as socket:
        await ask(socket, "Draw")
        cards = [item for item in socket.transcript.items if isinstance(item, ImageGenerationCall)]
    assert [card.status for card in cards] == ["failed"] * 3
    assert cards[0].error == (
        "Your request was rejected by the safety system. (Moderation: self harm.)"
    )
    assert cards[1].error == "The server sent no picture."
    assert "could not be copied" in (cards[2].error or "")


async def test_a_web_search_is_near_the_visitor_and_names_its_sources(tmp_path: Path) -> None:
    sources = [{"type": "url", "url": "https://a.example/"}, {"type": "api", "name": "oai-weather"}]
    search = {"type": "search", "query": "tides", "sources": sources}
    find = {"type": "find_in_page", "pattern": "high", "url": "https://a.example/"}
    cited = {
        "type": "url_citation",
        "url": "https://a.example/",
        "title": "Tides",
        "start_index": 5,
        "end_index": 9,
    }
    text = {"type": "output_text", "text": "High noon.", "annotations": [cited]}
    model = ScriptedModel(
        [
            response(
                done({"id": "ws_1", "type": "web_search_call", "action": search}),
                done({"id": "ws_2", "type": "web_search_call", "action": find}, 1),
                done(
                    {
                        "id": "ws_3",
                        "type": "web_search_call",
                        "arguments": '{"query":"what is xAI","num_results":5}',
                    },
                    2,
                ),
                done({"id": "msg_1", "type": "message", "content": [text]}, 3),
            )
        ]
    )
    async with chat(tmp_path, model, "web_search", hosted_tools="web_search") as socket:
        await ask(socket, "Tides?", timezone="Europe/Oslo")
        searched, found, asked = [
            item for item in socket.transcript.items if isinstance(item, WebSearchCall)
        ]
        answer = socket.transcript.items[-1]
    body = model.asked[0]
    location = {"type": "approximate", "timezone": "Europe/Oslo"}
    assert body["tools"] == [{"type": "web_search", "user_location": location}]
    assert "web_search_call.action.sources" in body["include"]
    assert (searched.queries, searched.urls) == (("tides",), ("https://a.example/", "oai-weather"))
    assert (found.action, found.queries) == ("find_in_page", ("high",))
    assert asked.queries == ("what is xAI",)
    assert isinstance(answer, AssistantMessage)
    (part,) = answer.content
    assert isinstance(part, TextPart)
    assert part.annotations == (
        UrlCitation(start=5, end=9, url="https://a.example/", title="Tides"),
    )


async def test_a_tool_that_the_model_refuses_is_left_out_with_a_word(tmp_path: Path) -> None:
    refusal = error_answer(
        400, "Hosted tool 'web_search' is not supported with strict-1.", param="tools"
    )
    model = ScriptedModel([refusal, message("Without it."), message("Again without it.")])
    async with chat(tmp_path, model, "web_search", hosted_tools="web_search") as socket:
        run = await ask(socket, "Tides?")
        assert (await ask(socket, "And now?")).status == "completed"
    assert "does not take the tool web_search" in " ".join(run.notes)
    assert ["tools" in body for body in model.asked] == [True, False, False]


async def test_an_mcp_server_gets_its_token_and_nobody_else_sees_it(tmp_path: Path) -> None:
    model = ScriptedModel([message("Hello.")])
    settings = {"hosted_tools": "mcp", "hosted_mcp_tokens": "wiki=tok-planted-123456"}
    async with (
        chat(tmp_path, model, MCP, **settings) as socket,
        socket.rest() as http,
    ):
        await ask(socket, "Hello")
        state = await http.get("/api/setup")
        bad = await http.put(
            "/api/setup/assistant",
            json={"name": "A", "model": "m", "tools": ["mcp:wiki=https://user:pass@wiki.example"]},
        )
    assert model.asked[0]["tools"] == [
        {
            "type": "mcp",
            "server_label": "wiki",
            "server_url": "https://wiki.example/mcp",
            "require_approval": {"never": {"read_only": True}},
            "authorization": "tok-planted-123456",
        }
    ]
    assert state.json()["assistant"]["tools"] == [MCP]
    assert "tok-planted" not in state.text
    assert bad.status_code == 400


async def test_what_the_server_runs_is_offered_on_setup(tmp_path: Path) -> None:
    async with (
        chat(tmp_path, ScriptedModel([]), hosted_tools="web_search,image_generation") as socket,
        socket.rest() as http,
    ):
        tools = (await http.get("/api/setup")).json()["tools"]
    assert {"web_search", "image_generation"} <= set(tools)
