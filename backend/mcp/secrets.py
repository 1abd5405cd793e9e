"""Which texts of a configuration are secrets: they are never shown, and taken out of what is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from backend.mcp.server_config import HttpServer, ServerConfig, StdioServer

HIDDEN: Final = "•••"

_SHORTEST: Final = 8
_SECRET_NAME: Final = re.compile(r"(?i)token|secret|key|pass|pwd|auth|credential|cookie|signature")
_RANDOM: Final = re.compile(
    r"(?<![A-Za-z0-9_])(?=[A-Za-z_]*+[0-9])(?=[0-9_]*+[A-Za-z])[A-Za-z0-9_+]{20,}"
)
"""What looks as if nobody had thought of it. Looked for at the beginning of words alone: at each letter
of one, a long word would take time as the square of its length."""
_LOGIN: Final = re.compile(r"://[^/@:\s]*+:[^/@\s]++@")
_PLACEHOLDER: Final = re.compile(r"(?:[A-Za-z]+ )?\$\{[^{}]*\}")
"""The name of a variable is no secret."""
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://\S+")
_HEADER: Final = re.compile(r"([A-Za-z0-9-]+):\s*(\S.*)", re.DOTALL)
_WORD: Final = re.compile(r"[A-Za-z0-9_~-]{16,}")
_CHANGE: Final = re.compile(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_PLAIN_HEADERS: Final = frozenset(
    {"accept", "accept-language", "content-type", "user-agent", "mcp-protocol-version"}
)


@dataclass(frozen=True, slots=True)
class Searched:
    """A text with a mark in place of each secret that it holds, and these secrets."""

    shown: str
    secrets: tuple[str, ...] = ()


def secrets_in(config: ServerConfig) -> frozenset[str]:
    """Returns the texts that must never reach a log, an answer or a model."""
    found = [value for name, value in config.filled_in.items() if is_secret(name, value)]
    match config.target:
        case StdioServer() as server:
            found += _of_program(server)
        case HttpServer() as server:
            found += _of_server(server)
        case None:
            pass
    return frozenset(secret for secret in found if len(secret) >= _SHORTEST)


def is_secret(name: str, value: str) -> bool:
    """Returns whether a variable or an option of this name seems to have a secret value."""
    if _PLACEHOLDER.fullmatch(value):
        return False
    if _SECRET_NAME.search(name) or _LOGIN.search(value):
        return True
    return _RANDOM.search(value) is not None


def searched_args(args: Iterable[str]) -> Iterator[Searched]:
    """Yields each argument of a program: options, headers and addresses may hold a secret."""
    before = ""
    for arg in args:
        name, _, value = arg.partition("=")
        header = _HEADER.fullmatch(arg)
        if _ADDRESS.fullmatch(arg):
            yield searched_address(arg)
        elif _ADDRESS.fullmatch(value):
            inner = searched_address(value)
            yield Searched(f"{name}={inner.shown}", inner.secrets)
        elif value and is_secret(name, value):
            yield Searched(f"{name}={HIDDEN}", (value,))
        elif header is not None and is_secret(*header.groups()):
            yield Searched(f"{header[1]}: {HIDDEN}", tuple(_of_header(header[2])))
        elif arg and not arg.startswith("-") and is_secret(before, arg):
            yield Searched(HIDDEN, (arg,))
        else:
            yield Searched(arg)
        before = arg if arg.startswith("-") and not value else ""


def searched_address(url: str) -> Searched:
    """Looks at who logs in, at the path, and at all that follows it, which is never shown."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Searched(HIDDEN, (url,))
    login, at, host = parts.netloc.rpartition("@")
    in_path = dict.fromkeys(
        part for part in _of_path(parts.path) if not _PLACEHOLDER.fullmatch(part)
    )
    path = "/".join(HIDDEN if part in in_path else part for part in parts.path.split("/"))
    shown = parts._replace(
        netloc=(HIDDEN if login else "") + at + host,
        path=path,
        query=_marked(parts.query),
        fragment=_marked(parts.fragment),
    )
    user, _, password = login.partition(":")
    secrets = [password, unquote(password), parts.query, *in_path, *map(unquote, in_path)]
    secrets += [each for each in (user, parts.fragment) if _is_random(each)]
    for pairs in (parts.query, parts.fragment):
        secrets += [
            value for name, value in parse_qsl(pairs) if is_secret(name, value) or _is_random(value)
        ]
    return Searched(urlunsplit(shown), tuple(dict.fromkeys(filter(None, secrets))))


def shown_target(config: ServerConfig) -> str:
    """Returns the command or the address for people, without secrets."""
    match config.target:
        case StdioServer() as server:
            text = " ".join((server.command, *(each.shown for each in searched_args(server.args))))
            for secret in sorted(secrets_in(config), key=len, reverse=True):
                text = text.replace(secret, HIDDEN)
            return text
        case HttpServer() as server:
            parts = urlsplit(searched_address(server.url).shown)
            host = parts.netloc.rpartition("@")[2]
            return urlunsplit(parts._replace(netloc=host, query="", fragment=""))
        case None:
            return ""


def _of_program(server: StdioServer) -> Iterator[str]:
    yield from (value for name, value in server.env.items() if is_secret(name, value))
    # Some write all of a command line in the place of the command.
    for searched in searched_args([*server.command.split()[1:], *server.args]):
        yield from searched.secrets


def _of_server(server: HttpServer) -> Iterator[str]:
    for name, value in server.headers.items():
        if name.lower() not in _PLAIN_HEADERS:
            yield from _of_header(value)
    if server.client is not None:
        yield server.client.secret or ""
    yield from searched_address(server.url).secrets


def _of_header(value: str) -> Iterator[str]:
    yield value
    # Also without the word before it, such as "Bearer".
    yield value.rpartition(" ")[2]


def _of_path(path: str) -> Iterator[str]:
    before = ""
    for part in path.split("/"):
        name, _, value = part.partition("=")
        is_named = _SECRET_NAME.search(before) and re.search("[0-9]", part)
        if _is_random(part) or (value and is_secret(name, value)) or is_named:
            yield part
        before = part


def _is_random(text: str) -> bool:
    """Whether nobody seems to have thought of a part of an address, as of a key or a UUID."""
    if _RANDOM.fullmatch(text):
        return True
    return _WORD.fullmatch(text) is not None and len(_CHANGE.findall(text)) >= 3


def _marked(text: str) -> str:
    return HIDDEN if text and not _PLACEHOLDER.fullmatch(text) else text
