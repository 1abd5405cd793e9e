"""HTML as a type of its own: any other text is escaped where the two meet."""

import re
from html import escape
from typing import Final

LINK_REL: Final = "noopener noreferrer nofollow"
_SAFE: Final = re.compile(
    r"(?:https?://[^\s/?#@\\]+(?:[/?#][^\s\\]*)?|mailto:[^\s\\]+)", re.IGNORECASE
)
"""No user names, which hide the real host, and nothing that browsers read otherwise than it looks."""


class Html(str):
    __slots__ = ()


def element(tag: str, *children: str, **attributes: str | None) -> Html:
    """Returns an element. An attribute `class_` is `class`; one that is None is left out."""
    given = "".join(
        f' {name.rstrip("_")}="{escape(value)}"'
        for name, value in attributes.items()
        if value is not None
    )
    return Html(f"<{tag}{given}>{joined(*children)}</{tag}>")


def picture(src: str, alt: str) -> Html:
    return Html(f'<img src="{escape(src)}" alt="{escape(alt)}" loading="lazy">')


def joined(*children: str) -> Html:
    return Html("".join(each if isinstance(each, Html) else escape(each) for each in children))


def safe_url(address: str) -> str | None:
    """Returns an address that a reader may follow: http, https or mailto, without a user name."""
    return address if _SAFE.fullmatch(address) and address.isprintable() else None


def link(address: str, *children: str) -> Html:
    """Returns a link that tells its target nothing; only its text where it is not safe."""
    href = safe_url(address)
    if href is None:
        return element("span", *children)
    return element("a", *children, href=href, rel=LINK_REL)
