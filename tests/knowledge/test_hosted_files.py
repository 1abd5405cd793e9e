"""Files at the upstream, through the whole app: knowledge, attachments, and files that tools make."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from backend.app import create_app
from backend.config.configuration import Configuration
from backend.domain.annotations import FileCitation, FilePath
from backend.domain.assistant import Assistant
from backend.domain.hosted_tool import EVERY_HOSTED_TOOL, HostedTool
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    UserMessage,
)
from backend.domain.parts import FilePart, ImagePart
from backend.http.files_models import FileInfo, UploadAnswer
from backend.openai_client.client import create_client
from backend.setup.models import FileSearchState, SetupState
from backend.store.database import Database
from backend.store.store import Store
from backend.upstreams.responses.upstream import ResponsesUpstream
from backend.websocket.messages import Ack, Error
from tests.patience import PATIENCE_S
from tests.postgresql import database_of
from tests.rest import rest
from tests.running import FixedPool, Running, ScriptSocket
from tests.scripted import annotations_of
from tests.serving import serve
from tests.stored import database_url
from tests.upstreams.assistants.objects import assistant_object
from tests.upstreams.assistants.runs import Hosted, Say
from tests.upstreams.assistants.server import AssistantsServer, assistants_server
from tests.upstreams.driving import KEY
from tests.upstreams.driving import settings as upstream_settings
from tests.upstreams.hosted_files_server import (
    HostedFilesServer,
    VectorStore,
    message_item,
    response_events,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PICTURE = f"data:image/png;base64,{base64.b64encode(PNG).decode()}"
ANSWER = response_events(message_item("Fine."))


@dataclass
class House:
    """The app, a visitor with a cookie, and the upstream's server."""

    app: Running
    http: httpx2.AsyncClient
    hosted: HostedFilesServer

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.http.cookies.items())

    async def upload(self, name: str, content: bytes, purpose: str = "knowledge") -> FileInfo:
        response = await self.http.post(
            f"/api/files?purpose={purpose}", files={"file": (name, content)}
        )
        assert response.status_code == 201, response.text
        return UploadAnswer.model_validate_json(response.content).files[0]

    async def settled(self, file: FileInfo) -> FileInfo:
        """Returns the file once it is completed or failed."""
        async with asyncio.timeout(PATIENCE_S):
            while file.status == "in_progress":
                file = await self.info(file.id)
        return file

    async def info(self, file_id: str) -> FileInfo:
        found = await self.http.get(f"/api/files/{file_id}")
        return FileInfo.model_validate_json(found.content)

    async def file_search(self) -> FileSearchState:
        state = await self.http.get("/api/setup")
        return SetupState.model_validate_json(state.content).file_search

    async def ask(self, socket: ScriptSocket, text: str, *files: FileInfo) -> None:
        await socket.say(text, id=f"cmd {text}", file_ids=[file.id for file in files])
        run = await socket.until_ended(await socket.until(Ack))
        assert (run.status, run.error) == ("completed", None)

    async def content(self, file_id: str | None) -> bytes:
        response = await self.http.get(f"/api/files/{file_id}/content")
        assert response.status_code == 200, response.text
        return response.content


@asynccontextmanager
async def responses(
    folder: Path,
    *scripts: list[dict[str, Any]],
    tools: tuple[str, ...] = ("code_interpreter", "file_search"),
    hosted_tools: frozenset[HostedTool] = EVERY_HOSTED_TOOL,
    hosted: HostedFilesServer | None = None,
    port: int = 0,
) -> AsyncIterator[House]:
    """A server of the Responses API that hosts tools, as OpenAI's does."""
    hosted = hosted or HostedFilesServer()
    hosted.responses += scripts
    async with serve(hosted.app(), lifespan="off", port=port) as url:
        hosted.port = urlsplit(url).port or 0
        behind = upstream_settings(openai_base_url=f"{url}/v1")
        upstream = ResponsesUpstream(behind, create_client(behind), hosted_tools)
        store = Store(Database(database_url(folder)))
        await store.open()
        await store.assistants.save_assistant(
            Assistant("asst_local_1", "Ada", "gpt-5-mini", "", tools)
        )
        await store.close()
        configuration = Configuration(
            folder / ".env",
            data_dir=folder / "data",
            database_url=database_of(folder),
            code_interpreter="off",
            assistant_id="asst_local_1",
            upstream="responses",
            openai_api_key=KEY,
            openai_base_url=f"{url}/v1",
        )
        app = create_app(configuration, upstreams=FixedPool(upstream))
        async with serve(app) as app_url, visitor(app_url) as http:
            yield House(Running(app_url), http, hosted)


