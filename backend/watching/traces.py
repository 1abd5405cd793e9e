"""Traces for OpenTelemetry: of a command over a socket, the run that it starts, its rounds and calls.

Spans hold ids, names, outcomes and codes of errors; never what was said, nor the sentence of an
error, which may repeat it.
"""

import asyncio
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

from backend.domain.ids import RunId
from backend.domain.items import Run
from backend.watching.labels import code_of
from backend.watching.steps import Asking, Calling, Commanded, Step, Working
from backend.watching.watch import Watch

log = logging.getLogger(__name__)

NAME: Final = "runstream"

_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


def exporting(version: str) -> TracerProvider:
    """Returns a provider that sends spans where the standard variables say.

    It is nobody else's: libraries that trace by themselves tell more than we would.
    https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
    """
    spoken = next((os.environ[name] for name in _PROTOCOLS if os.environ.get(name)), "")
    if spoken not in ("", "http/protobuf"):
        log.warning("Traces are sent as http/protobuf, though the environment says %s.", spoken)
    ours = Resource({"service.name": NAME, "service.version": version})
    provider = TracerProvider(
        resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class Traces(Watch):
    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer(NAME)
        self._runs: dict[RunId, Span] = {}
        """Those that are worked on."""

    @contextmanager
    def during(self, step: Step) -> Iterator[None]:
        named = _named(step)
        if named is None:
            yield
            return
        name, kind, attributes = named
        with self._tracer.start_as_current_span(
            name,
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            if isinstance(step, Working):
                self._runs[step.run_id] = span
            code = None
            try:
                yield
            except BaseException as failure:
                code = code_of(failure)
                raise
            finally:
                _end(span, step, code)
                if isinstance(step, Working):
                    self._runs.pop(step.run_id, None)

    def ended(self, run: Run) -> None:
        span = self._runs.get(run.id)
        if span is None:
            return
        span.set_attributes(
            {"runstream.run.status": run.status, "runstream.upstream": run.upstream}
        )
        if run.model is not None:
            span.set_attribute("gen_ai.request.model", run.model)
        if run.usage is not None:
            span.set_attribute("gen_ai.usage.input_tokens", run.usage.input_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", run.usage.output_tokens)
        if run.status == "failed":
            _fail(span, run.error.code if run.error is not None else "internal_error")

    async def close(self) -> None:
        """Send what is left."""
        await asyncio.to_thread(self._provider.shutdown)


def _named(step: Step) -> tuple[str, SpanKind, Mapping[str, AttributeValue]] | None:
    """Returns the name, the kind and the attributes of a span; None where a step has none.

    Names as in https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/, where there are any.
    """
    match step:
        case Commanded():
            thread = {"gen_ai.conversation.id": step.thread_id} if step.thread_id else {}
            return f"frame {step.type}", SpanKind.SERVER, thread
        case Working():
            ids = {"gen_ai.conversation.id": step.thread_id, "runstream.run.id": step.run_id}
            return "run", SpanKind.INTERNAL, ids
        case Asking():
            return "round", SpanKind.CLIENT, {"runstream.upstream": step.upstream}
        case Calling():
            name = step.tool or "unknown"
            tool = {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": name}
            return f"tool {name}", SpanKind.INTERNAL, tool
        case _:
            return None


def _end(span: Span, step: Step, code: str | None) -> None:
    match step:
        case Asking():
            code = code or step.error
        case Calling():
            span.set_attribute("runstream.outcome", step.outcome)
            if step.outcome == "failed":
                code = code or "tool_failed"
        case _:
            pass
    if code is not None:
        _fail(span, code)


def _fail(span: Span, code: str) -> None:
    span.set_attribute("error.type", code)
    span.set_status(Status(StatusCode.ERROR))
