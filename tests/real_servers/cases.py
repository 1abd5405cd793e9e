"""What everybody does with a chat, tried with whichever server answers it.

A case that passes holds. One that raises `RunFailed`, `Refused` or `Lacks` is explained where the
server's recipe says so, and has failed otherwise, as it has with any other exception.
"""

import json
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.real_servers.conversation import Answer, Conversation, Frame, RunFailed
from tests.real_servers.product import Product, Refused, product
from tests.real_servers.recipe import RealServer, Recipe
from tests.real_servers.scripted_model import TITLE

WEATHER = "function:get_weather"
WRONG_KEY = "sk-wrong-0123456789-bad"
UNKNOWN_MODEL = "no-such-model-here"
LONG = 1_000
"""Characters."""


class Lacks(Exception):
    """What the server does otherwise, seen and not told by an error."""


@dataclass
class Tried:
    """A server, and a product that is set up for it."""

    recipe: Recipe
    server: RealServer
    product: Product
    folder: Path
    _numbers: "count[int]" = field(default_factory=count)

    @asynccontextmanager
    async def another_product(self, key: str | None, **settings: str) -> AsyncIterator[Product]:
        folder = self.folder / f"product-{next(self._numbers)}"
        settings |= _assistant(self.server)
        url, upstream = self.server.base_url, self.recipe.upstream
        async with product(folder, url, key, upstream, **settings) as another:
            yield another

    async def choose(self, chosen: Product, model: str, *tools: str) -> None:
        """Have a model of the server answer with these tools, or the assistant that it has."""
        if self.server.assistant_id is None:
            await chosen.choose(model, *tools)


@asynccontextmanager
async def trying(recipe: Recipe, programs: Path, folder: Path) -> AsyncIterator[Tried]:
    async with recipe.start(programs, folder) as server, _set_up(recipe, server, folder) as ready:
        yield ready


@asynccontextmanager
async def _set_up(recipe: Recipe, server: RealServer, folder: Path) -> AsyncIterator[Tried]:
    settings = _assistant(server)
    place = folder / "product"
    async with product(place, server.base_url, server.key, recipe.upstream, **settings) as ready:
        tried = Tried(recipe, server, ready, folder)
        await tried.choose(ready, server.model, WEATHER)
        yield tried


def _assistant(server: RealServer) -> dict[str, str]:
    return {"ASSISTANT_ID": server.assistant_id} if server.assistant_id else {}


Case = Callable[[Tried], Awaitable[None]]
CASES: dict[str, Case] = {}


def case(function: Case) -> Case:
    CASES[function.__name__.replace("_", " ")] = function
    return function


@case
async def set_up(tried: Tried) -> None:
    """The setup page takes the key, finds what the server speaks, its models, and that all is
    there."""
    if tried.server.key is not None:
        await tried.product.put("/api/setup/api-key", api_key=tried.server.key)
    state = await tried.product.get("/api/setup")
    assert state["ready"], state
    models = await tried.product.get("/api/models")
    if models["fallback"]:
        raise Lacks(models["problem"])
    assert models["models"]


@case
async def first_message(tried: Tried) -> None:
    await _messages(tried, 1)


@case
async def second_message(tried: Tried) -> None:
    await _messages(tried, 2)


@case
async def third_message(tried: Tried) -> None:
    await _messages(tried, 3)


@case
async def a_function(tried: Tried) -> None:
    async with tried.product.conversation() as talk:
        answer = await talk.ask("What's the weather in Oslo?")
        _called(answer, 1)
        assert [item["type"] for item in answer.items] == ["function_call", "assistant_message"]
        _said(tried, await talk.ask("Thank you."), 2, "Thank you.")
        await _kept(tried, talk)


@case
async def two_parallel_functions(tried: Tried) -> None:
    async with tried.product.conversation() as talk:
        answer = await talk.ask("What's the weather in Oslo and in Lima?")
        _called(answer, 2)
        _said(tried, await talk.ask("Thank you."), 2, "Thank you.")


@case
async def text_before_a_function(tried: Tried) -> None:
    async with tried.product.conversation() as talk:
        answer = await talk.ask("First say a word. What's the weather in Oslo?")
        _called(answer, 1)
        kinds = [item["type"] for item in answer.items]
        assert kinds == ["assistant_message", "function_call", "assistant_message"], kinds
        _said(tried, await talk.ask("Thank you."), 2, "Thank you.")


