"""Servers that nobody here wrote, pinned, in `.venv-servers`: `python -m tests.mcp.real_servers`."""

from pathlib import Path

from tests.mcp.npm_servers import NpmServers
from tests.real_servers.environments import FOLDER, installed, is_installed

_NPM = NpmServers("mcp-npm", Path(__file__).parent / "npm")


def program(name: str) -> str:
    """The path of a server, from PyPI or from npm."""
    found = FOLDER / "mcp" / "bin" / name
    return str(found if found.exists() else _NPM.program(name))


def are_installed() -> bool:
    return is_installed("mcp") and _NPM.are_installed


def install() -> None:
    installed("mcp")
    _NPM.install()


if __name__ == "__main__":
    install()