@asynccontextmanager
async def assistants(
    folder: Path, *script: Any, tools: tuple[str, ...] = ("code_interpreter", "file_search")
) -> AsyncIterator[tuple[House, AssistantsServer]]:
    async with assistants_server(script) as server:
        server.assistants["asst_1"] = assistant_object(
            "asst_1", name="Ada", tools=[{"type": tool} for tool in tools]
        )
        env = folder / ".env"
        env.write_text(
            f"UPSTREAM=assistants\nOPENAI_API_KEY={KEY}\nOPENAI_BASE_URL={server.base_url}\n"
            "ASSISTANT_ID=asst_1\n"
        )
        app = create_app(Configuration(env, data_dir=folder / "data", code_interpreter="off"))
        async with serve(app) as url, visitor(url) as http:
            yield House(Running(url), http, server.hosted), server


@asynccontextmanager
async def visitor(url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with rest(url) as http:
        await http.get("/api/files")
        yield http


# Knowledge


async def test_knowledge_is_uploaded_read_and_searched_there(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER, ANSWER) as house:
        first = await house.settled(await house.upload("tide.md", b"High water at noon."))
        second = await house.settled(await house.upload("moon.md", b"Full."))
        assert (first.status, first.place) == (second.status, second.place)
        assert (first.status, first.place) == ("completed", "upstream")
        assert [store.name for store in house.hosted.stores.values()] == ["Ada"]
        assert house.hosted.stores["vs_1"].files == {"file-1": "completed", "file-2": "completed"}
        copy = house.hosted.files["file-1"]
        assert (copy.name, copy.purpose, copy.content) == (
            "tide.md",
            "user_data",
            b"High water at noon.",
        )
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "When?")
        (body,) = house.hosted.bodies("POST /responses")
        assert {"type": "file_search", "vector_store_ids": ["vs_1"]} in body["tools"]
        assert "file_search_call.results" in body["include"]
        assert not [
            place for place in house.hosted.asked if place in ("GET /files", "GET /vector_stores")
        ]
        assert (await house.file_search()).model_dump() == {
            "place": "upstream",
            "files": 2,
            "detail": None,
        }
        assert await house.content(first.id) == b"High water at noon."


async def test_many_files_at_once_share_one_store(tmp_path: Path) -> None:
    hosted = HostedFilesServer(making_stores=asyncio.Event())
    async with responses(tmp_path, hosted=hosted) as house:
        files = [("file", (f"{number}.md", b"text")) for number in range(6)]
        response = await house.http.post("/api/files?purpose=knowledge", files=files)
        for _ in range(10):
            await house.http.get("/api/files")
        assert hosted.making_stores is not None
        hosted.making_stores.set()
        for file in UploadAnswer.model_validate_json(response.content).files:
            assert (await house.settled(file)).status == "completed"
        assert list(house.hosted.stores) == ["vs_1"]
        assert len(house.hosted.stores["vs_1"].files) == 6


async def test_without_knowledge_there_is_no_store_and_no_search(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER) as house:
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "Hello")
        (body,) = house.hosted.bodies("POST /responses")
        assert [tool["type"] for tool in body["tools"]] == ["code_interpreter"]
        assert house.hosted.stores == {}


async def test_a_file_that_the_upstream_cannot_read_failed_with_its_reason(tmp_path: Path) -> None:
    hosted = HostedFilesServer(unreadable={"tide.pdf": "The file is encrypted."})
    async with responses(tmp_path, hosted=hosted) as house:
        file = await house.settled(await house.upload("tide.pdf", b"%PDF-1.7"))
        assert file.status == "failed"
        assert file.error == "The upstream could not read the file: The file is encrypted."
        del hosted.unreadable["tide.pdf"]
        again = await house.http.post(f"/api/files/{file.id}/retry")
        assert FileInfo.model_validate_json(again.content).status == "in_progress"
        assert (await house.settled(FileInfo.model_validate_json(again.content))).error is None


