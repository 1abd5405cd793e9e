"""A path of a thread as a document to read: messages, tool calls folded, sources, files.

Thoughts and the thread's instructions are left out.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import assert_never

from backend import PRODUCT
from backend.domain.annotations import FileCitation, FilePath, UrlCitation
from backend.domain.app import AppPart
from backend.domain.file import StoredFile
from backend.domain.ids import FileId
from backend.domain.item_files import thread_files
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    CodeOutput,
    FileSearchCall,
    FunctionCall,
    ImageGenerationCall,
    Item,
    McpCall,
    Reasoning,
    ToolItem,
    UserMessage,
    WebSearchCall,
)
from backend.domain.parts import FilePart, ImagePart, JsonPart, Part, TextPart
from backend.domain.text import json_text, shown_text
from backend.domain.tool_calls import arguments_of, tool_of
from backend.http.shared.html import Html, element, joined, link, picture
from backend.http.shared.markdown import rendered

MAX_LINE = 300
"""Characters of a title or a name."""


def linked_files(items: Iterable[Item]) -> set[str]:
    """Returns the ids of the files that the document of these items shows."""
    items = list(items)
    named: set[str] = {part.file_id for part, _ in thread_files(items)}
    for item in items:
        if isinstance(item, AssistantMessage):
            named |= {each.file_id for each in _annotations(item) if isinstance(each, FilePath)}
    return named


def document(
    title: str,
    items: Sequence[Item],
    files: Mapping[FileId, StoredFile],
    *,
    address: str,
    root: str,
    expires_at: float,
) -> Iterator[str]:
    """Yields HTML in pieces. `address` is the path of the share, below which its `files` are."""
    shown = _Shown(files, address)
    heading = _line(title) or "Chat"
    until = f"{datetime.fromtimestamp(expires_at, UTC):%Y-%m-%d %H:%M} UTC"
    yield _begin(heading, root)
    yield element("h1", heading, dir="auto")
    yield element(
        "p", f"A copy of a chat, to read. This link is good until {until}.", class_="note"
    )
    speaker = ""
    for item in items:
        told = shown.item(item)
        if not told:
            continue
        says = "User" if isinstance(item, UserMessage) else "Assistant"
        if says != speaker:
            yield element("h2", says, class_=f"speaker speaker--{says.lower()}")
            speaker = says
        yield element("section", told, class_=f"item item--{says.lower()}")
    yield _END


def gone(root: str) -> str:
    """Returns the document of a link that leads nowhere."""
    return joined(
        _begin("This link leads nowhere", root),
        element("h1", "This link leads nowhere"),
        element(
            "p",
            "It has expired, was revoked or was not copied whole. Ask whoever sent it for another.",
        ),
        _END,
    )


def _begin(title: str, root: str) -> Html:
    return Html(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f'<link rel="stylesheet" href="{escape(root)}/shared/style.css">'
        f'<link rel="icon" href="{escape(root)}/icons/icon.svg" type="image/svg+xml">'
        f"{element('title', f'{title} · {PRODUCT}')}</head><body><main>"
    )


_END = Html("</main></body></html>")


class _Shown:
    """How items of a share are shown, whose files are below its address."""

    def __init__(self, files: Mapping[FileId, StoredFile], address: str) -> None:
        self._files = files
        self._address = address

    def item(self, item: Item) -> Html:
        match item:
            case UserMessage():
                contexts = (
                    _folded(f"Told by the app {_line(context.title)}", _pre(context.text))
                    for context in item.contexts
                )
                return joined(
                    element("p", item.text, class_="written", dir="auto"),
                    *map(self._part, item.files),
                    *contexts,
                )
            case AssistantMessage():
                refusal = element("p", item.refusal, dir="auto") if item.refusal else ""
                return joined(*map(self._part, item.content), refusal, self._sources(item))
            case Reasoning():
                return joined()
            case _:
                return self._call(item)

    def _call(self, item: ToolItem) -> Html:
        """A call folded, what it made below it."""
        status = "" if item.status == "completed" else f" · {item.status}"
        answer, made = self._outcome(item)
        error = [element("p", item.error, dir="auto")] if item.error else []
        heading = [element("h3", "Output")] if answer or error else []
        arguments = item.code if isinstance(item, CodeInterpreterCall) else arguments_of(item)
        return joined(
            _folded(
                f"{_line(tool_of(item) or item.type)}{status}",
                element("h3", "Arguments"),
                _pre(_indented(arguments)),
                *heading,
                *answer,
                *error,
            ),
            *made,
        )

    def _outcome(self, item: ToolItem) -> tuple[list[Html], list[Html]]:
        """Returns what is folded, and what is not: pictures and files."""
        match item:
            case FunctionCall(outputs=outputs) | CodeInterpreterCall(outputs=outputs):
                made = [each for each in outputs if isinstance(each, ImagePart | FilePart)]
                told = [each for each in outputs if not isinstance(each, ImagePart | FilePart)]
                return [_output(each) for each in told], [self._part(each) for each in made]
            case McpCall():
                return ([_pre(_indented(item.output))] if item.output is not None else []), []
            case FileSearchCall():
                return [
                    joined(
                        element("p", _place(each.filename or each.file_id, each.location)),
                        _pre(each.text or ""),
                    )
                    for each in item.results
                ], []
            case WebSearchCall():
                return [element("p", link(url, url)) for url in item.urls], []
            case ImageGenerationCall():
                return [], [self._part(part) for part, _ in thread_files((item,))]
            case _:
                assert_never(item)

    def _part(self, part: TextPart | ImagePart | FilePart) -> Html:
        match part:
            case TextPart():
                return element("div", rendered(part.text), class_="markdown", dir="auto")
            case ImagePart() if part.file_id is None:
                about = _line(part.alt or part.name or part.url or "")
                return element("p", "Picture: ", link(part.url or "", about))
            case ImagePart():
                return self._file(part.file_id or "", part.name, part.alt)
            case FilePart():
                return self._file(part.file_id, part.name)
            case _:
                assert_never(part)

    def _file(self, file_id: str, name: str | None, alt: str | None = None) -> Html:
        file = self._files.get(FileId(file_id))
        if file is None:
            return element("p", f"File: {_line(name or 'no longer there')}", class_="file")
        address = f"{self._address}/files/{file.id}"
        shown = _line(name or file.name)
        about = element("a", shown, href=address, download=shown, dir="auto")
        if not file.is_image:
            return element("p", "File: ", about, f" ({file.size:,} bytes)", class_="file")
        return element("figure", picture(address, alt or shown), element("figcaption", about))

    def _sources(self, message: AssistantMessage) -> Html:
        """Each source once, in the order in which they are cited."""
        told: dict[str, Html] = {}
        for each in _annotations(message):
            match each:
                case UrlCitation():
                    told.setdefault(each.url, link(each.url, _line(each.title or each.url)))
                case FileCitation():
                    place = _place(each.filename or each.file_id, each.location)
                    told.setdefault(place, joined(place))
                case FilePath():
                    told.setdefault(each.file_id, self._file(each.file_id, each.filename))
                case _:
                    assert_never(each)
        if not told:
            return joined()
        entries = (element("li", each, dir="auto") for each in told.values())
        return joined(element("h3", "Sources and files"), element("ul", *entries, class_="sources"))


def _annotations(message: AssistantMessage) -> Iterator[UrlCitation | FileCitation | FilePath]:
    for part in message.content:
        if isinstance(part, TextPart):
            yield from part.annotations


def _output(part: Part | CodeOutput) -> Html:
    match part:
        case TextPart(text=text) | CodeLogs(logs=text):
            return _pre(_indented(text))
        case JsonPart():
            return _pre(json_text(part.value, indent=2))
        case AppPart():
            return element("p", f"App: {_line(part.title)}" if part.title else "An app")
        case _:
            return joined()


def _folded(summary: str, *children: str) -> Html:
    return element("details", element("summary", summary, dir="auto"), *children, class_="call")


def _pre(text: str) -> Html:
    return element("pre", text, dir="auto")


def _place(name: str, location: str | None) -> str:
    return _line(f"{name} · {location}" if location else name)


def _indented(text: str) -> str:
    """Returns an object or a list of JSON with a line for each value, and other texts as they are."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json_text(json.loads(text), indent=2)
    except (ValueError, RecursionError):
        return text


def _line(text: str) -> str:
    return shown_text(text, MAX_LINE)
