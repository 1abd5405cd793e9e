"""What an entry of a configuration says of a server."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from backend.domain.origin import origin_of
from backend.mcp.entries import ADDRESS_KEYS, InvalidConfiguration, check_nesting
from backend.mcp.variables import Filled

MAX_NAME_CHARS: Final = 64

HttpKind = Literal["auto", "http", "sse"]
"""`auto` tries streamable HTTP first, then the older SSE."""

_NAME: Final = re.compile(r"[^\s/=@](?:[^/=@]*[^\s/=@])?")
HOSTED_BY: Final = "hostedBy"
ENV_KEYS: Final = ("env", "environment")
OAUTH_KEYS: Final = ("oauth", "auth")
OAUTH_SECRETS: Final = ("clientSecret", "CLIENT_SECRET")
_KINDS: Final[Mapping[str, HttpKind]] = {
    "http": "http",
    "streamable-http": "http",
    "streamablehttp": "http",
    "streamable_http": "http",
    "sse": "sse",
    "remote": "auto",
}


@dataclass(frozen=True, slots=True)
class StdioServer:
    """A program that is started here and spoken to through its standard input and output."""

    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: str | None = None


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """What we are at an authorization server where somebody has registered us."""

    id: str
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HttpServer:
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    kind: HttpKind = "auto"
    client: OAuthClient | None = None

    @property
    def has_token(self) -> bool:
        return any(name.lower() == "authorization" for name in self.headers)


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """One entry. Without a `target` it cannot be used, and `problem` says why."""

    name: str
    target: StdioServer | HttpServer | None
    problem: str | None = None
    is_disabled: bool = False
    disabled_tools: frozenset[str] = frozenset()
    hosted_by: str | None = None
    """The origin of the upstream that calls its tools itself when it answers; else we do."""
    filled_in: Mapping[str, str] = field(default_factory=dict, repr=False)
    """The variables of the environment that it uses."""

    def connects_like(self, other: "ServerConfig") -> bool:
        """Whether a connection of one is a connection of the other."""
        return (self.target, self.problem, self.is_disabled) == (
            other.target,
            other.problem,
            other.is_disabled,
        )


def server_config(name: str, entry: Any, environment: Mapping[str, str]) -> ServerConfig:
    """Returns what an entry says, with its `${VARIABLES}` filled in. An odd one has a problem."""
    if not isinstance(entry, dict):
        return ServerConfig(name, None, 'Its entry must be an object, as in {"command": …}.')
    is_disabled = entry.get("disabled") is True or entry.get("enabled") is False
    filled = Filled(environment)
    try:
        check_name(name)
        check_nesting(entry)
        for key in ("disabled", "enabled"):
            if not isinstance(entry.get(key), bool | None):
                raise InvalidConfiguration(f'Its "{key}" must be true or false.')
        disabled_tools = frozenset(switched_off(entry))
        target = _target(entry, filled)
        hosted_by = _hosted_by(entry.get(HOSTED_BY), target)
    except InvalidConfiguration as error:
        return ServerConfig(name, None, str(error), is_disabled)
    return ServerConfig(name, target, None, is_disabled, disabled_tools, hosted_by, filled.used)


def switched_off(entry: Mapping[str, Any]) -> list[str]:
    """Returns the tools that an entry switches off. Raises `InvalidConfiguration`."""
    names = entry.get("disabledTools")
    if names is None:
        return []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InvalidConfiguration('Its "disabledTools" must be a list of names.')
    return names


def check_name(name: str) -> None:
    """Raises `InvalidConfiguration`."""
    if len(name) > MAX_NAME_CHARS or not name.isprintable() or not _NAME.fullmatch(name):
        raise InvalidConfiguration(
            f"A name has up to {MAX_NAME_CHARS} characters, none of them /, = or @, and no blanks "
            "around it. Rename it."
        )


def _target(entry: Mapping[str, Any], filled: Filled) -> StdioServer | HttpServer:
    kind = _first(entry, "type", "transport")
    if kind is not None and not isinstance(kind, str):
        raise InvalidConfiguration('Its "type" must be a text: stdio, http or sse.')
    url = _first(entry, *ADDRESS_KEYS)
    if url is not None:
        return _http_server(entry, url, kind, filled)
    command = entry.get("command")
    if command is None:
        raise InvalidConfiguration('It has neither a "command" nor a "url".')
    args = entry.get("args")
    if not isinstance(args, list | None):
        raise InvalidConfiguration('Its "args" must be a list.')
    if isinstance(command, list):
        command, args = (command or [None])[0], [*command[1:], *(args or [])]
    if not isinstance(command, str) or not command.strip():
        raise InvalidConfiguration('Its "command" must be the name of a program.')
    if entry.get("envFile") is not None:
        raise InvalidConfiguration(
            'Its "envFile" is not read here: write what it holds into "env".'
        )
    cwd = entry.get("cwd")
    if not isinstance(cwd, str | None):
        raise InvalidConfiguration('Its "cwd" must be the path of a folder.')
    texts = [_text("args", arg) for arg in args or ()]
    found = StdioServer(
        filled(command.strip()),
        tuple(map(filled, texts)),
        {name: filled(value) for key in ENV_KEYS for name, value in _texts(entry, key)},
        filled(cwd) if cwd else None,
    )
    if "\0" in "".join((found.command, *found.args, *found.env, *found.env.values())):
        raise InvalidConfiguration("No argument or variable may hold a NUL character.")
    return found


def _hosted_by(value: object, target: StdioServer | HttpServer) -> str | None:
    if value is None:
        return None
    if not isinstance(target, HttpServer):
        raise InvalidConfiguration(
            f'A program runs here: remove "{HOSTED_BY}", which is for a server with a "url".'
        )
    origin = origin_of(value) if isinstance(value, str) else None
    if origin is None:
        raise InvalidConfiguration(
            f'Its "{HOSTED_BY}" must be the address of an upstream, such as https://api.openai.com.'
        )
    return origin


def _http_server(
    entry: Mapping[str, Any], url: object, kind: str | None, filled: Filled
) -> HttpServer:
    known = "auto" if kind is None else _KINDS.get(kind.lower())
    if known is None:
        raise InvalidConfiguration('Its "type" must be http or sse, since it has a "url".')
    address = filled(_text("url", url)).strip()
    if not address.startswith(("http://", "https://")) or not address.isprintable():
        raise InvalidConfiguration('Its "url" must begin with http:// or https://.')
    try:
        urlsplit(address).port  # noqa: B018
    except ValueError as error:
        raise InvalidConfiguration('Its "url" is not an address.') from error
    headers = {name: filled(value) for name, value in _texts(entry, "headers")}
    for name, value in headers.items():
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or not value.isprintable():
            raise InvalidConfiguration(f"Its header {name[:64]!r} cannot be sent.")
        if not value.isascii():
            raise InvalidConfiguration(f"The value of its header {name} must be ASCII.")
    return HttpServer(address, headers, known, _client(entry, filled))


def _client(entry: Mapping[str, Any], filled: Filled) -> OAuthClient | None:
    """Reads `oauth` with `clientId` and `clientSecret`, and the `auth` of one other client."""
    given = _first(entry, *OAUTH_KEYS)
    if not isinstance(given, dict):
        return None
    id, secret = _first(given, "clientId", "CLIENT_ID"), _first(given, *OAUTH_SECRETS)
    if id is None:
        return None
    return OAuthClient(
        filled(_text("oauth", id)), None if secret is None else filled(_text("oauth", secret))
    )


def _first(entry: Mapping[str, Any], *keys: str) -> Any:
    return next((entry[key] for key in keys if entry.get(key) is not None), None)


def _texts(entry: Mapping[str, Any], key: str) -> Iterator[tuple[str, str]]:
    given = entry.get(key)
    if not isinstance(given, dict | None):
        raise InvalidConfiguration(f'Its "{key}" must be an object of texts.')
    for name, value in (given or {}).items():
        if value is not None:
            yield name, _text(key, value)


def _text(key: str, value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str() | int() | float():
            return str(value)
        case _:
            raise InvalidConfiguration(f'Its "{key}" may hold texts only.')
