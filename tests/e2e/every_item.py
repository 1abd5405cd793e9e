"""A run that shows one of everything, with a text of the test's choice wherever a model has a say."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

from pydantic import JsonValue

from backend.domain.action import Action, Resolution
from backend.domain.annotations import FileCitation, FilePath, UrlCitation
from backend.domain.ids import new_item_id
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    FileSearchCall,
    FileSearchResult,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart, as_part
from backend.tools.weather.report import Location
from backend.tools.weather.sample import sample_report
from backend.upstreams.events import ItemFinished, ItemStarted, TextDelta
from tests.scripted import Round, said


def one_of_each(text: str, *, url: str | None = None) -> Round:
    """Every type of item, finished, and messages and calls also as they grow."""
    address = text if url is None else url
    answer: JsonValue = {"text": text, text: text, "list": [text, {text: None}]}
    data = json.dumps(answer)
    place = {"start": 0, "end": 1}
    citations = (
        UrlCitation(url=address, title=text, **place),
        UrlCitation(url="https://example.com/source", title=text, **place),
        FileCitation(file_id=text, filename=text, quote=text, **place),
        FilePath(file_id=f"{text}2", filename=text, **place),
    )
    result = FileSearchResult(file_id=text, filename=text, score=0.5, text=text, location=text)
    outputs = (
        CodeLogs(logs=text),
        ImagePart(file_id=text, url=address),
        FilePart(file_id=text, name=text),
    )

    def item(kind: type[Item], **fields: object) -> Item:
        return kind(id=new_item_id(), created_at=1, status="completed", **fields)

    return [
        *_grown(item(Reasoning, summary=(text,)), "summary", text),
        *_whole(
            item(
                FunctionCall,
                name="no_widget",
                arguments=data,
                outputs=(as_part(answer),),
                duration_ms=3,
            ),
            item(FunctionCall, name=text, arguments=text, outputs=(as_part(text),), error=text),
            item(
                FunctionCall, name="get_weather", arguments=data, outputs=(as_part(weather(text)),)
            ),
            item(FunctionCall, name="get_weather", arguments=data, outputs=(as_part(answer),)),
            *(
                item(
                    FunctionCall, name=name, widget=name, arguments=data, outputs=(as_part(value),)
                )
                for name, value in shown(text).items()
            ),
            item(FunctionCall, name="denied", arguments=data, required_action=denied(text)),
            item(CodeInterpreterCall, code=text, outputs=outputs),
            item(FileSearchCall, queries=(text,), results=(result,)),
            item(WebSearchCall, action="search", queries=(text,), urls=(address,)),
            item(ImageGenerationCall, prompt=text, file_id=text),
            item(McpCall, server_label=text, name=text, arguments=data, output=data),
            item(McpCall, server_label=text, name="list_tools", output=text, error=text),
            item(AssistantMessage, refusal=text),
            item(AssistantMessage, content=(*said(text), *outputs[1:])),
        ),
        *_grown(item(AssistantMessage, content=said(text, *citations)), "text", text),
    ]


def weather(text: str) -> JsonValue:
    """A report for the widget with `text` in all its texts."""
    today = datetime(2026, 11, 24, 12, tzinfo=UTC)
    dates = [today.date(), date(2026, 11, 25)]
    location = Location(name=text, region=f"{text} region", country=f"{text} country")
    report = sample_report(location, dates, today, text).model_dump(mode="json")
    report["source"] = text
    report["units"] = {"temperature": text, "wind_speed": text, "precipitation": text}
    for part in (report["current"], *report["days"]):
        part["conditions"] = text
    value: JsonValue = report
    return value


def shown(text: str) -> dict[str, JsonValue]:
    """What the widgets draw that functions ask for, with `text` in all its texts."""
    series: list[JsonValue] = [{"name": f"{text} {n}", "values": [1, None, 3]} for n in range(2)]
    axis: JsonValue = {"label": text, "unit": text}
    schema: JsonValue = {
        "properties": {
            text: {"type": "string", "title": text, "description": text},
            "choice": {"enum": [text, "other"], "title": text},
            "list": {"type": "array", "items": {"type": "integer"}, "title": text},
        }
    }
    return {
        "chart": {
            "title": text,
            "x": {"label": text, "unit": text, "values": [text, "b", "c"]},
            "y": axis,
            "series": series,
            "note": text,
        },
        "table": {"title": text, "columns": [text, axis], "rows": [[text, 1]] * 9, "note": text},
        "map": {
            "title": text,
            "points": [{"name": text, "text": text, "latitude": 59.9, "longitude": 10.75}],
            "lines": [{"name": text, "points": [[59.9, 10.75], [-12, -77]]}],
            "note": text,
        },
        "form": {"title": text, "message": text, "schema": schema, "submit": text},
    }


def denied(text: str) -> Action:
    arguments = json.dumps({text: text})
    return Action(
        kind="approval",
        tool=text,
        form={},
        arguments=arguments,
        asked_at=1,
        expires_at=2,
        resolution=Resolution(
            decision="allow", by="script", at=1, reason=text, arguments=arguments, scope="thread"
        ),
    )


def _whole(*items: Item) -> Iterator[ItemStarted | ItemFinished]:
    for item in items:
        yield ItemStarted(item)
        yield ItemFinished(item)


def _grown(item: Item, field: str, text: str) -> Round:
    """The item, its text arriving in pieces of seven characters."""
    grows = "summary" if isinstance(item, Reasoning) else "content"
    empty = item.model_copy(update={"status": "in_progress", grows: ()})
    pieces = [text[start : start + 7] for start in range(0, len(text), 7)]
    deltas = [TextDelta(item.id, "summary" if field == "summary" else "text", p) for p in pieces]
    return [ItemStarted(empty), *deltas, ItemFinished(item)]