async def test_deleting_removes_the_entry_of_the_store_and_the_file(tmp_path: Path) -> None:
    async with responses(tmp_path) as house:
        file = await house.settled(await house.upload("tide.md", b"noon"))
        assert (await house.http.delete(f"/api/files/{file.id}")).status_code == 204
        assert house.hosted.files == {}
        assert house.hosted.stores["vs_1"].files == {}
        assert house.hosted.asked[-2:] == [
            "DELETE /vector_stores/vs_1/files/file-1",
            "DELETE /files/file-1",
        ]
        await house.settled(await house.upload("moon.md", b"full"))
        await house.settled(await house.upload("sun.md", b"bright"))
        deleted = await house.http.delete("/api/files?purpose=knowledge")
        assert deleted.json() == {"deleted": 2}
        assert house.hosted.files == {}


async def test_a_file_stays_while_its_copy_cannot_be_deleted(tmp_path: Path) -> None:
    async with assistants(tmp_path) as (house, server):
        copied = await house.settled(await house.upload("tide.md", b"noon"))
        here_only = await house.upload("plot.png", PNG, "attachment")
        base_url = {"base_url": "http://127.0.0.1:9/v1", "upstream": "assistants"}
        (await house.http.put("/api/setup/upstream", json=base_url)).raise_for_status()
        refused = await house.http.delete(f"/api/files/{copied.id}")
        assert refused.json()["error"]["code"] == "upstream_unreachable"
        assert (await house.info(copied.id)).status == "completed"
        assert (await house.http.delete(f"/api/files/{here_only.id}")).status_code == 204
        back = base_url | {"base_url": server.base_url}
        (await house.http.put("/api/setup/upstream", json=back)).raise_for_status()
        assert (await house.http.delete(f"/api/files/{copied.id}")).status_code == 204
        assert house.hosted.files == {}


async def test_reading_goes_on_after_a_restart_without_a_second_upload(tmp_path: Path) -> None:
    hosted = HostedFilesServer(reading=10**6)
    async with responses(tmp_path, hosted=hosted) as house:
        file = await house.upload("tide.md", b"noon")
        status = "GET /vector_stores/vs_1/files/file-1"
        async with asyncio.timeout(PATIENCE_S):
            while status not in hosted.asked:
                await house.http.get(f"/api/files/{file.id}")
    hosted.reading = 0
    async with responses(tmp_path, hosted=hosted, port=hosted.port) as house:
        assert (await house.settled(file)).status == "completed"
        assert hosted.asked.count("POST /files") == 1


async def test_a_store_that_is_gone_is_made_anew(tmp_path: Path) -> None:
    async with responses(tmp_path) as house:
        first = await house.settled(await house.upload("tide.md", b"noon"))
        house.hosted.stores["vs_9"] = house.hosted.stores.pop("vs_1")
        file = await house.settled(await house.upload("moon.md", b"full"))
        assert (file.status, file.error) == ("completed", None)
        await house.settled(await house.info(first.id))
        assert house.hosted.stores["vs_2"].files.keys() == {"file-1", "file-3"}


async def test_an_assistant_there_is_given_the_store(tmp_path: Path) -> None:
    async with assistants(tmp_path) as (house, server):
        file = await house.settled(await house.upload("tide.md", b"noon"))
        assert (file.status, file.place) == ("completed", "upstream")
        resources = {"file_search": {"vector_store_ids": ["vs_1"]}}
        assert server.assistants["asst_1"]["tool_resources"] == resources
        assert server.assistants["asst_1"]["name"] == "Ada"
        assert house.hosted.stores["vs_1"].name == "Ada"
        assert house.hosted.files["file-1"].purpose == "assistants"