@case
async def stop(tried: Tried) -> None:
    """What was said stays, and the next question is answered."""
    async with tried.product.conversation() as talk:
        endless = "Tell me an endless story."
        moment = _is_text if tried.recipe.streams else _is_started
        stopped = await talk.command("message.send", text=endless, stop=moment)
        assert stopped.run["status"] == "cancelled", stopped.run
        if tried.recipe.streams:
            assert stopped.text
            assert stopped.text == stopped.streamed(stopped.items[-1]["id"])
        _said(tried, await talk.ask("Hello."), 2, "Hello.")


@case
async def wrong_key(tried: Tried) -> None:
    """It is refused on the setup page; stored all the same, the chat says what is wrong."""
    async with tried.another_product(None) as fresh:
        if not await _refuses(fresh, WRONG_KEY):
            raise Lacks("The setup page takes a wrong key.")
        await fresh.put("/api/setup/api-key", api_key=WRONG_KEY, verify=False)
        try:
            await tried.choose(fresh, tried.server.model)
        except Refused as refused:
            if refused.code != "upstream_auth":
                raise
        async with fresh.conversation() as talk:
            answer = await talk.ask("Hello.")
    assert answer.run["status"] == "failed", answer.run
    error = answer.run["error"]
    assert error["code"] == "upstream_auth", error
    assert WRONG_KEY not in json.dumps(answer.frames)


@case
async def unknown_model(tried: Tried) -> None:
    async with tried.another_product(tried.server.key) as fresh:
        await tried.choose(fresh, UNKNOWN_MODEL)
        async with fresh.conversation() as talk:
            answer = await talk.ask("Hello.")
    if answer.run["status"] == "completed":
        raise Lacks("A model that does not exist answers.")
    error = answer.run["error"]
    assert error["code"].isidentifier(), error
    if UNKNOWN_MODEL not in error["message"]:
        raise RunFailed(error["code"], error["message"])


@case
async def title(tried: Tried) -> None:
    question = "Which city is the capital of France?"
    async with tried.product.conversation() as talk:
        _said(tried, await talk.ask(question), 1, question)
        try:
            made = await talk.title_after(question)
        except TimeoutError:
            raise Lacks("The title stays the first words.") from None
    assert made == TITLE if tried.recipe.scripted else made, made


@case
async def embeddings(tried: Tried) -> None:
    """A search finds what has no word in common with what is searched for."""
    model = tried.server.embeddings_model
    if model is None:
        raise Lacks("It makes no embeddings.")
    async with tried.another_product(tried.server.key, EMBEDDINGS_MODEL=model) as fresh:
        await tried.choose(fresh, tried.server.model, "file_search")
        await fresh.upload("pets.txt", b"The cat sleeps on the warm stove.", "knowledge")
        async with fresh.conversation() as talk:
            answer = await talk.ask("Search the files for lions.")
        warnings = [line for line in fresh.log.read_text().splitlines() if "No embedding" in line]
    _succeeded(answer)
    [search] = answer.of_type("file_search_call")
    assert not warnings, warnings
    assert [result["filename"] for result in search["results"]] == ["pets.txt"], search


@case
async def attached_image(tried: Tried) -> None:
    file_id = await tried.product.upload("square.png", _picture(), "attachment")
    async with tried.product.conversation() as talk:
        question = "What is in the picture?"
        answer = await talk.ask(question, file_ids=[file_id])
        after = await talk.ask("Hello.")
        assert after.run["status"] == "completed", after.run
        _succeeded(answer)
    if tried.recipe.scripted and answer.text != "I see 1 picture.":
        raise Lacks("The picture does not reach the model.")


@case
async def long_answer(tried: Tried) -> None:
    async with tried.product.conversation() as talk:
        answer = await talk.ask("Tell me a long story about a fox and a hen.")
        _succeeded(answer, "completed", "incomplete")
        assert len(answer.of_type("assistant_message")) == 1
        assert len(answer.text) > LONG, (answer.text, answer.run["usage"])
        assert answer.text == _arrived(tried, answer)
        await _kept(tried, talk)


@case
async def edit_and_retry(tried: Tried) -> None:
    async with tried.product.conversation() as talk:
        first = await talk.ask("Hello.")
        _said(tried, first, 1, "Hello.")
        edited = "Which colour has the sky?"
        second = await talk.command("message.edit", item_id=first.question["id"], text=edited)
        _said(tried, second, 1, edited)
        third = await talk.command("run.retry", run_id=second.run["id"])
        _said(tried, third, 1, edited)
        kept = await _kept(tried, talk)
        assert [item["id"] for item in kept] == [second.question["id"], third.items[-1]["id"]]


