from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from pydantic import BaseModel, ConfigDict, SecretStr
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response

from backend.domain.errors import NotFound, StoreUnavailable, UpstreamRateLimited
from backend.http.framework.api import MAX_BODY_BYTES, endpoint, endpoints
from backend.http.framework.exception_handlers import EXCEPTION_HANDLERS
from backend.http.framework.openapi import api_routes
from backend.waiting import Detached
from tests.http.answers import problem
from tests.rest import rest
from tests.serving import serve


class Note(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str
    tags: tuple[str, ...] = ()
    secret: SecretStr | None = None
    pinned: bool = False


class Page(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = 20
    after: str | None = None


class Echo(BaseModel):
    said: str


class Notes:
    def __init__(self) -> None:
        self.notes: dict[str, Note] = {}

    @endpoint("GET", "/api/notes", "List notes")
    async def list_notes(self, query: Page) -> Echo:
        return Echo(said=f"{query.limit} after {query.after}")

    @endpoint("PUT", "/api/notes/{note_id}", "Write a note", status=201)
    async def put_note(self, note_id: str, body: Note) -> Note:
        self.notes[note_id] = body
        return body

    @endpoint("DELETE", "/api/notes/{note_id}", "Throw a note away")
    async def delete_note(self, note_id: str) -> None:
        if self.notes.pop(note_id, None) is None:
            raise NotFound("There is no such note.")

    @endpoint("GET", "/api/notes/{note_id}/text", "Read the text", media_type="text/plain")
    async def text(self, note_id: str) -> Response:
        return PlainTextResponse(self.notes[note_id].text)

    @endpoint("POST", "/api/fail", "Fail")
    async def fail(self, body: Echo) -> Echo:
        errors: dict[str, Exception] = {
            "busy": StoreUnavailable("The database is busy. Try again."),
            "limited": UpstreamRateLimited("Too much. Wait.", retry_after_s=1.2),
            "surprise": RuntimeError("planted detail"),
        }
        raise errors[body.said]


@asynccontextmanager
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    app = Starlette(routes=api_routes(Detached(), Notes()), exception_handlers=EXCEPTION_HANDLERS)
    async with serve(app) as url, rest(url) as http:
        yield http


async def test_a_declared_endpoint_parses_and_answers() -> None:
    async with client() as http:
        answer = await http.put("/api/notes/1", json={"text": "hello", "tags": ["a"]})
        assert answer.status_code == 201
        assert answer.headers["cache-control"] == "no-store"
        assert answer.json() == {"text": "hello", "tags": ["a"], "secret": None, "pinned": False}
        text = await http.get("/api/notes/1/text")
        assert (text.text, text.headers["cache-control"]) == ("hello", "no-store")
        assert (await http.head("/api/notes/1/text")).status_code == 200
        gone = await http.delete("/api/notes/1")
        assert (gone.status_code, gone.content) == (204, b"")


async def test_a_query_string_is_a_model_too() -> None:
    async with client() as http:
        assert (await http.get("/api/notes")).json() == {"said": "20 after None"}
        answer = await http.get("/api/notes", params={"limit": "3", "after": "x"})
        assert answer.json() == {"said": "3 after x"}
        refused = await http.get("/api/notes", params={"limit": "many"})
        assert problem(refused, 400).field == "limit"
        refused = await http.get("/api/notes?after=a&after=b")
        assert problem(refused, 400).field == "after"


@pytest.mark.parametrize(
    ("content", "code", "field", "message"),
    [
        (b"", "invalid_json", None, "not JSON"),
        (b"{", "invalid_json", None, "not JSON"),
        (b'{"text": "\xff"}', "invalid_json", None, "not JSON"),
        (b"[" * 5000, "invalid_json", None, "not JSON"),
        (b"[]", "invalid_request", None, "The body should be an object."),
        (b"null", "invalid_request", None, "The body should be an object."),
        (b"{}", "invalid_request", "text", "text is missing."),
        (b'{"text": 5}', "invalid_request", "text", "text: Input should be a valid string."),
        (b'{"text": "", "tags": ["a", 5]}', "invalid_request", "tags.1", "tags.1: Input"),
        (b'{"text": "", "pinned": "no"}', "invalid_request", "pinned", "valid boolean"),
        (b'{"text": "", "secret": ["sk-planted"]}', "invalid_request", "secret", "valid string"),
        (b'{"text": "", "colour": 1}', "invalid_request", "colour", "There is no field colour."),
        (b'{"text": "", "sk-planted": 1}', "invalid_request", None, "no field of that name."),
    ],
)
async def test_a_bad_body_is_refused_by_its_first_fault_without_its_values(
    content: bytes, code: str, field: str | None, message: str
) -> None:
    async with client() as http:
        headers = {"content-type": "application/json; charset=utf-8"}
        refused = await http.put("/api/notes/1", content=content, headers=headers)
    detail = problem(refused, 400)
    assert (detail.code, detail.field) == (code, field)
    assert message in detail.message
    assert "planted" not in refused.text


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_body_that_is_not_declared_json_is_refused(media_type: str | None) -> None:
    async with client() as http:
        headers = {"content-type": media_type} if media_type else {}
        refused = await http.put("/api/notes/1", content=b'{"text": "x"}', headers=headers)
    assert problem(refused, 415).code == "unsupported_media_type"


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_above_the_limit_is_refused(announced: bool) -> None:
    content = b'{"text": "' + b"x" * MAX_BODY_BYTES + b'"}'

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 65_536):
            yield content[start : start + 65_536]

    async with client() as http:
        refused = await http.put(
            "/api/notes/1",
            content=content if announced else chunks(),
            headers={"content-type": "application/json"},
        )
    assert problem(refused, 413).code == "body_too_large"


async def test_a_body_at_the_limit_is_taken() -> None:
    content = b'{"text": "' + b"x" * (MAX_BODY_BYTES - 12) + b'"}'
    async with client() as http:
        headers = {"content-type": "application/json"}
        answer = await http.put("/api/notes/1", content=content, headers=headers)
    assert answer.status_code == 201


async def test_errors_raised_on_purpose_keep_their_status_and_code() -> None:
    async with client() as http:
        missing = await http.delete("/api/notes/none")
        assert problem(missing, 404).code == "not_found"
        busy = await http.post("/api/fail", json={"said": "busy"})
        assert problem(busy, 503).code == "store_unavailable"
        limited = await http.post("/api/fail", json={"said": "limited"})
        assert limited.headers["retry-after"] == "2"
        assert problem(limited, 429).retry_after_s == 1.2


async def test_an_unknown_address_and_an_unknown_method_are_problems() -> None:
    async with client() as http:
        unknown = await http.get("/api/nothing")
        assert problem(unknown, 404).code == "not_found"
        wrong = await http.patch("/api/notes/1", json={})
        assert problem(wrong, 405).code == "method_not_allowed"
        assert set(wrong.headers["allow"].split(", ")) == {"PUT", "DELETE"}


async def test_a_surprise_is_logged_and_its_details_stay_inside(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with client() as http:
        failed = await http.post("/api/fail", json={"said": "surprise"})
    assert problem(failed, 500).code == "internal_error"
    assert "planted" not in failed.text
    assert "planted detail" in caplog.text


def test_a_declaration_must_fit_its_path() -> None:
    class Wrong:
        @endpoint("GET", "/api/wrong/{thing_id}", "Wrong")
        async def get(self, other_id: str) -> Echo:
            return Echo(said=other_id)

    with pytest.raises(TypeError, match="do not fit"):
        endpoints(Wrong())
