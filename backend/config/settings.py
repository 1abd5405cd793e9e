"""The one Settings class. `Configuration` fills it from all sources."""

from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

import httpx2
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from backend.config.prices import Prices, parsed_prices
from backend.domain.app import is_origin
from backend.domain.hosted_tool import HostedTool

UpstreamName = str
"""The name of a module in `backend/upstreams/` that defines `create_upstream`."""
UpstreamChoice = str
"""An `UpstreamName`, or `auto`."""

MAX_URL_CHARS = 2_048
MIN_SECRET_CHARS = 32
DATABASE_NAME = "runstream.db"
"""Of the SQLite file in the data folder, where `DATABASE_URL` names no other database."""
LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


class Settings(BaseSettings):
    """Every setting, validated. `.env.example` explains each one.

    The repr holds no secret.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    upstream: UpstreamChoice = Field(default="auto", pattern=r"^[a-z][a-z0-9_]*$")
    openai_api_key: SecretStr | None = None
    openai_base_url: str | None = Field(default=None, repr=False)
    assistant_id: str | None = None
    model: str | None = None
    embeddings_model: str | None = None
    images_model: str | None = None
    transcription_model: str | None = None
    """`none` is none, at OpenAI too."""
    hosted_tools: Annotated[tuple[HostedTool, ...] | None, NoDecode] = None
    """What the server of the Responses API runs itself; None is all at OpenAI, else nothing."""
    hosted_mcp_tokens: Annotated[tuple[tuple[str, SecretStr], ...] | None, NoDecode] = None
    """By the label of an MCP server, the token that the upstream sends it."""
    context_tokens: Annotated[tuple[tuple[str, Annotated[int, Field(ge=256)]], ...], NoDecode] = ()
    """How many tokens models can read, by a pattern of their names."""
    prices: Annotated[Prices | None, NoDecode] = None
    upstream_transport: Literal["aiohttp", "httpx"] = "aiohttp"
    responses_background: bool = False

    data_dir: Path = Path("data")
    database_url: str | None = Field(default=None, repr=False)
    files_url: str | None = Field(
        default=None, pattern=r"^(s3://[a-z0-9][a-z0-9.-]*(/.*)?|file:///.+)$"
    )
    """Where files are; None: in the data folder."""
    files_cache_bytes: int = Field(default=1_073_741_824, ge=0)
    """How many bytes of files in object storage are kept in the data folder, too."""
    aws_endpoint_url: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$")
    aws_region: str | None = None
    aws_access_key_id: str | None = Field(default=None, repr=False)
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    access_token: SecretStr | None = None
    secret_key: SecretStr | None = None
    """Signs cookies, and seals what is secret in a database that processes share."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    root_path: str = Field(default="", pattern=r"^(?:(?:/[A-Za-z0-9_.~-]+)+/?)?$")
    peer_host: str = "127.0.0.1"
    peer_port: int = Field(default=0, ge=0, le=65535)
    peer_address: str | None = Field(
        default=None, pattern=r"^http://[A-Za-z0-9.\-\[\]:]+:[0-9]{1,5}$"
    )
    """Where other processes reach the peer port; None: at the host and port themselves."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    access_log: bool = False
    metrics: bool = False
    metrics_token: SecretStr | None = None
    """What who reads `/metrics` sends; None: what opens every other path opens it."""

    max_message_chars: int = Field(default=100_000, ge=1)
    max_answer_chars: int = Field(default=1_000_000, ge=1)
    max_frame_bytes: int = Field(default=1_048_576, ge=1024)
    max_tool_rounds: int = Field(default=32, ge=1)
    max_active_runs: int = Field(default=200, ge=1)
    max_file_bytes: int = Field(default=52_428_800, ge=1)
    max_files_per_message: int = Field(default=10, ge=1)
    max_files: int = Field(default=10_000, ge=1)
    max_files_total_bytes: int = Field(default=5_368_709_120, ge=1)
    max_assistants: int = Field(default=200, ge=1)
    functions_dir: Path | None = None
    mcp_config: Path | None = None
    """The file that names MCP servers; None is `mcp.json` beside `.env`."""
    mcp_tools_told: int = Field(default=30, ge=0)
    """How many tools of MCP servers a model is told of at once. It searches the others."""
    tool_timeout_s: float = Field(default=30.0, gt=0)
    file_search_chars: int = Field(default=16_000, ge=2_000)
    tool_pictures: int = Field(default=8, ge=0)
    app_domains: Annotated[tuple[str, ...], NoDecode] = ()
    """The other origins that apps may load from, of those they ask for; `*` is all of these."""
    tool_output_limit_bytes: int = Field(default=65_536, ge=256)
    run_timeout_s: float = Field(default=900.0, gt=0)
    action_timeout_s: float = Field(default=604_800.0, gt=0)
    """How long a run waits for somebody to allow a call or answer a question."""
    home_idle_s: float = Field(default=30.0, ge=0)
    """How long a chat that nobody uses stays with its process, where there are several."""
    stop_grace_s: float = Field(default=2.0, ge=0)
    """How long a stopping server waits for active runs to end by themselves."""
    upstream_connect_timeout_s: float = Field(default=10.0, gt=0)
    upstream_stall_timeout_s: float = Field(default=120.0, gt=0)

    code_interpreter: Literal["auto", "off"] = "auto"
    code_interpreter_dir: Path | None = None
    """The folder of its Python packages; None is one in the user's cache."""
    code_interpreter_timeout_s: float = Field(default=60.0, gt=0)
    code_interpreter_cpu_s: float = Field(default=60.0, gt=0)
    code_interpreter_memory_mb: int = Field(default=2048, ge=512)
    code_interpreter_disk_mb: int = Field(default=256, ge=1)
    code_interpreter_sessions: int = Field(default=4, ge=1)

    weather_source: Literal["open-meteo", "sample"] = "open-meteo"
    demo_deltas_per_s: float = Field(default=40.0, ge=0)
    """0 streams without any pause."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Files are read by `Configuration`."""
        return init_settings, env_settings

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        if value and value.partition(":")[0] not in _DRIVERS:
            raise ValueError("must begin with sqlite:/// or postgresql://")
        return value or None

    @field_validator("allowed_hosts", "trusted_proxies", "app_domains", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("hosted_tools", mode="before")
    @classmethod
    def _tools(cls, value: object) -> object:
        if value in ("auto", "none"):
            return None if value == "auto" else ()
        return cls._split_list(value)

    @field_validator("hosted_mcp_tokens", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.strip().partition("=") for pair in value.split(",") if pair.strip()]
        if not all(label.strip() and token.strip() for label, _, token in pairs):
            raise ValueError("must be label=token, or several separated by commas")
        return tuple((label.strip(), token.strip()) for label, _, token in pairs)

    @field_validator("context_tokens", mode="before")
    @classmethod
    def _lengths(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        lengths = [(pattern.strip() or "*", length.strip()) for pattern, _, length in pairs]
        if not all(length.isascii() and length.isdigit() for _, length in lengths):
            raise ValueError("must be a number such as 32768, or several such as my-model*=131072")
        return tuple((pattern, int(length[:12])) for pattern, length in lengths)

    @field_validator("prices", mode="before")
    @classmethod
    def _prices(cls, value: object) -> object:
        return parsed_prices(value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for entry in value:
                ip_network(entry)
        except ValueError:
            raise ValueError("must be IP addresses or networks such as 10.0.0.0/8") from None
        return value

    @field_validator("app_domains")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(map(is_origin, value)):
            raise ValueError("must be origins such as https://cdn.example.com, or *")
        return value

    @field_validator("root_path")
    @classmethod
    def _no_last_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @field_validator("openai_base_url")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        if len(value) > MAX_URL_CHARS:
            raise ValueError(f"must have at most {MAX_URL_CHARS} characters")
        if not value.isprintable() or " " in value or not _is_address(value):
            raise ValueError("must be an address like https://api.example.com/v1")
        return value.rstrip("/")

    @field_validator("data_dir", "code_interpreter_dir", "functions_dir", "mcp_config")
    @classmethod
    def _home(cls, value: Path | None) -> Path | None:
        return value.expanduser() if value is not None else None

    @field_validator("openai_api_key", "access_token", "metrics_token", "secret_key")
    @classmethod
    def _one_printable_line(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            text = value.get_secret_value()
            if not text.isascii() or not text.isprintable() or " " in text:
                raise ValueError("must be one line of printable ASCII without spaces")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_CHARS:
            raise ValueError(f"must have {MIN_SECRET_CHARS} random characters or more")
        return value

    @property
    def api_key(self) -> str | None:
        """The key in clear text, for the client of the upstream only."""
        return self.openai_api_key.get_secret_value() if self.openai_api_key else None

    @property
    def database(self) -> str:
        """SQLAlchemy URL with an async driver."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data_dir / DATABASE_NAME}"
        scheme, colon, rest = self.database_url.partition(":")
        return _DRIVERS[scheme] + colon + rest


_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""The schemes of database URLs, and what SQLAlchemy is told."""


def _is_address(url: str) -> bool:
    """Whether the library that sends the requests can parse it."""
    try:
        parsed = httpx2.URL(url)
        return bool(parsed.raw_host) and parsed.port != 0
    except (httpx2.InvalidURL, ValueError):
        return False