async def test_an_assistant_that_has_a_store_keeps_it(tmp_path: Path) -> None:
    async with assistants(tmp_path) as (house, server):
        house.hosted.stores["vs_mine"] = VectorStore("mine")
        server.assistants["asst_1"]["tool_resources"] = {
            "file_search": {"vector_store_ids": ["vs_mine"]}
        }
        await house.settled(await house.upload("tide.md", b"noon"))
        assert house.hosted.stores["vs_mine"].files == {"file-1": "completed"}
        assert list(house.hosted.stores) == ["vs_mine"]


async def test_a_change_of_upstream_says_what_becomes_of_the_files(tmp_path: Path) -> None:
    async with assistants(tmp_path) as (house, _):
        file = await house.settled(await house.upload("tide.md", b"noon"))
        saved = await house.http.put("/api/setup/upstream", json={"upstream": "demo"})
        state = await house.file_search()
        assert saved.json()["warnings"][-1] == state.detail
        assert (state.place, state.files) == ("here", 0)
        assert state.detail is not None
        assert state.detail.startswith("1 file is kept but not searched")
        listed = (await house.http.get("/api/files")).json()["files"]
        assert [(each["id"], each["place"]) for each in listed] == [(file.id, "upstream")]
        again = await house.http.post(f"/api/files/{file.id}/retry")
        moved = await house.settled(FileInfo.model_validate_json(again.content))
        assert (moved.status, moved.place) == ("completed", "here")
        assert (await house.file_search()).model_dump() == {
            "place": "here",
            "files": 1,
            "detail": None,
        }


# Attachments


async def test_a_message_carries_its_files_and_pictures_are_seen(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER, ANSWER, hosted_tools=frozenset()) as house:
        picture = await house.upload("plot.png", PNG, "attachment")
        report = await house.settled(await house.upload("report.md", b"42", "attachment"))
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "What is this?", picture, report)
            asked = socket.transcript.items[0]
            assert isinstance(asked, UserMessage)
            assert asked.files == (
                FilePart(
                    file_id=picture.id, name="plot.png", media_type="image/png", size=len(PNG)
                ),
                FilePart(file_id=report.id, name="report.md", media_type="text/markdown", size=2),
            )
            await house.ask(socket, "And now?")
        first, second = house.hosted.bodies("POST /responses")
        told = {
            "type": "message",
            "role": "user",
            "content": [
                {
                    "type": "input_text",
                    "text": "What is this?\n\n(Attached files: report.md)",
                },
                {"type": "input_image", "image_url": PICTURE, "detail": "auto"},
            ],
        }
        assert first["input"] == [told]
        assert second["input"][0] == told, "in the history too"
        assert house.hosted.files == {}


async def test_documents_are_searched_and_data_is_given_to_code(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER, ANSWER) as house:
        report = await house.upload("report.md", b"42", "attachment")
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "Sum it up", report)
            await house.ask(socket, "Again")
        for body in house.hosted.bodies("POST /responses"):
            assert body["tools"][-2:] == [
                {
                    "type": "code_interpreter",
                    "container": {"type": "auto", "file_ids": ["file-1"]},
                },
                {"type": "file_search", "vector_store_ids": ["vs_1"]},
            ]
        store = house.hosted.stores["vs_1"]
        assert store.files == {"file-1": "completed"}
        assert store.expires_after == {"anchor": "last_active_at", "days": 30}
        assert house.hosted.asked.count("POST /files") == 1


async def test_without_file_search_a_document_is_read_whole(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER, tools=()) as house:
        report = await house.upload("report.md", b"42", "attachment")
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "Sum it up", report)
        (body,) = house.hosted.bodies("POST /responses")
        assert body["input"][0]["content"] == [
            {"type": "input_text", "text": "Sum it up"},
            {"type": "input_file", "file_id": "file-1"},
        ]


async def test_attachments_go_to_a_thread_of_the_assistants_api(tmp_path: Path) -> None:
    async with assistants(tmp_path) as (house, server):
        picture = await house.upload("plot.png", PNG, "attachment")
        report = await house.upload("report.md", b"42", "attachment")
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "What is this?", picture, report)
            await house.ask(socket, "And this?", picture)
        first, _, second, _ = server.threads["thread_1"].messages
        assert first["content"][0]["text"]["value"] == "What is this?"
        assert first["content"][1] == {"type": "image_file", "image_file": {"file_id": "file-1"}}
        assert first["attachments"] == [
            {
                "file_id": "file-2",
                "tools": [{"type": "file_search"}, {"type": "code_interpreter"}],
            }
        ]
        assert second["content"][1] == {"type": "image_file", "image_file": {"file_id": "file-1"}}
        assert [file.purpose for file in house.hosted.files.values()] == ["vision", "assistants"]


