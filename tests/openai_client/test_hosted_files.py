"""What is asked of files and vector stores at OpenAI, to the letter, and what is made of refusals."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import respx

from backend.domain.errors import (
    UpstreamAuthFailed,
    UpstreamBroken,
    UpstreamError,
    UpstreamRateLimited,
)
from backend.openai_client.client import OPENAI_BASE_URL, create_client
from backend.openai_client.hosted_files import HostedFiles
from tests.upstreams.driving import KEY, mocked_settings, settings
from tests.upstreams.loopback import CUT, Answer, error_answer, html_page, key_echo, upstream_server

STORES = f"{OPENAI_BASE_URL}/vector_stores"


@asynccontextmanager
async def hosted(base_url: str | None = None) -> AsyncIterator[HostedFiles]:
    """At a server, or at OpenAI as `httpx2_mock` plays it."""
    in_force = (
        settings(openai_base_url=base_url) if base_url else mocked_settings(openai_base_url=None)
    )
    async with create_client(in_force) as client:
        yield HostedFiles(client, in_force)


async def test_a_file_is_sent_with_its_name_its_type_and_its_purpose(
    httpx2_mock: respx.Router, tmp_path: Path
) -> None:
    route = httpx2_mock.post(f"{OPENAI_BASE_URL}/files").respond(json={"id": "file-1"})
    path = tmp_path / "bytes"
    path.write_bytes(b"High water at noon.")
    async with hosted() as files:
        assert await files.upload("tide é.md", "text/markdown", path, "user_data") == "file-1"
    request = route.calls.last.request
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = request.content.decode()
    assert 'name="purpose"\r\n\r\nuser_data\r\n' in body
    assert 'name="file"; filename="tide é.md"\r\nContent-Type: text/markdown\r\n' in body
    assert "\r\n\r\nHigh water at noon.\r\n" in body


async def test_a_store_is_named_and_may_expire(httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post(STORES).respond(json={"id": "vs_1"})
    async with hosted() as files:
        assert await files.create_store("Ada") == "vs_1"
        assert json.loads(route.calls.last.request.content) == {"name": "Ada"}
        await files.create_store("thread_1", idle_days=30)
    assert json.loads(route.calls.last.request.content) == {
        "name": "thread_1",
        "expires_after": {"anchor": "last_active_at", "days": 30},
    }


async def test_a_file_is_added_asked_about_and_removed(httpx2_mock: respx.Router) -> None:
    added = httpx2_mock.post(f"{STORES}/vs_1/files").respond(json={"id": "file-1"})
    status = httpx2_mock.get(f"{STORES}/vs_1/files/file-1")
    removed = httpx2_mock.delete(f"{STORES}/vs_1/files/file-1").respond(json={"deleted": True})
    deleted = httpx2_mock.delete(f"{OPENAI_BASE_URL}/files/file-1").respond(404, json={})
    async with hosted() as files:
        await files.add_to_store("vs_1", "file-1")
        assert json.loads(added.calls.last.request.content) == {"file_id": "file-1"}
        for told, ours in (
            ({"status": "in_progress"}, ("in_progress", None)),
            ({"status": "completed", "last_error": None}, ("completed", None)),
            ({"status": "cancelled"}, ("failed", "The upstream could not read it.")),
            ({"status": "failed", "last_error": {"message": "No text."}}, ("failed", "No text.")),
        ):
            status.respond(json=told)
            assert await files.status_in_store("vs_1", "file-1") == ours
        await files.remove_from_store("vs_1", "file-1")
        await files.delete("file-1")
    assert (removed.call_count, deleted.call_count) == (1, 1), "what is gone is no error"


async def test_what_a_tool_made_is_fetched_from_where_it_is(httpx2_mock: respx.Router) -> None:
    httpx2_mock.get(f"{OPENAI_BASE_URL}/files/file-1/content").respond(content=b"a")
    inside = f"{OPENAI_BASE_URL}/containers/cntr_1/files/cfile_1/content"
    httpx2_mock.get(inside).respond(content=b"b")
    async with hosted() as files:
        assert b"".join([data async for data in files.content("file-1")]) == b"a"
        assert b"".join([data async for data in files.content("cfile_1", "cntr_1")]) == b"b"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (error_answer(429, "Slow down.", headers={"retry-after": "1"}), UpstreamRateLimited),
        (error_answer(500, "Oops."), UpstreamBroken),
        (html_page(), UpstreamBroken),
        (Answer((b'{"id": "file', CUT), 200, {"content-length": "20"}), UpstreamError),
        (Answer((b"{}",), 200, {"content-type": "application/json"}), UpstreamBroken),
    ],
)
async def test_a_refusal_is_an_error_of_ours_and_nothing_is_sent_twice(
    tmp_path: Path, answer: Answer, error: type[UpstreamError]
) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"text")
    async with (
        upstream_server({"POST /files": answer}) as server,
        hosted(server.base_url) as files,
    ):
        with pytest.raises(error):
            await files.upload("a.txt", "text/plain", path, "user_data")
        assert len(server.requests) == 1


async def test_a_key_that_is_echoed_stays_secret(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"text")
    async with upstream_server(key_echo) as server, hosted(server.base_url) as files:
        with pytest.raises(UpstreamAuthFailed) as refused:
            await files.upload("a.txt", "text/plain", path, "user_data")
    assert KEY not in refused.value.message
