"""Functions that return pictures and files: kept, shown, exported, told to the model."""

import json
from pathlib import Path
from typing import Any

import pytest

from backend.domain.items import FunctionCall
from backend.domain.parts import FilePart, ImagePart, JsonPart
from backend.websocket.messages import Snapshot
from tests.functions_readme import examples, offered
from tests.running import running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

ARGUMENTS = '{"heights": [1, 2]}'


def scripted(*wanted: tuple[str, str]) -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    upstream.script(calls(*wanted), [*message("Done."), COMPLETED])
    return upstream


def calls_of(items: Any) -> list[FunctionCall]:
    return [item for item in items if isinstance(item, FunctionCall)]


async def test_the_readmes_picture_and_file_are_kept_told_and_exported(
    tmp_path: Path,
) -> None:
    upstream = scripted(("draw_bars", ARGUMENTS))
    with offered(tmp_path / "more", draw_bars=examples()["draw_bars.py"]):
        async with running(tmp_path, upstream) as server, server.socket() as socket:
            await socket.say("Draw.")
            await socket.until_run_ends()
            [call] = calls_of(socket.transcript.items)
            value, picture, table = call.outputs
            assert (
                value == JsonPart(value={"bars": 2, "highest": 2.0}) == JsonPart(value=call.output)
            )
            assert isinstance(picture, ImagePart)
            assert isinstance(table, FilePart)
            about = picture.name, picture.media_type, picture.alt
            assert about == ("bars.png", "image/png", "2 bars")
            assert (table.name, table.media_type) == ("bars.csv", "text/csv")

            [told] = upstream.sessions[0].outputs[1] or ()
            assert told.output.splitlines() == [
                '{"bars": 2, "highest": 2.0}',
                f"[Shown to the user: bars.png ({picture.size:,} bytes): 2 bars, bars.csv (23 bytes)]",
            ]
            assert [(await read())[:4] for read in told.contents.values()] == [b"\x89PNG"]

            thread_id = socket.transcript.present_thread.id
            async with server.socket(cookie=socket.cookie, thread_id=thread_id) as again:
                assert calls_of((await again.until(Snapshot)).items) == [call]
            async with socket.rest() as http:
                content = f"/api/files/{picture.file_id}/content"
                assert (await http.get(content)).headers["content-type"] == "image/png"
                assert (await http.get(f"/api/files/{table.file_id}/content")).text.endswith(
                    "2,2.0\n"
                )
                read = (await http.get(f"/api/threads/{thread_id}/export?format=markdown")).text
                assert "*Picture: bars.png: 2 bars*" in read
                assert "*File: bars.csv*" in read
                export = await http.get(f"/api/threads/{thread_id}/export?format=json")
                copied = await http.post("/api/threads", json=export.json())
                assert copied.status_code == 201, copied.text
                items = (await http.get(f"/api/threads/{copied.json()['id']}/items")).json()[
                    "items"
                ]
                # The copy has files of its own.
                outputs = [part.model_dump() for part in call.outputs]
                for ours, theirs in zip(items[1]["outputs"], outputs, strict=True):
                    assert ours | {"file_id": None} == theirs | {"file_id": None}


BROKEN = '''
import os
import tempfile
from pathlib import Path

from backend.tools.function import function
from backend.tools.media import File, Image

PNG = b"\\x89PNG\\r\\n\\x1a\\n" + bytes(40)

@function
def text_as_picture() -> Image:
    """Draw."""
    return Image(b"<svg/>", name="a.svg")

@function
def too_large() -> list[object]:
    """Draw."""
    return [Image(PNG), File(bytes(5_000), name="b.bin")]

@function
def too_many() -> list[object]:
    """Draw."""
    return [Image(PNG)] * 21

@function
def inside() -> dict[str, object]:
    """Draw."""
    return {"picture": Image(PNG)}

@function
def pipe() -> File:
    """Draw."""
    path = Path(tempfile.mkdtemp()) / "pipe"
    os.mkfifo(path)
    return File(path)
'''


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("text_as_picture", "The picture a.svg is no PNG, JPEG, GIF or WebP."),
        ("too_large", "b.bin is larger than 4,096 bytes."),
        ("too_many", "more than the limit of 20"),
        ("inside", "is not JSON"),
        ("pipe", "pipe is no regular file"),
    ],
)
async def test_what_cannot_be_kept_is_told_and_leaves_nothing_behind(
    tmp_path: Path, name: str, reason: str
) -> None:
    upstream = scripted((name, "{}"))
    with offered(tmp_path / "more", broken=BROKEN):
        async with (
            running(tmp_path, upstream, max_file_bytes=4096) as server,
            server.socket() as socket,
        ):
            await socket.say("Draw.")
            await socket.until_run_ends()
            async with socket.rest() as http:
                assert (await http.get("/api/files?purpose=generated")).json()["files"] == []
    [call] = calls_of(socket.transcript.items)
    assert call.status == "failed"
    assert reason in (call.error or "")
    [told] = upstream.sessions[0].outputs[1] or ()
    assert json.loads(told.output)["error"]["message"] == call.error
