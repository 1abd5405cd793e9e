"""A limit on answers that are read into memory in one piece, errors included."""

from contextlib import aclosing
from typing import Final

import openai
from httpx2 import Response

MAX_WHOLE_ANSWER_BYTES: Final = 64 * 1024 * 1024
"""Pictures in base64 and embeddings of many passages fit, decompressed as this counts them."""


class AnswerTooLarge(openai.OpenAIError):
    """Of the SDK's own family, which it lets pass as it is."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"More than {limit:,} bytes")
        self.limit = limit


async def limit_whole_answers(response: Response) -> None:
    """A response hook for the client.

    It changes the class in place: a transport around the client's own would lose the proxies.
    """
    response.__class__ = _LimitedResponse


class _LimitedResponse(Response):
    """Streams and downloads, which never call `aread`, are as long as they like."""

    async def aread(self) -> bytes:
        if not hasattr(self, "_content"):
            size = 0
            parts: list[bytes] = []
            async with aclosing(self.aiter_bytes()) as received:
                async for part in received:
                    size += len(part)
                    if size > MAX_WHOLE_ANSWER_BYTES:
                        await self.aclose()
                        raise AnswerTooLarge(MAX_WHOLE_ANSWER_BYTES)
                    parts.append(part)
            self._content = b"".join(parts)
        return self._content