async def test_a_message_takes_only_its_owners_files_and_only_whole_ones(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER) as house, visitor(house.app.url) as other:
        theirs = UploadAnswer.model_validate_json(
            (
                await other.post("/api/files?purpose=attachment", files={"file": ("a.txt", b"a")})
            ).content
        ).files[0]
        knowledge = await house.upload("tide.md", b"noon")
        async with house.app.socket(cookie=house.cookie) as socket:
            for number, file_id in enumerate((theirs.id, knowledge.id, "file_none", "../x")):
                await socket.say("Hello", id=f"cmd_{number}", file_ids=[file_id])
                refused = await socket.until(Error)
                assert refused.code == "invalid_request"
            many = [f"file_{number}" for number in range(11)]
            await socket.say("Hello", id="cmd_many", file_ids=many)
            assert "10 files at most" in (await socket.until(Error)).message
            await house.ask(socket, "Hello")


async def test_a_deleted_attachment_is_named_and_nothing_breaks(tmp_path: Path) -> None:
    async with responses(tmp_path, ANSWER, ANSWER, hosted_tools=frozenset()) as house:
        picture = await house.upload("plot.png", PNG, "attachment")
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "What is this?", picture)
            await house.http.delete(f"/api/files/{picture.id}")
            await house.ask(socket, "And now?")
        body = house.hosted.bodies("POST /responses")[-1]
        assert body["input"][0]["content"] == "What is this?\n\n(Attached files: plot.png)"


@pytest.mark.sqlite
async def test_an_imported_thread_opens_nobodys_files(tmp_path: Path) -> None:
    async with (
        responses(tmp_path, ANSWER, ANSWER, hosted_tools=frozenset()) as house,
        visitor(house.app.url) as thief,
    ):
        picture = await house.upload("plot.png", PNG, "attachment")
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "What is this?", picture)
            thread_id = socket.transcript.thread and socket.transcript.thread.id
        exported = await house.http.get(f"/api/threads/{thread_id}/export?format=json")
        (message,) = [item for item in exported.json()["items"] if item["type"] == "user_message"]
        assert message["files"] == [
            {
                "type": "file",
                "file_id": picture.id,
                "name": "plot.png",
                "media_type": "image/png",
                "size": 48,
                "origin": None,
            }
        ]
        stolen = exported.json() | {"files": []}
        for item in stolen["items"]:
            if item["type"] == "user_message":
                item["files"].append(item["files"][0] | {"file_id": "../runstream.db"})
        imported = await thief.post("/api/threads", json=stolen)
        assert imported.status_code == 201, imported.text
        cookie = "; ".join(f"{name}={value}" for name, value in thief.cookies.items())
        async with house.app.socket(cookie=cookie, thread_id=imported.json()["id"]) as socket:
            await house.ask(socket, "And now?")
        body = house.hosted.bodies("POST /responses")[-1]
        assert "input_image" not in str(body["input"])
        assert "(Attached files: plot.png, plot.png)" in body["input"][0]["content"]


# Files that tools make


