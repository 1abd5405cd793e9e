"""Traces: of a frame, its run, the rounds and the calls, for whoever has a collector."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from backend.domain.errors import UpstreamRateLimited
from backend.watching.traces import Traces
from backend.websocket.messages import Ack, Error
from tests.paths import ROOT
from tests.running import Running, running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.upstreams.loopback import Answer, Received, upstream_server

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def in_memory() -> tuple[Traces, InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return Traces(provider), exporter


async def asked(server: Running, text: str = "planted question") -> Ack:
    """What a chat of one run answers, once the run has ended."""
    async with server.socket() as socket:
        await socket.say(text)
        ack = await socket.until(Ack)
        await socket.until_ended(ack)
    return ack


def by_name(exporter: InMemorySpanExporter) -> dict[str, list[ReadableSpan]]:
    spans: dict[str, list[ReadableSpan]] = {}
    for span in exporter.get_finished_spans():
        spans.setdefault(span.name, []).append(span)
    return spans


def is_child(span: ReadableSpan, parent: ReadableSpan) -> bool:
    return span.parent is not None and span.parent.span_id == parent.context.span_id


async def test_a_frame_its_run_the_rounds_and_the_calls_are_one_trace(tmp_path: Path) -> None:
    traces, exporter = in_memory()
    upstream = ScriptedUpstream()
    upstream.script(
        calls(("get_weather", '{"location": "planted", "dates": []}'), ("no_such_tool", "{}")),
        [*message("planted answer"), COMPLETED],
    )
    async with running(tmp_path, upstream, watches=(traces,)) as server:
        ack = await asked(server)
    spans = by_name(exporter)
    [frame], [run] = spans["frame message.send"], spans["run"]
    [weather], [unknown] = spans["tool get_weather"], spans["tool unknown"]
    assert frame.parent is None
    assert is_child(run, frame)
    assert len(spans["round"]) == 2
    assert all(is_child(each, run) for each in (*spans["round"], weather, unknown))
    assert run.attributes is not None
    assert run.attributes["runstream.run.id"] == ack.run_id
    assert run.attributes["gen_ai.conversation.id"] == ack.thread_id
    assert run.attributes["runstream.run.status"] == "completed"
    assert weather.attributes is not None
    assert weather.attributes["runstream.outcome"] == "completed"
    assert unknown.status.status_code is StatusCode.ERROR
    assert all("planted" not in span.to_json() for span in exporter.get_finished_spans())


async def test_a_failure_is_told_by_its_code_and_not_by_its_words(tmp_path: Path) -> None:
    traces, exporter = in_memory()
    upstream = ScriptedUpstream()
    upstream.script([UpstreamRateLimited("planted sentence")])
    async with (
        running(tmp_path, upstream, watches=(traces,)) as server,
        server.socket() as socket,
    ):
        await socket.say("one")
        await socket.until_ended(await socket.until(Ack))
        await socket.send(type="run.cancel", id="c", run_id="run_of_another")
        await socket.until(Error)
    spans = by_name(exporter)
    limited, missing = "upstream_rate_limited", "not_found"
    codes = {"round": limited, "run": limited, "frame run.cancel": missing}
    for name, code in codes.items():
        [span] = spans[name]
        assert span.status.status_code is StatusCode.ERROR
        assert span.attributes is not None
        assert span.attributes["error.type"] == code
        assert not span.events
    assert all("planted" not in span.to_json() for span in exporter.get_finished_spans())


async def test_spans_are_sent_where_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    sent: list[ExportTraceServiceRequest] = []

    def collect(received: Received) -> Answer:
        assert received.path == "/v1/traces"
        sent.append(ExportTraceServiceRequest.FromString(received.body))
        return Answer(headers={"content-type": "application/x-protobuf"})

    async with upstream_server(collect) as collector:
        monkeypatch.setenv(ENDPOINT, collector.base_url)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "chats-of-mine")
        async with running(tmp_path, upstream) as server:
            await asked(server)
    [told] = [of for request in sent for of in request.resource_spans]
    named = {each.key: each.value.string_value for each in told.resource.attributes}
    assert named["service.name"] == "chats-of-mine"
    spans = [span.name for scope in told.scope_spans for span in scope.spans]
    assert sorted(spans) == ["frame message.send", "round", "run"]


@pytest.mark.parametrize(
    "switch", [("OTEL_SDK_DISABLED", "true"), ("OTEL_TRACES_EXPORTER", "none")]
)
async def test_the_standard_switches_turn_them_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, switch: tuple[str, str]
) -> None:
    upstream = ScriptedUpstream()
    upstream.script([*message("ok"), COMPLETED])
    async with upstream_server([]) as collector:
        monkeypatch.setenv(ENDPOINT, collector.base_url)
        monkeypatch.setenv(*switch)
        async with running(tmp_path, upstream) as server:
            await asked(server)
        assert collector.requests == []


async def test_without_opentelemetry_the_server_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(ENDPOINT, "http://127.0.0.1:9")
    monkeypatch.setitem(sys.modules, "backend.watching.traces", None)
    with caplog.at_level(logging.WARNING):
        async with running(tmp_path, ScriptedUpstream()):
            pass
    assert "pip install 'runstream[otel]'" in caplog.text


def test_what_is_off_is_not_imported(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from backend.app import create_app;"
        "from backend.config.configuration import Configuration;"
        "create_app(Configuration(Path(sys.argv[1]) / '.env', data_dir=Path(sys.argv[1])));"
        "print([m for m in ('prometheus_client', 'opentelemetry.sdk') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
