"""The one way to make an OpenAI client: everything explicit, nothing from the environment."""

import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import cache, cached_property
from ipaddress import ip_address
from typing import Any, Final

import httpx2
import msgspec
from openai import (
    DEFAULT_CONNECTION_LIMITS,
    AsyncOpenAI,
    DefaultAioHttpClient,
    DefaultAsyncHttpxClient,
    RequestOptions,
)

from backend.config.settings import Settings
from backend.domain.errors import UpstreamMisconfigured
from backend.openai_client.whole_answers import limit_whole_answers

OPENAI_BASE_URL = "https://api.openai.com/v1"

ASSISTANTS_V2: Final[RequestOptions] = {"headers": {"OpenAI-Beta": "assistants=v2"}}
"""What requests to the Assistants API carry, which the SDK's own methods for it add."""

PLACEHOLDER_KEY = "none"
"""For servers that need no key; the SDK insists on one."""

_NO_CONNECTION_TWICE: Final = httpx2.Limits(
    max_connections=DEFAULT_CONNECTION_LIMITS.max_connections,
    max_keepalive_connections=0,
    keepalive_expiry=0,  # What aiohttp goes by.
)


def base_url(settings: Settings) -> str:
    """Where requests go, without a trailing slash."""
    return settings.openai_base_url or OPENAI_BASE_URL


def is_openai(settings: Settings) -> bool:
    """Whether requests go to OpenAI itself, one of its regions included."""
    host = httpx2.URL(base_url(settings)).host
    return host == "api.openai.com" or host.endswith(".api.openai.com")


class Client(AsyncOpenAI):
    """The SDK's client, with a shorter way to ask for an answer that is read piece by piece."""

    @asynccontextmanager
    async def posted(self, path: str, body: dict[str, Any]) -> AsyncGenerator[httpx2.Response]:
        """Post a body as JSON and yield the head of the answer, once. Raises as the SDK does.

        For what begins a round, of which many may begin at once: the SDK's own methods take 0.4 ms
        to merge their options, and as long again for each parameter that they look at.
        """
        request = self._client.build_request(
            "POST",
            self._url_of(path),
            headers=self._posted_headers,
            content=msgspec.json.encode(body),
        )
        response = await self._client.send(request, stream=True)
        try:
            if not response.is_success:
                await response.aread()
                raise self._make_status_error_from_response(response)
            yield response
        finally:
            await response.aclose()

    @cached_property
    def _url_of(self) -> Callable[[str], httpx2.URL]:
        return cache(self._prepare_url)

    @cached_property
    def _posted_headers(self) -> httpx2.Headers:
        return httpx2.Headers(
            {
                **self.auth_headers,
                "Accept": "application/json",
                "Content-Type": "application/json",
                "User-Agent": self.user_agent,
            }
        )

    @property
    def user_agent(self) -> str:
        return f"{AsyncOpenAI.__name__}/Python {self._version}"


def create_client(settings: Settings) -> Client:
    """A client for these settings. Whoever calls this closes it.

    It never retries: creating a run is not idempotent, and the SDK would sleep in silence. It
    follows no redirect: a conversation is sent to the server that was chosen and to no other. What
    goes to this machine goes through no proxy, whatever the environment says. What is read whole
    raises `AnswerTooLarge` above a limit; what is read piece by piece has limits of its own.
    Raises `UpstreamMisconfigured` for OpenAI itself without a key.

    A connection serves one request where a new one costs little, that is without TLS: llama.cpp
    promises to keep it and closes it after each stream, transformers after a failure, and what is
    sent in that moment is lost.
    """
    if is_openai(settings) and not settings.api_key:
        raise UpstreamMisconfigured("OpenAI needs an API key. Set one on /setup.")
    timeout = httpx2.Timeout(
        settings.upstream_stall_timeout_s, connect=settings.upstream_connect_timeout_s
    )
    is_aiohttp = settings.upstream_transport == "aiohttp"
    transport = DefaultAioHttpClient if is_aiohttp else DefaultAsyncHttpxClient
    trust_env = not _is_local(settings)
    url = httpx2.URL(base_url(settings))
    client = Client(
        api_key=settings.api_key or PLACEHOLDER_KEY,
        base_url=url.copy_with(userinfo=b""),
        max_retries=0,
        timeout=timeout,
        http_client=transport(
            # In an address aiohttp would refuse it, since there is a key as well.
            auth=(url.username, url.password) if url.userinfo else None,
            timeout=timeout,
            limits=DEFAULT_CONNECTION_LIMITS if url.scheme == "https" else _NO_CONNECTION_TWICE,
            follow_redirects=False,
            trust_env=trust_env,
            verify=_authorities(trust_env),
            event_hooks={"response": [limit_whole_answers]},
        ),
    )
    # None as an argument means "look into the environment" to the SDK, so these come afterwards.
    client.organization = None
    client.project = None
    client.admin_api_key = None
    client.webhook_secret = None
    client._custom_headers = {}
    return client


@cache
def _authorities(trust_env: bool) -> ssl.SSLContext:
    """Whose certificates are believed. Once for all clients: reading them takes 40 ms."""
    return httpx2.create_ssl_context(trust_env=trust_env)


def _is_local(settings: Settings) -> bool:
    host = httpx2.URL(base_url(settings)).host
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
