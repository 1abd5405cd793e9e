"""Files and vector stores at an upstream: the same requests for `responses` and `assistants`.

https://platform.openai.com/docs/api-reference/files
https://platform.openai.com/docs/api-reference/vector-stores
https://platform.openai.com/docs/api-reference/container-files
"""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, Final, Literal

import msgspec
from openai import AsyncOpenAI, omit

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken, UpstreamNotFound
from backend.domain.file import FileStatus
from backend.openai_client.answers import read_answer
from backend.openai_client.client import base_url
from backend.openai_client.failures import translated

RemotePurpose = Literal["assistants", "user_data", "vision"]

_CHUNK_BYTES: Final = 65_536


class _Thing(msgspec.Struct):
    id: str = ""


class _LastError(msgspec.Struct):
    message: str | None = None


class _FileInStore(msgspec.Struct):
    status: str = ""
    last_error: _LastError | None = None


class HostedFiles:
    """Raises `UpstreamError`s only. Requests that make something are never sent twice."""

    def __init__(self, client: AsyncOpenAI, settings: Settings) -> None:
        self.base_url = base_url(settings)
        self._settings = settings
        self._files = client.files.with_streaming_response
        self._stores = client.vector_stores.with_streaming_response
        self._stored = client.vector_stores.files.with_streaming_response
        self._contained = client.containers.files.content.with_streaming_response

    async def upload(self, name: str, media_type: str, path: Path, purpose: RemotePurpose) -> str:
        """The id of the copy there. The file is sent as it is read."""
        with await asyncio.to_thread(path.open, "rb") as content:
            request = self._files.create(file=(name, content, media_type), purpose=purpose)
            return _id(await self._read(_Thing, request))

    async def delete(self, file_id: str) -> None:
        """Harmless for one that is gone."""
        await self._delete(self._files.delete(file_id))

    async def content(self, file_id: str, container_id: str | None = None) -> AsyncGenerator[bytes]:
        """What a tool made there, as it arrives."""
        with translated(self._settings):
            if container_id is None:
                request = self._files.content(file_id)
            else:
                request = self._contained.retrieve(file_id, container_id=container_id)
            async with request as response:
                async for data in response.iter_bytes(_CHUNK_BYTES):
                    yield data

    async def create_store(self, name: str, *, idle_days: int | None = None) -> str:
        """A vector store that expires when it was not used for so long."""
        request = self._stores.create(
            name=name,
            expires_after={"anchor": "last_active_at", "days": idle_days} if idle_days else omit,
        )
        return _id(await self._read(_Thing, request))

    async def add_to_store(self, store_id: str, file_id: str) -> None:
        """Begins the work that `status_in_store` tells the progress of."""
        await self._read(_Thing, self._stored.create(store_id, file_id=file_id))

    async def status_in_store(self, store_id: str, file_id: str) -> tuple[FileStatus, str | None]:
        """And why, where it failed."""
        request = self._stored.retrieve(file_id, vector_store_id=store_id)
        found = await self._read(_FileInStore, request)
        match found.status:
            case "completed":
                return "completed", None
            case "failed" | "cancelled":
                reason = found.last_error.message if found.last_error is not None else None
                return "failed", reason or "The upstream could not read it."
            case _:
                return "in_progress", None

    async def remove_from_store(self, store_id: str, file_id: str) -> None:
        """Harmless for one that is gone."""
        await self._delete(self._stored.delete(file_id, vector_store_id=store_id))

    async def _read(self, kind: type[Any], request: Any) -> Any:
        return await read_answer(kind, request, self._settings)

    async def _delete(self, request: Any) -> None:
        try:
            await self._read(_Thing, request)
        except UpstreamNotFound:
            return


def _id(thing: _Thing) -> str:
    if not thing.id:
        raise UpstreamBroken("The upstream made something but did not say what. Try again.")
    return thing.id
