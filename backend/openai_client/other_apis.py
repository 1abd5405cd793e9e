"""Answers of an API that was not asked for, such as that of a proxy which translates nothing."""

from typing import Any

from backend.domain.errors import UpstreamMisconfigured

OTHER_API_CODE = "upstream_other_api"


def refuse_chat_completions(value: Any) -> None:
    """Raises `UpstreamMisconfigured` for an event or an answer of the Chat Completions API."""
    kind = value.get("object") if isinstance(value, dict) else None
    if isinstance(kind, str) and kind.startswith("chat.completion"):
        raise UpstreamMisconfigured(
            "The server answered in the Chat Completions API, which is not the one that was asked "
            "for. Choose `chat_completions` as the upstream on /setup, or a server of the "
            "Responses API.",
            code=OTHER_API_CODE,
        )
