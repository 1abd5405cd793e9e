"""What a text is annotated with: its sources, and the files that it links to.

Positions (`start`, `end`) count UTF-16 code units of the text, as JavaScript does.
"""

from typing import Annotated, Literal

from pydantic import Field

from backend.domain.frozen_model import FrozenModel


class AnnotationBase(FrozenModel):
    start: int
    """Where the annotated range of the text begins. Equal to `end` if it is a point."""
    end: int


class FileCitation(AnnotationBase):
    type: Literal["file_citation"] = "file_citation"
    file_id: str
    filename: str | None = None
    quote: str | None = None
    """The cited passage."""
    location: str | None = None
    """Where the passage is in the file: `page 3`, `lines 10–24`."""


class UrlCitation(AnnotationBase):
    type: Literal["url_citation"] = "url_citation"
    url: str
    title: str | None = None


class FilePath(AnnotationBase):
    """A file that the assistant made and its text links to."""

    type: Literal["file_path"] = "file_path"
    file_id: str
    filename: str | None = None


ItemAnnotation = Annotated[FileCitation | UrlCitation | FilePath, Field(discriminator="type")]