async def test_files_of_a_container_are_copied_and_items_point_to_ours(tmp_path: Path) -> None:
    text = "Here: [the table](sandbox:/mnt/data/table.csv)."
    citation = {
        "type": "container_file_citation",
        "container_id": "cntr_1",
        "file_id": "cfile_1",
        "filename": "table.csv",
        "start_index": 6,
        "end_index": 46,
    }
    code = {
        "id": "ci_1",
        "type": "code_interpreter_call",
        "status": "completed",
        "code": "plot()",
        "container_id": "cntr_1",
        "outputs": [
            {"type": "logs", "logs": "done\n"},
            {"type": "image", "url": PICTURE},
            {"type": "image", "file_id": "cfile_2"},
            {"type": "file", "file_id": "cfile_gone"},
        ],
    }
    hosted = HostedFilesServer(contents={"cntr_1/cfile_1": b"a,b\n", "cntr_1/cfile_2": PNG})
    script = response_events(code, message_item(text, citation))
    async with responses(tmp_path, script, hosted=hosted) as house:
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "Plot it")
            _, call, answer = socket.transcript.items
        assert isinstance(call, CodeInterpreterCall)
        logs, inline, fetched, gone = call.outputs
        assert logs == CodeLogs(logs="done\n")
        for image in (inline, fetched):
            assert isinstance(image, ImagePart)
            assert image.url is None
            assert await house.content(image.file_id) == PNG
        assert isinstance(gone, CodeLogs)
        assert gone.logs.startswith("(cfile_gone could not be copied.")
        assert isinstance(answer, AssistantMessage)
        (link,) = annotations_of(answer)
        assert isinstance(link, FilePath)
        assert link.filename == "table.csv"
        assert await house.content(link.file_id) == b"a,b\n"
        assert "sandbox:" not in answer.text
        assert answer.text[link.start : link.end] == "the table (table.csv)"
        assert hosted.asked.count("GET /containers/cntr_1/files/cfile_1/content") == 1
        kept = (await house.http.get("/api/files?purpose=generated")).json()["files"]
        assert sorted(file["name"] for file in kept) == ["cfile_2.png", "image.png", "table.csv"]
        async with visitor(house.app.url) as other:
            stranger = await other.get(f"/api/files/{link.file_id}/content")
            assert stranger.status_code == 404


async def test_files_of_the_assistants_api_are_copied_too(tmp_path: Path) -> None:
    call = {
        "id": "call_1",
        "type": "code_interpreter",
        "code_interpreter": {
            "input": "plot()",
            "outputs": [{"type": "image", "image": {"file_id": "assistant-plot"}}],
        },
    }
    link = {
        "type": "file_path",
        "text": "sandbox:/mnt/data/table.csv",
        "file_path": {"file_id": "assistant-table"},
        "start_index": 17,
        "end_index": 44,
    }
    say = Say("Here: [the table](sandbox:/mnt/data/table.csv).", (link,), "assistant-plot")
    async with assistants(tmp_path, [(Hosted(call), say)]) as (house, _):
        house.hosted.contents |= {"assistant-plot": PNG, "assistant-table": b"a,b\n"}
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "Plot it")
            _, made, answer = socket.transcript.items
        assert isinstance(made, CodeInterpreterCall)
        (image,) = made.outputs
        assert isinstance(image, ImagePart)
        assert await house.content(image.file_id) == PNG
        assert isinstance(answer, AssistantMessage)
        (annotation,) = annotations_of(answer)
        assert isinstance(annotation, FilePath)
        assert await house.content(annotation.file_id) == b"a,b\n"
        assert answer.content[-1] == image


async def test_results_and_citations_name_our_files(tmp_path: Path) -> None:
    search = {
        "id": "fs_1",
        "type": "file_search_call",
        "status": "completed",
        "queries": ["tide"],
        "results": [
            {"file_id": "file-1", "filename": "remote.md", "score": 0.9, "text": "Noon."},
            {"file_id": "file-foreign", "filename": "other.md", "score": 0.1, "text": "?"},
        ],
    }
    citation = {"type": "file_citation", "file_id": "file-1", "filename": "remote.md", "index": 5}
    async with responses(
        tmp_path, response_events(search, message_item("Noon.", citation))
    ) as house:
        file = await house.settled(await house.upload("tide.md", b"noon"))
        async with house.app.socket(cookie=house.cookie) as socket:
            await house.ask(socket, "When?")
            _, found, answer = socket.transcript.items
        assert isinstance(found, FileSearchCall)
        assert [(result.file_id, result.filename) for result in found.results] == [
            (file.id, "tide.md"),
            ("file-foreign", "other.md"),
        ]
        assert isinstance(answer, AssistantMessage)
        (cited,) = annotations_of(answer)
        assert isinstance(cited, FileCitation)
        assert (cited.file_id, cited.filename) == (file.id, "tide.md")
