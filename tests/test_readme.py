"""README.md and the pages it links are followed to the letter. Recipes with a page are in tests/e2e."""

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from backend.domain.items import AssistantMessage
from backend.upstreams.demo import DemoUpstream
from backend.websocket.messages import Ack
from tests.e2e.samples import pdf
from tests.paths import ROOT
from tests.patience import PATIENCE_S
from tests.process import PROGRAM, backend, environment
from tests.readme import FILES, PAGES, README, UPSTREAMS, file_block, script_blocks
from tests.rest import rest
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, message


async def test_its_upstream_is_one_file_that_setup_offers_and_the_chat_uses(
    tmp_path: Path,
) -> None:
    await asyncio.to_thread(shutil.copytree, ROOT / "backend", tmp_path / "backend")
    (tmp_path / "backend/upstreams/echo.py").write_text(
        file_block("backend/upstreams/echo.py", UPSTREAMS)
    )
    env = environment() | {"PYTHONPATH": str(tmp_path)}
    async with backend(tmp_path, "--port", "0", command=PROGRAM, env=env) as server:
        await server.started()
        async with rest(server.url) as http:
            answer = await http.put("/api/setup/upstream", json={"upstream": "echo"})
            upstream = answer.json()["state"]["upstream"]
            assert upstream["name"] == "echo"
            assert "echo" in upstream["available"]
            assistant = {"name": "Echo", "model": "echo", "instructions": "", "tools": []}
            answer = await http.put("/api/setup/assistant", json=assistant)
            assert answer.json()["state"]["ready"] is True
        async with Running(server.url).socket() as socket:
            await socket.say("Hello, hello!")
            run = await socket.until_ended(await socket.until(Ack))
    assert (run.status, run.upstream) == ("completed", "echo")
    answer_item = socket.transcript.items[-1]
    assert isinstance(answer_item, AssistantMessage)
    assert answer_item.text == "Hello, hello!"


async def test_its_script_that_sends_a_file_prints_what_is_in_it(tmp_path: Path) -> None:
    [script] = script_blocks(FILES, "Files")
    report = pdf("report.pdf", "The sun shone on Monday.", "It rained on Tuesday, and how.")
    (tmp_path / "report.pdf").write_bytes(report["buffer"])
    async with running(tmp_path / "server", DemoUpstream(0)) as server:
        said = await _said(script, server, tmp_path)
    assert "It rained on Tuesday, and how." in said
    assert "report.pdf, page 2" in said


async def test_its_scripts_run_and_print_the_answer(tmp_path: Path) -> None:
    scripts = script_blocks(README, "Chat from a script")
    assert len(scripts) == 2
    upstream = ScriptedUpstream()
    for _ in scripts:
        upstream.script([*message("It is", " raining."), COMPLETED])
    async with running(tmp_path, upstream) as server:
        for script in scripts:
            assert "It is raining." in await _said(script, server, tmp_path)


async def _said(script: str, server: Running, folder: Path) -> str:
    """What a script prints that runs in the folder, with the server's address in it."""
    code = script.replace("127.0.0.1:8000", server.url.removeprefix("http://"))
    assert code != script
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code),
        env=environment() | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(PATIENCE_S):
        out, _ = await process.communicate()
    return out.decode()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_it_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", page.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []


def test_every_make_target_it_names_is_one() -> None:
    makefile = (ROOT / "Makefile").read_text()
    text = "".join(page.read_text("utf-8") for page in PAGES)
    named = set(re.findall(r"`make ([a-z-]+)", text))
    assert "check" in named
    assert [name for name in named if not re.search(rf"^{name}:", makefile, re.MULTILINE)] == []
