"""The bodies of the API of what MCP servers give to a message."""

from typing import Annotated

from pydantic import Field, StringConstraints

from backend.domain.frozen_model import FrozenModel
from backend.http.files_models import FileInfo

Uri = Annotated[str, StringConstraints(min_length=1, max_length=8_192)]
Value = Annotated[str, StringConstraints(max_length=100_000)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=1_000)]
Values = Annotated[dict[Name, Value], Field(max_length=100)]


class McpOffersSummary(FrozenModel):
    """How many of each kind the servers have that are connected."""

    resources: int
    templates: int
    prompts: int
    pending: bool
    """Whether a server is still starting or being listed: there may be more in a moment."""


class McpOffersQuery(FrozenModel):
    query: str = Field(default="", max_length=200)
    """Words, all of which an entry has in its server, name, address or description."""
    server: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=100)


class McpOffersPage(FrozenModel):
    next_cursor: str | None
    total: int
    """Of all pages."""
    pending: bool
    """Whether a server is still starting or being listed: there may be more in a moment."""
    problems: tuple[str, ...]
    """Why some servers have nothing in this list, a sentence each."""


class McpResourceInfo(FrozenModel):
    server: str
    uri: str
    name: str
    title: str | None
    description: str
    media_type: str | None
    size: int | None
    """Bytes, where the server says."""


class McpResourcePage(McpOffersPage):
    resources: tuple[McpResourceInfo, ...]


class McpTemplateVariable(FrozenModel):
    name: str
    required: bool


class McpTemplateInfo(FrozenModel):
    server: str
    uri_template: str
    name: str
    title: str | None
    description: str
    media_type: str | None
    variables: tuple[McpTemplateVariable, ...]
    completes: bool
    """Whether the server knows how values go on."""


class McpTemplatePage(McpOffersPage):
    templates: tuple[McpTemplateInfo, ...]


class McpPromptArgument(FrozenModel):
    name: str
    title: str | None
    description: str
    required: bool


class McpPromptInfo(FrozenModel):
    server: str
    name: str
    title: str | None
    description: str
    arguments: tuple[McpPromptArgument, ...]
    completes: bool
    """Whether the server knows how values go on."""


class McpPromptPage(McpOffersPage):
    prompts: tuple[McpPromptInfo, ...]


class McpResourceChoice(FrozenModel):
    """A resource by its address, or by a template and what fills it in."""

    uri: Uri | None = None
    template: Uri | None = None
    values: Values = Field(default_factory=dict)


class McpResourceContent(FrozenModel):
    """One of the contents of a resource: its text, its picture, or neither."""

    uri: str
    name: str
    """What its file would be called."""
    media_type: str | None
    size: int
    """Bytes."""
    text: str | None
    """Its beginning."""
    is_cut: bool
    """Whether the text goes on."""
    picture: str | None
    """Base64, where it is a png, jpeg, gif or webp picture of a few megabytes at most."""


class McpResourceRead(FrozenModel):
    contents: tuple[McpResourceContent, ...]
    left_out: int
    """How many contents there were beyond those that a message may carry."""


class McpAttached(FrozenModel):
    files: tuple[FileInfo, ...]
    """To be named in a message."""
    left_out: int
    """How many there were beyond those that a message may carry."""


class McpPromptChoice(FrozenModel):
    prompt: Name
    values: Values = Field(default_factory=dict)


class McpPromptFilled(McpAttached):
    text: str
    """The messages of the prompt, for somebody to edit and send."""


class McpCompletionRequest(FrozenModel):
    """An argument of a prompt or of a template, as far as its value is written."""

    prompt: Name | None = None
    template: Uri | None = None
    argument: Name
    value: Value = ""
    values: Values = Field(default_factory=dict)
    """Of other arguments."""


class McpCompletions(FrozenModel):
    values: tuple[str, ...]