@case
async def terminal_client(tried: Tried) -> None:
    status, out, errors = await tried.product.terminal("What's the weather in Oslo?")
    if status != 0:
        raise Lacks(f"It ends with status {status}: {out.splitlines()[-2:]}")
    call, *said = out.splitlines()
    if not call.startswith("["):
        raise Lacks("No function is called.")
    assert call.startswith("[get_weather "), out
    assert "completed" in call, out
    assert said, out
    thread_id = errors.partition("--thread ")[2].strip(" )\n")
    status, out, errors = await tried.product.terminal("Hello.", "--thread", thread_id)
    assert status == 0, errors
    assert out == "Message 2 of yours: Hello.\n" if tried.recipe.scripted else out.strip(), out


@case
async def doctor(tried: Tried) -> None:
    """It finds what the server speaks, an answer and, where the server has any, functions."""
    found = await tried.product.examined()
    checks = {check["name"]: check for check in found if check["type"] == "check"}
    for name in ("upstream", "key", "model", "streaming"):
        assert checks[name]["verdict"] != "failed", checks[name]
    assert checks["upstream"]["verdict"] == "ok", checks["upstream"]
    if checks["tools"]["verdict"] != "ok":
        raise Lacks(checks["tools"]["found"])


async def _messages(tried: Tried, number: int) -> None:
    questions = ("Hello.", "Which colour has the sky?", "Thank you.")[:number]
    async with tried.product.conversation() as talk:
        for place, question in enumerate(questions, 1):
            _said(tried, await talk.ask(question), place, question)
        await _kept(tried, talk)


def _succeeded(answer: Answer, *statuses: str) -> None:
    """Raises `RunFailed` with what the visitor is told."""
    if (error := answer.run["error"]) and answer.run["status"] not in statuses:
        raise RunFailed(error["code"], error["message"])
    assert answer.run["status"] in (statuses or ("completed",)), answer.run


def _said(tried: Tried, answer: Answer, number: int, question: str) -> None:
    """One message, once, whole and as it was streamed. What the script of a model does not say may
    reach the server's limit."""
    _succeeded(answer, "completed", *(() if tried.recipe.scripted else ("incomplete",)))
    kinds = [item["type"] for item in answer.items if item["type"] != "reasoning"]
    assert kinds == ["assistant_message"], kinds
    assert answer.text.strip()
    assert _arrived(tried, answer) == answer.text, answer.items
    if tried.recipe.scripted:
        assert answer.text == f"Message {number} of yours: {question}", answer.text


def _arrived(tried: Tried, answer: Answer) -> str:
    """The text of the last message by what was streamed of it."""
    return answer.streamed(answer.items[-1]["id"]) if tried.recipe.streams else answer.text


def _called(answer: Answer, number: int) -> None:
    """So many calls, each executed once, and an answer after them."""
    _succeeded(answer)
    calls = answer.of_type("function_call")
    if not calls:
        raise Lacks("No function is called.")
    assert len(calls) == number, [call["arguments"] for call in calls]
    for call in calls:
        assert call["name"] == "get_weather", call
        assert call["status"] == "completed", call
        assert call["error"] is None, call
        assert json.loads(call["arguments"])["location"], call
        [output] = call["outputs"]
        assert output["value"]["location"], call
    assert answer.items[-1]["type"] == "assistant_message", answer.items[-1]
    assert answer.text.strip()


async def _kept(tried: Tried, talk: Conversation) -> list[Frame]:
    """What a reload shows: each item at its end, as REST tells it."""
    page = await tried.product.get(f"/api/threads/{talk.thread_id}/items")
    items: list[Frame] = page["items"]
    assert {item["status"] for item in items} <= {"completed", "incomplete"}, items
    return items


async def _refuses(fresh: Product, key: str) -> bool:
    try:
        await fresh.put("/api/setup/api-key", api_key=key)
    except Refused as refused:
        if refused.code != "upstream_auth":
            raise
        return True
    return False


def _is_text(frame: Frame) -> bool:
    return (frame["type"], frame.get("field")) == ("item.delta", "text")


def _is_started(frame: Frame) -> bool:
    return bool(frame["type"] == "run.started")


def _picture() -> bytes:
    """A red square as PNG. https://www.w3.org/TR/png-3/"""
    side = 32
    rows = (b"\0" + b"\xff\0\0" * side) * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
