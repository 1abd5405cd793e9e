"""Whatever fails as the app begins or ends, the rest is ended; connections left open are told of."""

from pathlib import Path

import pytest

from backend.knowledge.ingest_worker import IngestWorker
from tests.leaks import nothing_left_open
from tests.rest import rest
from tests.running import running
from tests.scripted import ScriptedUpstream


class Stubborn(ScriptedUpstream):
    async def close(self) -> None:
        raise RuntimeError("It does not close.")


async def test_a_start_that_fails_leaves_nothing_open(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "files").write_text("Not a folder.")
    with nothing_left_open(), pytest.raises(RuntimeError, match="did not start"):
        async with running(tmp_path, ScriptedUpstream()):
            pass


async def test_an_end_that_fails_in_part_leaves_nothing_open(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with nothing_left_open():
        async with running(tmp_path, Stubborn()) as server, rest() as client:
            assert (await client.get(f"{server.url}/api/threads")).status_code == 200
    assert "It does not close." in caplog.text


async def test_background_work_that_dies_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def die(worker: IngestWorker) -> None:
        raise LookupError("A bug.")

    monkeypatch.setattr(IngestWorker, "run", die)
    async with running(tmp_path, ScriptedUpstream()) as server, rest() as client:
        answer = await client.get(f"{server.url}/readyz")
        assert answer.status_code == 503
        assert "knowledge: LookupError" in answer.json()["error"]["message"]
        assert (await client.get(f"{server.url}/healthz")).status_code == 200
    assert "A bug." in caplog.text
