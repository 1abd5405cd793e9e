"""What the API tells of the resources, templates and prompts of MCP servers."""

from collections.abc import Callable

from backend.http.mcp_context_models import (
    McpPromptArgument,
    McpPromptInfo,
    McpResourceInfo,
    McpTemplateInfo,
    McpTemplateVariable,
)
from backend.mcp.connection import Connection
from backend.mcp.offers import RemotePrompt, RemoteResource
from backend.mcp.uri_template import variables_of

Redacted = Callable[[str], str]


def resource_info(
    connection: Connection, resource: RemoteResource, redacted: Redacted
) -> McpResourceInfo:
    return McpResourceInfo(
        server=connection.config.name,
        uri=redacted(resource.uri),
        name=redacted(resource.name),
        title=redacted(resource.title) if resource.title else None,
        description=redacted(resource.description),
        media_type=resource.media_type,
        size=resource.size,
    )


def template_info(
    connection: Connection, template: RemoteResource, redacted: Redacted
) -> McpTemplateInfo:
    told = resource_info(connection, template, redacted).model_dump(exclude={"uri", "size"})
    return McpTemplateInfo(
        **told,
        uri_template=redacted(template.uri),
        variables=tuple(
            McpTemplateVariable(name=each.name, required=each.is_required)
            for each in variables_of(template.uri)
        ),
        completes=connection.offers.completes,
    )


def prompt_info(connection: Connection, prompt: RemotePrompt, redacted: Redacted) -> McpPromptInfo:
    return McpPromptInfo(
        server=connection.config.name,
        name=prompt.name,
        title=redacted(prompt.title) if prompt.title else None,
        description=redacted(prompt.description),
        arguments=tuple(
            McpPromptArgument(
                name=each.name,
                title=each.title,
                description=redacted(each.description),
                required=each.is_required,
            )
            for each in prompt.arguments
        ),
        completes=connection.offers.completes,
    )
