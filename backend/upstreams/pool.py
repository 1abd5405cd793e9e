"""The upstream in use: made once for the settings that matter, made anew when they change."""

import asyncio
import importlib
import logging
import pkgutil
from types import ModuleType
from typing import TypeGuard

import backend.upstreams
from backend.config.configuration import Configuration
from backend.config.settings import Settings, UpstreamName
from backend.domain.errors import UpstreamMisconfigured
from backend.openai_client.client import base_url, is_openai
from backend.openai_client.place import place
from backend.upstreams.base import ParameterTakingUpstream, Upstream
from backend.upstreams.probe import spoken_by
from backend.upstreams.refusal_file import FILE_NAME
from backend.waiting import cancel

log = logging.getLogger(__name__)

AUTO = "auto"

GRACE_S = 60.0

Fingerprint = tuple[tuple[str, object], ...]
"""The settings that an upstream may read."""

_OTHERS_SETTINGS = frozenset(
    {
        "assistant_id",
        "database_url",
        "embeddings_model",
        "images_model",
        "transcription_model",
        "prices",
        "context_tokens",
        "host",
        "port",
        "access_token",
        "secret_key",
        "allowed_hosts",
        "trusted_proxies",
        "root_path",
        "log_level",
        "log_format",
        "access_log",
        "metrics",
        "metrics_token",
        "max_message_chars",
        "max_answer_chars",
        "max_frame_bytes",
        "max_tool_rounds",
        "max_file_bytes",
        "max_files_per_message",
        "max_files",
        "max_files_total_bytes",
        "max_active_runs",
        "tool_timeout_s",
        "tool_output_limit_bytes",
        "run_timeout_s",
        "stop_grace_s",
        "code_interpreter",
        "code_interpreter_dir",
        "code_interpreter_timeout_s",
        "code_interpreter_cpu_s",
        "code_interpreter_memory_mb",
        "code_interpreter_disk_mb",
        "code_interpreter_sessions",
        "weather_source",
        "functions_dir",
        "mcp_config",
    }
)
"""Settings that no upstream reads. A new one counts as read until it is listed here."""


def available() -> tuple[UpstreamName, ...]:
    """Names of all upstreams, sorted: the modules here that define `create_upstream`."""
    names = (module.name for module in pkgutil.iter_modules(backend.upstreams.__path__))
    return tuple(sorted(name for name in names if _is_upstream(_module(name))))


class UpstreamPool:
    """Gives the upstream for the settings in force, and closes all that it gave.

    One that is replaced is closed when no run can be using it any more: after the time that a run
    may take, and `grace_s`.
    """

    def __init__(self, configuration: Configuration, grace_s: float = GRACE_S) -> None:
        self._configuration = configuration
        self._grace_s = grace_s
        self._made: dict[Fingerprint, Upstream] = {}
        """By the settings that matter."""
        self._latest: tuple[Settings, Upstream] | None = None
        """What `current` returned last. Settings are made anew when they change."""
        self._retiring: dict[Fingerprint, asyncio.Task[None]] = {}
        """Of those that are replaced."""
        self._spoken: dict[tuple[str, str | None], UpstreamName] = {}
        """What a server was found to speak, by base URL and key."""
        self._lock = asyncio.Lock()

    async def current(self) -> Upstream:
        """The upstream for new runs. Raises `UpstreamError` where there is none."""
        settings = self._configuration.settings
        if self._latest is not None and self._latest[0] is settings:
            return self._latest[1]
        fingerprint = _fingerprint(settings)
        async with self._lock:
            upstream = self._made.get(fingerprint)
            if upstream is None:
                upstream = self._made[fingerprint] = await self.create(settings)
            if fingerprint in self._retiring:
                await cancel([self._retiring.pop(fingerprint)])
            for replaced in self._made.keys() - self._retiring.keys() - {fingerprint}:
                self._retiring[replaced] = asyncio.create_task(
                    self._retire(replaced, settings.run_timeout_s + self._grace_s)
                )
            self._latest = settings, upstream
            return upstream

    async def create(self, settings: Settings) -> Upstream:
        """One for these settings that the caller closes, as for verifying them."""
        name = settings.upstream
        if name == AUTO:
            name = await self._resolve(settings)
        return _create(name, settings)

    def forget_refusals(self) -> None:
        """Try parameters again that models refused."""
        for upstream in self._made.values():
            if isinstance(upstream, ParameterTakingUpstream):
                upstream.refused.forget()

    async def close(self) -> None:
        """Close every upstream that `current` gave."""
        self._latest = None
        await cancel(self._retiring.values())
        made, self._made = list(self._made.values()), {}
        await asyncio.gather(*(upstream.close() for upstream in made))

    async def _retire(self, fingerprint: Fingerprint, after_s: float) -> None:
        await asyncio.sleep(after_s)
        upstream = self._made.pop(fingerprint)
        del self._retiring[fingerprint]
        try:
            await upstream.close()
        except Exception:
            log.exception("A replaced upstream could not be closed")

    async def _resolve(self, settings: Settings) -> UpstreamName:
        if settings.api_key is None and settings.openai_base_url is None:
            return "demo"
        if is_openai(settings):
            return "responses"
        server = (base_url(settings), settings.api_key)
        if server not in self._spoken:
            self._spoken[server] = await spoken_by(settings)
        return self._spoken[server]


def _fingerprint(settings: Settings) -> Fingerprint:
    return tuple((name, value) for name, value in settings if name not in _OTHERS_SETTINGS)


def _create(name: UpstreamName, settings: Settings) -> Upstream:
    module = _module(name) if _exists(name) else None
    if not _is_upstream(module):
        choices = ", ".join((AUTO, *available()))
        raise UpstreamMisconfigured(
            f"There is no upstream called {name!r}. Choose one of {choices} on /setup.",
            code="unknown_upstream",
        )
    upstream: Upstream = module.create_upstream(settings)
    if isinstance(upstream, ParameterTakingUpstream):
        upstream.refused.keep_in(settings.data_dir / FILE_NAME, place(settings))
    return upstream


def _exists(name: str) -> bool:
    return any(found.name == name for found in pkgutil.iter_modules(backend.upstreams.__path__))


def _module(name: str) -> ModuleType | None:
    """The module, None where it cannot be imported: one broken file must not stop the others."""
    try:
        return importlib.import_module(f"{backend.upstreams.__name__}.{name}")
    except Exception:
        log.exception("backend/upstreams/%s.py cannot be imported and is left out", name)
        return None


def _is_upstream(module: ModuleType | None) -> TypeGuard[ModuleType]:
    return callable(getattr(module, "create_upstream", None))
