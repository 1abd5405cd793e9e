"""The wheel carries the built page: installed in an environment of its own, it runs with no Node."""

import asyncio
import os
import re
import site
import sys
import zipfile
from pathlib import Path

from tests.paths import ROOT
from tests.process import backend, environment
from tests.rest import rest

BUILD_TIMEOUT_S = 120.0


async def done(*command: str | Path, cwd: Path) -> str:
    """Run a command to its good end; answers what it printed."""
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
    process = await asyncio.create_subprocess_exec(
        *map(str, command),
        cwd=cwd,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(BUILD_TIMEOUT_S):
        out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    return out.decode()


async def test_the_wheel_runs_in_an_empty_environment_without_node(tmp_path: Path) -> None:
    hatchling = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)
    await done(*hatchling, cwd=ROOT)
    [wheel] = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "backend/static/index.html" in names
    assert "backend/upstreams/demo/guide.md" in names
    assert "backend/tools/code_interpreter/requirements.txt" in names
    assert not [name for name in names if name.startswith(("tests", "frontend"))]

    await done(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    [packages] = (tmp_path / "venv").glob("lib/python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    # The dependencies are those of the lock, which are installed here already; the product is not.
    (packages / "dependencies.pth").write_text(site.getsitepackages()[0])
    python = tmp_path / "venv" / "bin" / "python"
    where = await done(python, "-c", "import backend; print(backend.__file__)", cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(packages)

    folder = tmp_path / "elsewhere"
    folder.mkdir()
    env = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    env["PATH"] = str(python.parent)
    command = (str(python), "-m", "backend")
    async with backend(folder, "--port", "0", command=command, env=env) as server:
        await server.started()
        async with rest(server.url) as http:
            page = await http.get("/chat")
            assert page.status_code == 200
            scripts = re.findall(r'src="(/assets/[^"]+\.js)"', page.text)
            answers = [await http.get(script) for script in scripts]
    assert answers
    for answer in answers:
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
