"""The client that the suite starts, with the address of its server: one server of `backend.mcp`.

The name of the scenario and what belongs to it come in the environment, as the suite's README says.
"""

import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import httpx2

from backend.domain.action import Action, Decision, Resolution
from backend.domain.ids import OwnerId, new_run_id
from backend.mcp.connection import Connection
from backend.mcp.conversation import Conversation, Suspension
from backend.mcp.dialogue import Dialogue, HeldCalls
from backend.mcp.failures import CallFailed, LoginFailed, ServerUnavailable
from backend.mcp.login_files import LoginFiles
from backend.mcp.logins import Logins
from backend.mcp.server_config import HttpServer, OAuthClient, ServerConfig
from backend.tools.form import Form
from backend.tools.tool import CallContext
from backend.tools.tool_context import unseen

CONNECT_TIMEOUT_S: Final = 60.0
POLL_S: Final = 0.02
MAX_LOGINS: Final = 2
REDIRECT_URI: Final = "http://localhost:3000/api/mcp/callback"
METADATA_URL: Final = "https://conformance-test.local/client-metadata.json"
"""Which the suite expects."""

Scenario = Callable[[Connection], Awaitable[None]]


async def call(connection: Connection, tool: str, arguments: Mapping[str, Any]) -> None:
    """Make a call, whose failure is the server's: the suite looks at what was sent. What is asked is
    answered, each time by the same."""
    remote = next((each for each in connection.tools.listed if each.name == tool), None)
    if remote is None:
        # Some servers of the suite list nothing: they look at how a call is sent, whatever its tool.
        dialogue = Dialogue[Any](OwnerId("owner"))
        await connection.ask(lambda session: session.call(tool, dict(arguments), dialogue, None))
        return
    held = HeldCalls()
    context = CallContext(OwnerId("owner"), None, new_run_id(), "UTC", "en", ())
    try:
        while True:
            conversation = Conversation(
                connection, remote, dict(arguments), context, held, str, CONNECT_TIMEOUT_S
            )
            said = await conversation.go_on(unseen)
            if not isinstance(said, Suspension):
                return
            decided = (*context.decided, answered(said.form))
            context = replace(context, kept=said.keeps, decided=decided)
    except CallFailed as failed:
        print(f"{tool}: {failed}", file=sys.stderr)
    except ServerUnavailable as failed:
        print(f"{tool}: {failed}", file=sys.stderr)
        while connection.status.state == "ready":  # noqa: ASYNC110 - a few turns of the loop
            await asyncio.sleep(POLL_S)


def answered(form: Form) -> Action:
    properties = form.schema.get("properties", {})
    answer = {name: _example(properties[name]) for name in form.schema.get("required", ())}
    decision: Decision = "answer" if form.kind == "question" else "allow"
    resolution = Resolution(decision=decision, by="script", at=0, answer=answer)
    return Action(
        kind=form.kind,
        tool="",
        form=form.schema,
        arguments="",
        asked_at=0,
        expires_at=0,
        resolution=resolution,
    )


async def add_numbers(connection: Connection) -> None:
    await call(connection, "add_numbers", {"a": 5, "b": 3})


async def call_every_tool(connection: Connection) -> None:
    for tool in connection.tools.listed:
        properties = tool.schema.get("properties", {})
        wanted = tool.schema.get("required", ())
        await call(connection, tool.name, {name: _example(properties[name]) for name in wanted})


async def call_as_told(connection: Connection) -> None:
    known = {tool.name for tool in connection.tools.listed}
    for told in json.loads(os.environ["MCP_CONFORMANCE_CONTEXT"])["toolCalls"]:
        if told["name"] in known:
            await call(connection, told["name"], told["arguments"] or {})


async def return_the_schema(connection: Connection) -> None:
    [tool] = [tool for tool in connection.tools.listed if tool.name == "json_schema_2020_12_tool"]
    await call(connection, "json_schema_echo", {"schema": tool.schema})


async def list_only(connection: Connection) -> None:
    pass


async def answer_questions(connection: Connection) -> None:
    for tool in ("echo_state", "unrelated", "no_state", "no_result_type"):
        await call(connection, f"test_mrtr_{tool}", {})


async def all_listed(connection: Connection) -> None:
    """Wait for what is listed in the background, so that the suite sees the same requests each time."""
    while connection.status.state == "ready" and not connection.offers.are_listed:  # noqa: ASYNC110
        await asyncio.sleep(POLL_S)


SCENARIOS: Final[Mapping[str, Scenario]] = {
    "json-schema-ref-no-deref": list_only,
    "tools_call": add_numbers,
    "request-metadata": add_numbers,
    "http-standard-headers": add_numbers,
    "http-invalid-tool-headers": call_every_tool,
    "http-custom-headers": call_as_told,
    "json-schema-2020-12-preservation": return_the_schema,
    "sep-2322-client-request-state": answer_questions,
}


async def run(scenario: str, url: str, folder: Path) -> int:
    """What the page does: connect, call; where a login is wanted, log in and do so again."""
    told = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}"))
    client = (
        OAuthClient(told["client_id"], told.get("client_secret")) if "client_id" in told else None
    )
    files = LoginFiles(folder, set())
    connection = Connection(ServerConfig("conformance", HttpServer(url, client=client)), files)
    logins = Logins(files, set())
    connection.start()
    try:
        for _ in range(MAX_LOGINS + 1):
            await connection.started(CONNECT_TIMEOUT_S)
            if connection.status.state == "ready":
                await SCENARIOS.get(scenario, call_every_tool)(connection)
                await all_listed(connection)
            if connection.status.state != "needs_login":
                break
            print(connection.status.reason, file=sys.stderr)
            await log_in(connection, logins)
        print(connection.status, file=sys.stderr)
        return 0 if connection.status.state == "ready" else 1
    except LoginFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    finally:
        await logins.close()
        await connection.close()


async def log_in(connection: Connection, logins: Logins) -> None:
    """Raises `LoginFailed`. The suite's authorization servers ask nobody, and answer at once."""
    address = await logins.begin(connection, REDIRECT_URI, METADATA_URL, ())
    async with httpx2.AsyncClient() as browser:
        answer = await browser.get(address)
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    await logins.complete(
        (), query["state"], query.get("code"), query.get("iss"), query.get("error")
    )
    if connection.status.state == "needs_login":
        raise LoginFailed(connection.status.reason or "")


def _example(schema: Mapping[str, Any]) -> Any:
    examples = {"integer": 0, "number": 0, "boolean": True, "object": {}, "array": []}
    return examples.get(schema.get("type", ""), "x")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        scenario = os.environ["MCP_CONFORMANCE_SCENARIO"]
        sys.exit(asyncio.run(run(scenario, sys.argv[1], Path(folder))))
