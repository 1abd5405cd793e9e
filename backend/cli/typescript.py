"""Generates TypeScript types of everything on the wire from the pydantic models.

    python -m backend.cli.typescript                    prints them
    python -m backend.cli.typescript --write FILE       writes FILE
    python -m backend.cli.typescript --check FILE       exit code 1 when FILE is stale

What the server sends is described as serialized (every field is present), what it receives as
validated (a field with a default may be left out). https://json-schema.org/draft/2020-12
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from backend.doctor.checks import FINDING
from backend.domain.annotations import ItemAnnotation
from backend.domain.events import THREAD_EVENT
from backend.domain.feedback import FeedbackUpdate
from backend.domain.items import ITEM, CodeOutput, DeltaField, ItemStatus, RunStatus, TerminalStatus
from backend.domain.parts import MessagePart
from backend.http import (
    actions,
    apps,
    files_models,
    mcp_context_models,
    mcp_models,
    shares_models,
    texts,
    thread_calls,
    threads_models,
    tools,
    transcriptions,
    usage_models,
)
from backend.http.framework.problem import Problem
from backend.http.login.sessions import SessionState
from backend.setup import models as setup_models
from backend.websocket.messages import CLIENT_MESSAGE, PROTOCOL_VERSION, SERVER_MESSAGE

Schema = Mapping[str, Any]

SERVER_SIDE: Mapping[str, TypeAdapter[Any]] = {
    "ItemStatus": TypeAdapter(ItemStatus),
    "RunStatus": TypeAdapter(RunStatus),
    "TerminalStatus": TypeAdapter(TerminalStatus),
    "DeltaField": TypeAdapter(DeltaField),
    "Missing": TypeAdapter(setup_models.Missing),
    "ItemAnnotation": TypeAdapter(ItemAnnotation),
    "CodeOutput": TypeAdapter(CodeOutput),
    "MessagePart": TypeAdapter(MessagePart),
    "Item": ITEM,
    "ThreadEvent": THREAD_EVENT,
    "ServerMessage": SERVER_MESSAGE,
    "SetupState": TypeAdapter(setup_models.SetupState),
    "SetupAnswer": TypeAdapter(setup_models.SetupAnswer),
    "Finding": FINDING,
    "AssistantList": TypeAdapter(setup_models.AssistantList),
    "ModelList": TypeAdapter(setup_models.ModelList),
    "FunctionList": TypeAdapter(setup_models.FunctionList),
    "GrantList": TypeAdapter(actions.GrantList),
    "McpServerList": TypeAdapter(mcp_models.McpServerList),
    "McpLoginBegun": TypeAdapter(mcp_models.McpLoginBegun),
    "McpOffersSummary": TypeAdapter(mcp_context_models.McpOffersSummary),
    "McpResourcePage": TypeAdapter(mcp_context_models.McpResourcePage),
    "McpTemplatePage": TypeAdapter(mcp_context_models.McpTemplatePage),
    "McpPromptPage": TypeAdapter(mcp_context_models.McpPromptPage),
    "McpResourceRead": TypeAdapter(mcp_context_models.McpResourceRead),
    "McpAttached": TypeAdapter(mcp_context_models.McpAttached),
    "McpPromptFilled": TypeAdapter(mcp_context_models.McpPromptFilled),
    "McpCompletions": TypeAdapter(mcp_context_models.McpCompletions),
    "ToolList": TypeAdapter(tools.ToolList),
    "ToolCallPage": TypeAdapter(tools.ToolCallPage),
    "ToolRun": TypeAdapter(tools.ToolRun),
    "ThreadCall": TypeAdapter(thread_calls.ThreadCall),
    "FileInfo": TypeAdapter(files_models.FileInfo),
    "FilePage": TypeAdapter(files_models.FilePage),
    "UploadAnswer": TypeAdapter(files_models.UploadAnswer),
    "FileLimits": TypeAdapter(files_models.FileLimits),
    "FilesDeleted": TypeAdapter(files_models.FilesDeleted),
    "Transcription": TypeAdapter(transcriptions.Transcription),
    "AppInfo": TypeAdapter(apps.AppInfo),
    "AppResources": TypeAdapter(apps.AppResources),
    "DocumentText": TypeAdapter(texts.DocumentText),
    "FileSearchState": TypeAdapter(setup_models.FileSearchState),
    "Problem": TypeAdapter(Problem),
    "SessionState": TypeAdapter(SessionState),
    "ItemPage": TypeAdapter(threads_models.ItemPage),
    "ThreadPage": TypeAdapter(threads_models.ThreadPage),
    "NewShare": TypeAdapter(shares_models.NewShare),
    "ShareList": TypeAdapter(shares_models.ShareList),
    "ThreadUsage": TypeAdapter(usage_models.ThreadUsage),
    "UsageReport": TypeAdapter(usage_models.UsageReport),
    "ThreadDetail": TypeAdapter(threads_models.ThreadDetail),
}
CLIENT_SIDE: Mapping[str, TypeAdapter[Any]] = {
    "ClientMessage": CLIENT_MESSAGE,
    "ApiKeyUpdate": TypeAdapter(setup_models.ApiKeyUpdate),
    "UpstreamUpdate": TypeAdapter(setup_models.UpstreamUpdate),
    "AssistantUpdate": TypeAdapter(setup_models.AssistantUpdate),
    "AssistantChange": TypeAdapter(setup_models.AssistantChange),
    "ApprovalUpdate": TypeAdapter(setup_models.ApprovalUpdate),
    "ThreadQuery": TypeAdapter(threads_models.ThreadQuery),
    "ModelsQuery": TypeAdapter(setup_models.ModelsQuery),
    "McpServersToAdd": TypeAdapter(mcp_models.McpServersToAdd),
    "McpServersToTry": TypeAdapter(mcp_models.McpServersToTry),
    "McpPlace": TypeAdapter(mcp_models.McpPlace),
    "McpServerUpdate": TypeAdapter(mcp_models.McpServerUpdate),
    "McpSwitch": TypeAdapter(mcp_models.McpSwitch),
    "McpOffersQuery": TypeAdapter(mcp_context_models.McpOffersQuery),
    "McpResourceChoice": TypeAdapter(mcp_context_models.McpResourceChoice),
    "McpPromptChoice": TypeAdapter(mcp_context_models.McpPromptChoice),
    "McpCompletionRequest": TypeAdapter(mcp_context_models.McpCompletionRequest),
    "ToolRunRequest": TypeAdapter(tools.ToolRunRequest),
    "ThreadCallRequest": TypeAdapter(thread_calls.ThreadCallRequest),
    "ThreadUpdate": TypeAdapter(threads_models.ThreadUpdate),
    "FeedbackUpdate": TypeAdapter(FeedbackUpdate),
    "ShareRequest": TypeAdapter(shares_models.ShareRequest),
    "UsageQuery": TypeAdapter(usage_models.UsageQuery),
}

HEADER = """\
// Generated from the Python models by `python -m backend.cli.typescript`. Do not edit.
"""
JSON_VALUE = """\
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
"""
PRIMITIVES = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean"}
LINE_WIDTH = 100


class UnsupportedSchema(Exception):
    """The generator does not know this construct. Extend it; do not guess a type."""


def protocol_typescript() -> str:
    """Returns the text of `frontend/src/protocol.ts`."""
    version = f"export const PROTOCOL_VERSION = {PROTOCOL_VERSION};\n"
    return "\n".join([HEADER + version, *declarations(SERVER_SIDE, CLIENT_SIDE)])


def declarations(
    server: Mapping[str, TypeAdapter[Any]], client: Mapping[str, TypeAdapter[Any]]
) -> list[str]:
    """Returns one declaration per named type, each followed by a newline."""
    schemas, definitions = TypeAdapter.json_schemas(
        [
            *((name, "serialization", adapter) for name, adapter in server.items()),
            *((name, "validation", adapter) for name, adapter in client.items()),
        ],
        ref_template="{model}",
    )
    models: dict[str, Schema] = dict(sorted(definitions.get("$defs", {}).items()))
    aliases = {
        _expression(schema, {}): str(name)
        for (name, _), schema in schemas.items()
        if schema.get("$ref") != name
    }
    parts = [_model(name, schema, aliases) for name, schema in models.items()]
    parts += [_alias(name, expression) for expression, name in aliases.items()]
    return parts


def _model(name: str, schema: Schema, aliases: Mapping[str, str]) -> str:
    if name == "JsonValue":
        return JSON_VALUE
    if schema.get("type") != "object" or "properties" not in schema:
        return _doc(schema) + _alias(name, _expression(schema, aliases))
    required = schema.get("required", ())
    lines = [f"export interface {name} {{\n"]
    for key, value in schema["properties"].items():
        # A tag with a default may be left out in Python; without it no union would narrow.
        optional = "" if key in required or "const" in value else "?"
        lines.append(_doc(value, indent="  "))
        lines.append(f"  readonly {key}{optional}: {_expression(value, aliases)};\n")
    return _doc(schema) + "".join(lines) + "}\n"


def _alias(name: str, expression: str) -> str:
    line = f"export type {name} = {expression};\n"
    if len(line) <= LINE_WIDTH:
        return line
    members = "".join(f"\n  | {member}" for member in expression.split(" | "))
    return f"export type {name} ={members};\n"


def _expression(schema: Schema, aliases: Mapping[str, str]) -> str:
    expression = _inner(schema, aliases)
    return aliases.get(expression, expression)


def _inner(schema: Schema, aliases: Mapping[str, str]) -> str:
    match schema:
        case {"$ref": str(name)}:
            return name
        case {"const": value}:
            return json.dumps(value)
        case {"enum": [*values]}:
            return " | ".join(json.dumps(value) for value in values)
        case {"anyOf": [*members]} | {"oneOf": [*members]}:
            return " | ".join(_expression(member, aliases) for member in members)
        case {"type": "null"}:
            return "null"
        case {"type": "array", "items": items}:
            inner = _expression(items, aliases)
            return f"readonly ({inner})[]" if " | " in inner else f"readonly {inner}[]"
        case {"type": "object", "additionalProperties": True}:
            return "{ readonly [key: string]: unknown }"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"{{ readonly [key: string]: {_expression(values, aliases)} }}"
        case {"type": str(kind)} if kind in PRIMITIVES:
            return PRIMITIVES[kind]
        case _:
            raise UnsupportedSchema(json.dumps(schema))


def _doc(schema: Schema, indent: str = "") -> str:
    text = str(schema.get("description", "")).replace("*/", "* /").strip()
    if not text:
        return ""
    lines = text.splitlines()
    if len(lines) == 1:
        return f"{indent}/** {text} */\n"
    body = "".join(f"{indent} * {line}".rstrip() + "\n" for line in lines)
    return f"{indent}/**\n{body}{indent} */\n"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m backend.cli.typescript")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--write", type=Path, metavar="FILE")
    where.add_argument("--check", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    text = protocol_typescript()
    if options.write is not None:
        options.write.write_text(text, encoding="utf-8")
    elif options.check is not None:
        present = options.check.read_text(encoding="utf-8") if options.check.exists() else None
        if present != text:
            print(f"{options.check} is stale: run `make protocol`.", file=sys.stderr)
            return 1
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
