"""Pictures by the upstream's /images, through the whole app, where its server has no hosted tool."""

import base64
import json
from pathlib import Path

import pytest

from backend.domain.items import ImageGenerationCall
from tests.upstreams.loopback import Answer, Received, error_answer, json_answer, sse
from tests.upstreams.responses.chatting import ScriptedModel, ask, chat, message
from tests.upstreams.responses.test_servers import COMPLETED, done

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


def call(**arguments: object) -> Answer:
    item = {
        "type": "function_call",
        "call_id": "c1",
        "name": "image_generation",
        "arguments": json.dumps(arguments),
    }
    return sse([done(item), COMPLETED])


async def test_a_picture_is_made_and_changed_by_the_images_api(tmp_path: Path) -> None:
    painted: list[Received] = []

    def images(request: Received) -> Answer:
        if request.path == "/models":
            return json_answer({"data": []})
        painted.append(request)
        if request.path == "/images/generations" and "response_format" in request.json:
            return error_answer(400, "Unknown parameter: 'response_format'.")
        return json_answer({"created": 1, "data": [{"b64_json": base64.b64encode(PNG).decode()}]})

    model = ScriptedModel(
        [
            call(prompt="A harbour"),
            message("There."),
            call(prompt="Bluer", change_last=True),
            message("Bluer."),
        ],
        others=images,
    )
    async with (
        chat(tmp_path, model, "image_generation", images_model="painter-1") as socket,
        socket.rest() as http,
    ):
        await ask(socket, "Draw")
        await ask(socket, "Bluer, please")
        first, second = [
            item for item in socket.transcript.items if isinstance(item, ImageGenerationCall)
        ]
        assert (await http.get(f"/api/files/{second.file_id}/content")).content == PNG
    assert (first.status, first.prompt, first.filename) == (
        "completed",
        "A harbour",
        "a-harbour.png",
    )
    assert [tool["name"] for tool in model.asked[0]["tools"]] == ["image_generation"]
    assert "is shown to the user" in model.asked[1]["input"][-1]["output"]
    _, again, edited = painted
    assert again.json == {"model": "painter-1", "prompt": "A harbour"}
    assert edited.path == "/images/edits"
    assert PNG in edited.body


@pytest.mark.parametrize(
    ("told", "name"), [("html", "tide.png"), ("../x", "tide.png"), ("jpeg", "tide.jpg")]
)
async def test_a_picture_is_called_one_whatever_the_server_says_of_its_format(
    tmp_path: Path, told: str, name: str
) -> None:
    made = {"created": 1, "output_format": told}
    picture = {"b64_json": base64.b64encode(PNG).decode()}
    model = ScriptedModel(
        [call(prompt="Tide"), message("There.")],
        others=lambda request: json_answer(made | {"data": [picture]}),
    )
    async with (
        chat(tmp_path, model, "image_generation", images_model="painter-1") as socket,
        socket.rest() as http,
    ):
        await ask(socket, "Draw")
        (card,) = [
            item for item in socket.transcript.items if isinstance(item, ImageGenerationCall)
        ]
        content = await http.get(f"/api/files/{card.file_id}/content")
    assert (card.status, card.filename) == ("completed", name)
    assert content.headers["content-type"] == "image/png"


async def test_a_server_that_makes_no_picture_says_why(tmp_path: Path) -> None:
    def images(request: Received) -> Answer:
        if "nothing" in request.json["prompt"]:
            return json_answer({"created": 1, "data": []})
        return error_answer(400, "Your prompt was rejected.", code="moderation_blocked")

    model = ScriptedModel(
        [
            call(prompt="A crime"),
            call(prompt="nothing"),
            call(prompt="Bluer", change_last=True),
            message("No."),
        ],
        others=images,
    )
    async with chat(tmp_path, model, "image_generation", images_model="painter-1") as socket:
        await ask(socket, "Draw")
        cards = [item for item in socket.transcript.items if isinstance(item, ImageGenerationCall)]
    assert [card.status for card in cards] == ["failed"] * 3
    assert "Your prompt was rejected." in (cards[0].error or "")
    assert cards[1].error == "The server sent no picture."
    assert cards[2].error == "There is no picture yet that could be changed."
