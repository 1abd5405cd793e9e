"""What a server answers to a call: every kind of content reaches the chat and the model."""

import base64
import sys
from pathlib import Path
from typing import Any

import pytest

from backend.domain.parts import FilePart, ImagePart, JsonPart, TextPart
from backend.mcp_demo.square import square
from tests.mcp.servers import ROOT, McpApp, mcp_app

RUDE: dict[str, Any] = {
    "command": sys.executable,
    "args": ["-m", "tests.mcp.rude", "told"],
    "cwd": str(ROOT),
}
SOUND = base64.b64encode(b"RIFF\x04\0\0\0WAVE").decode()


async def told(app: McpApp, *content: dict[str, Any], **more: Any) -> tuple[tuple[Any, ...], str]:
    """The parts of the call's output, and what the model is told."""
    await app.until("rude", "ready")
    call, output = await app.call("rude__do", result={"content": content, **more})
    assert call.status == "completed"
    return call.outputs, output


async def test_every_kind_of_content_is_shown_and_told(tmp_path: Path) -> None:
    link = {
        "type": "resource_link",
        "uri": "file:///plan.md",
        "name": "plan",
        "description": "Ours.",
    }
    note = {"uri": "note://1", "text": "Written down."}
    archive = {"uri": "file:///all.zip", "blob": "UEsDBA==", "mimeType": "application/zip"}
    async with mcp_app(tmp_path, {"rude": RUDE}) as app:
        parts, output = await told(
            app,
            {"type": "text", "text": "Look:"},
            {
                "type": "image",
                "data": base64.b64encode(square(b"\x00\xff\x00")).decode(),
                "mimeType": "image/png",
            },
            {"type": "audio", "data": SOUND, "mimeType": "audio/wav"},
            {"type": "resource", "resource": note},
            {"type": "resource", "resource": archive},
            link,
        )
        first, image, audio, text, file, linked = parts
        assert isinstance(first, TextPart)
        assert isinstance(image, ImagePart)
        assert image.media_type == "image/png"
        assert isinstance(audio, FilePart)
        assert (audio.name, audio.size) == ("audio.wav", 12)
        assert text == TextPart(text="note://1\nWritten down.")
        assert isinstance(file, FilePart)
        assert (file.name, file.size) == ("all.zip", 4)
        assert linked == TextPart(text="plan <file:///plan.md>: Ours.")
        assert all(words in output for words in ("Look:", "Written down.", "audio.wav", "all.zip"))


@pytest.mark.parametrize(
    ("text", "structured"),
    [('{"sum": 3}', {"sum": 3}), ("3", {"result": 3}), ("three", {"result": "three"})],
)
async def test_a_structure_that_is_repeated_as_text_is_told_once(
    tmp_path: Path, text: str, structured: dict[str, Any]
) -> None:
    async with mcp_app(tmp_path, {"rude": RUDE}) as app:
        parts, _ = await told(app, {"type": "text", "text": text}, structuredContent=structured)
        assert len(parts) == 1


async def test_a_structure_beside_a_text_is_told_as_well(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": RUDE}) as app:
        words = {"type": "text", "text": "It is three."}
        parts, _ = await told(app, words, structuredContent={"sum": 3})
        assert parts == (TextPart(text="It is three."), JsonPart(value={"sum": 3}))
