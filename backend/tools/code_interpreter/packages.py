"""The packages that code may import: installed once per machine, apart from the server's own."""

import asyncio
import hashlib
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import platformdirs

Progress = Callable[[float, str], None]
"""Called with a share from 0 to 1, and the present step."""

TIMEOUT_S = 1800.0

_PASSED_ON = re.compile(
    r"(?i)PATH|HOME|LANG|SSL_CERT_.*|REQUESTS_CA_BUNDLE|(HTTPS?|ALL|NO)_PROXY|PIP_.*|XDG_.*"
)
"""Variables that pip may need. The others, such as keys, are withheld from it."""


class PackagesFailed(Exception):
    """The packages cannot be installed. The message says why."""


def location(folder: Path | None) -> Path:
    """Returns the folder for the packages of this Python and these requirements.

    It is in `folder`, by default in the user's cache.
    """
    of_what = f"{sys.implementation.cache_tag} {platform.machine()}\n{_requirements()}"
    name = f"code-interpreter-{hashlib.sha256(of_what.encode()).hexdigest()[:12]}"
    return (folder or platformdirs.user_cache_path("runstream")) / name


async def install(place: Path, progress: Progress) -> None:
    """Install the packages at `place`, unless they are there. Raises `PackagesFailed`.

    The folder appears complete or not at all, so two servers may do this at the same time.
    """
    if _is_there(place):
        return
    try:
        scratch = _scratch(place)
    except OSError as error:
        raise PackagesFailed(
            f"{place.parent} cannot be written ({error.strerror}). CODE_INTERPRETER_DIR names "
            "another folder."
        ) from error
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await _install(scratch, progress)
        _put_in_place(scratch / "packages", place)
    except TimeoutError as error:
        raise PackagesFailed(f"The installation took longer than {TIMEOUT_S:g} s.") from error
    except OSError as error:
        raise PackagesFailed(f"{place} cannot be written: {error.strerror}.") from error
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, scratch, ignore_errors=True))


def _is_there(place: Path) -> bool:
    return place.is_dir()


def _scratch(place: Path) -> Path:
    """Returns a new folder on the same file system, from where it can be moved in one step.

    Removes those of servers that were killed: no installation takes longer than `TIMEOUT_S`.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    for left in place.parent.glob(".code-interpreter-*"):
        if left.stat().st_mtime < time.time() - TIMEOUT_S:
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))


def _put_in_place(packages: Path, place: Path) -> None:
    try:
        packages.rename(place)
    except OSError:
        if not _is_there(place):
            raise


async def _install(scratch: Path, progress: Progress) -> None:
    progress(0.0, "Preparing an environment for the packages")
    venv = scratch / "venv"
    await _run([sys.executable, "-m", "venv", str(venv)], lambda line: None, scratch)
    wanted = len(re.findall(r"^\w", _requirements(), re.MULTILINE))
    collected = 0

    def report(line: str) -> None:
        nonlocal collected
        if line.startswith(("Collecting ", "Processing ")):
            collected += 1
            name = re.split(r"[ =<>;]", line, maxsplit=2)[1].rpartition("/")[2]
            name = re.split(r"-\d", name, maxsplit=1)[0]
            progress(0.1 + 0.6 * min(1.0, collected / wanted), f"Downloading {name}")
        elif line.startswith("Installing"):
            progress(0.75, "Installing the packages")

    requirements = scratch / "requirements.txt"
    requirements.write_text(_requirements(), "utf-8")
    await _run(
        [
            *(
                str(venv / "bin" / "python"),
                "-m",
                "pip",
                "--disable-pip-version-check",
                "--no-input",
            ),
            *("install", "--require-hashes", "--only-binary", ":all:"),
            *("--target", str(scratch / "packages"), "-r", str(requirements)),
        ],
        report,
        scratch,
    )


async def _run(command: list[str], report: Callable[[str], None], scratch: Path) -> None:
    """Run a command and report each line. Raises `PackagesFailed` with its last lines."""
    environment = {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment | {"TMPDIR": str(scratch)},
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async for raw in process.stdout:
            lines.append(raw.decode(errors="replace").rstrip())
            report(lines[-1])
        status = await process.wait()
    except BaseException:
        process.kill()
        await process.communicate()
        raise
    if status:
        errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
        said = ". ".join(line.strip(" .") for line in (errors or lines)[-3:])
        raise PackagesFailed(f"{said[-500:] or f'pip ended with status {status}'}.")


def _requirements() -> str:
    return files(__package__).joinpath("requirements.txt").read_text("utf-8")
