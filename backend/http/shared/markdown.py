"""Markdown as HTML: no HTML of its own, no pictures from anywhere, safe links alone."""

from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from backend.http.shared.html import LINK_REL, Html, element, link, safe_url

MAX_CHARS: Final = 20_000
"""A longer text is shown as it was written, since some texts take far longer than their length."""


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Leaves the choice to `_make_safe`, so that the text of a link that is none stays."""
        return True


_PARSER: Final = _Parser("commonmark", {"html": False}).enable(["table", "strikethrough"])


def rendered(text: str) -> Html:
    if len(text) > MAX_CHARS:
        return element("p", text, class_="written")
    tokens = _PARSER.parse(text)
    for token in tokens:
        # Columns are aligned by `style`, which the page's policy forbids.
        if align := str(token.attrs.pop("style", "")):
            token.attrs["class"] = align.replace("text-align:", "align-")
        _make_safe(token.children or ())
    return Html(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def _make_safe(tokens: Sequence[Token]) -> None:
    link_tag: str | None = None
    for token in tokens:
        if token.type == "link_open":
            href = safe_url(str(token.attrs.get("href", "")))
            token.attrs = {} if href is None else {"href": href, "rel": LINK_REL}
            token.tag = link_tag = "span" if href is None else "a"
        elif token.type == "link_close" and link_tag is not None:
            token.tag, link_tag = link_tag, None
        elif token.type == "image":
            shown = f"Picture: {token.content}" if token.content else "Picture"
            address = "" if link_tag is not None else str(token.attrs.get("src", ""))
            token.type, token.content = "html_inline", link(address, shown)
