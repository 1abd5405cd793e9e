"""`python -m tests.bench.sdk`: the bare openai SDK reading the same streams.

Reads jobs from standard input, a line of JSON each, and prints the figures of each as one line.
"""

import asyncio
import json
import os
import sys
import time
import warnings
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from openai import AsyncOpenAI, DefaultAioHttpClient

from tests.bench.processes import cpu_s, new_event_loop
from tests.bench.result import Case, Measured
from tests.bench.stream import SENT_AT

KEY = "sk-bench-0000000000000000"


@dataclass(frozen=True)
class Job:
    case: Case
    base_url: str
    typed: bool
    """Whether to read typed events of the SDK or the bytes of the response."""
    aiohttp: bool = False


class _Arrivals:
    """The arrival times of one stream's deltas."""

    def __init__(self) -> None:
        self.latencies: list[int] = []
        self.first_ms = 0.0
        self._started_ns = time.monotonic_ns()

    def add(self, sent_ns: int) -> None:
        now = time.monotonic_ns()
        if not self.latencies:
            self.first_ms = (now - self._started_ns) / 1e6
        self.latencies.append(now - sent_ns)


async def _typed_responses(client: AsyncOpenAI, thread_id: str, arrivals: _Arrivals) -> None:
    async for event in await client.responses.create(
        model="bench-1", input="Hello", store=False, stream=True
    ):
        if event.type == "response.output_text.delta":
            arrivals.add(int(event.delta.rpartition("@")[2]))


async def _typed_chat_completions(client: AsyncOpenAI, thread_id: str, arrivals: _Arrivals) -> None:
    async for chunk in await client.chat.completions.create(
        model="bench-1",
        messages=[{"role": "user", "content": "Hello"}],
        stream=True,
        stream_options={"include_usage": True},
    ):
        for choice in chunk.choices:
            if choice.delta.content:
                arrivals.add(int(choice.delta.content.rpartition("@")[2]))


async def _typed_assistants(client: AsyncOpenAI, thread_id: str, arrivals: _Arrivals) -> None:
    async for event in await client.beta.threads.runs.create(
        thread_id, assistant_id="asst_bench", stream=True
    ):
        if event.event == "thread.message.delta":
            for part in event.data.delta.content or ():
                if part.type == "text" and part.text is not None:
                    arrivals.add(int((part.text.value or "").rpartition("@")[2]))


async def _bytes(request: Any, deltas: int, arrivals: _Arrivals) -> None:
    rest = b""
    async with request as response:
        async for chunk in response.iter_bytes():
            # A number cut in two would be a wrong time.
            whole, end, rest = (rest + chunk).rpartition(b"\n\n")
            for sent_ns in SENT_AT.findall(whole + end)[: deltas - len(arrivals.latencies)]:
                arrivals.add(int(sent_ns))


def _reader(client: AsyncOpenAI, job: Job) -> Callable[[str, _Arrivals], Awaitable[None]]:
    async def bytes_of_responses(thread_id: str, arrivals: _Arrivals) -> None:
        request = client.responses.with_streaming_response.create(
            model="bench-1", input="Hello", store=False, stream=True
        )
        await _bytes(request, job.case.deltas, arrivals)

    async def bytes_of_chat_completions(thread_id: str, arrivals: _Arrivals) -> None:
        request = client.chat.completions.with_streaming_response.create(
            model="bench-1",
            messages=[{"role": "user", "content": "Hello"}],
            stream=True,
            stream_options={"include_usage": True},
        )
        await _bytes(request, job.case.deltas, arrivals)

    async def bytes_of_assistants(thread_id: str, arrivals: _Arrivals) -> None:
        request = client.beta.threads.runs.with_streaming_response.create(
            thread_id, assistant_id="asst_bench", stream=True
        )
        await _bytes(request, job.case.deltas, arrivals)

    match job.case.dialect, job.typed:
        case "responses", True:
            return lambda thread_id, arrivals: _typed_responses(client, thread_id, arrivals)
        case "responses", False:
            return bytes_of_responses
        case "chat_completions", True:
            return lambda thread_id, arrivals: _typed_chat_completions(client, thread_id, arrivals)
        case "chat_completions", False:
            return bytes_of_chat_completions
        case "assistants", True:
            return lambda thread_id, arrivals: _typed_assistants(client, thread_id, arrivals)
        case _:
            return bytes_of_assistants


def _client(job: Job) -> AsyncOpenAI:
    return AsyncOpenAI(
        api_key=KEY,
        base_url=job.base_url,
        max_retries=0,
        http_client=DefaultAioHttpClient() if job.aiohttp else None,
    )


async def do(job: Job, client: AsyncOpenAI) -> Measured:
    """Read all streams of the case simultaneously, in this event loop."""
    threads, deltas = job.case.threads, job.case.deltas
    read = _reader(client, job)
    thread_ids = [""] * threads
    if job.case.dialect == "assistants":
        thread_ids = [(await client.beta.threads.create()).id for _ in range(threads)]
    cpu_before, before = cpu_s(os.getpid()), time.monotonic()
    streams = [_Arrivals() for _ in range(threads)]
    await asyncio.gather(*map(read, thread_ids, streams))
    wall, cpu = time.monotonic() - before, cpu_s(os.getpid()) - cpu_before
    for stream in streams:
        if len(stream.latencies) != deltas:
            raise RuntimeError(f"{len(stream.latencies)} of {deltas} deltas arrived")
    latencies = [latency for stream in streams for latency in stream.latencies]
    return Measured(wall, cpu, latencies, [stream.first_ms for stream in streams])


def main() -> None:
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    clients: dict[bool, AsyncOpenAI] = {}
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        for line in sys.stdin:
            fields = json.loads(line)
            job = Job(**fields | {"case": Case(**fields["case"])})
            client = clients.setdefault(job.aiohttp, _client(job))
            print(json.dumps(asdict(runner.run(do(job, client)))), flush=True)
        for client in clients.values():
            runner.run(client.close())


if __name__ == "__main__":
    main()
