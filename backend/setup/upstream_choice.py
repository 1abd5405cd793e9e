"""What the settings alone say about the upstream, without asking a server."""

from backend.config.settings import Settings, UpstreamChoice
from backend.openai_client.client import is_openai
from backend.upstreams.pool import AUTO

_AT_BASE_URL = frozenset({AUTO, "responses", "assistants", "chat_completions"})


def is_demo(settings: Settings) -> bool:
    """Returns whether the settings choose the demo, or set nothing, which means the same."""
    nothing_set = settings.api_key is None and settings.openai_base_url is None
    return settings.upstream == "demo" or (settings.upstream == AUTO and nothing_set)


def is_at_base_url(settings: Settings) -> bool:
    """Returns whether the upstream is the server at the base URL, not one of its own kind."""
    return not is_demo(settings) and settings.upstream in _AT_BASE_URL


def key_is_missing(settings: Settings) -> bool:
    """Returns whether requests would go to OpenAI without a key. Other servers may need none."""
    return is_at_base_url(settings) and settings.api_key is None and is_openai(settings)


def upstream_name(settings: Settings) -> UpstreamChoice:
    """Returns the upstream that the settings lead to, `auto` where only the server can tell."""
    if is_demo(settings):
        return "demo"
    if settings.upstream == AUTO and is_openai(settings):
        return "responses"
    return settings.upstream
