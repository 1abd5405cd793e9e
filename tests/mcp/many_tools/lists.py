"""The tools of servers that nobody here wrote, as these list them. No account is needed for that."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from backend.mcp.connection import Connection
from backend.mcp.names import tool_names
from backend.mcp.server_config import ServerConfig, StdioServer
from backend.mcp.servers import NamedTool
from backend.mcp.tool import spec_of
from backend.tools.function import FunctionSpec
from tests.mcp.npm_servers import NpmServers

NPM: Final = NpmServers("mcp-many-tools", Path(__file__).parent / "npm")
START_TIMEOUT_S: Final = 180.0

_OAUTH_FILE: Final = "oauth.json"
_OAUTH: Final = {"installed": {"client_id": "x", "client_secret": "x", "redirect_uris": []}}

KNOWN: Final[Mapping[str, tuple[str, ...]]] = {
    "gitlab": (
        "mcp-gitlab",
        "GITLAB_PERSONAL_ACCESS_TOKEN=x",
        "USE_GITLAB_WIKI=true",
        "USE_MILESTONE=true",
        "USE_PIPELINE=true",
    ),
    "playwright": ("playwright-mcp --headless",),
    "notion": ("notion-mcp-server", "NOTION_TOKEN=ntn_x"),
    "github": ("mcp-server-github", "GITHUB_PERSONAL_ACCESS_TOKEN=x"),
    "slack": ("mcp-server-slack", "SLACK_BOT_TOKEN=x", "SLACK_TEAM_ID=x"),
    "files": ("mcp-server-filesystem .",),
    "memory": ("mcp-server-memory",),
    "mongodb": (
        "mongodb-mcp-server",
        "MDB_MCP_API_CLIENT_ID=x",
        "MDB_MCP_API_CLIENT_SECRET=x",
        "MDB_MCP_TELEMETRY=disabled",
    ),
    "calendar": ("google-calendar-mcp", f"GOOGLE_OAUTH_CREDENTIALS={_OAUTH_FILE}"),
    "asana": ("mcp-server-asana", "ASANA_ACCESS_TOKEN=x"),
    "datadog": ("mcp-server-datadog", "DATADOG_API_KEY=x", "DATADOG_APP_KEY=x"),
    "kubernetes": ("mcp-server-kubernetes",),
    "todoist": ("todoist-mcp", "API_KEY=x"),
    "maps": ("mcp-server-google-maps", "GOOGLE_MAPS_API_KEY=x"),
}
"""With which the ranking was made: the command, then its environment."""

NEW: Final[Mapping[str, tuple[str, ...]]] = {
    "xero": ("xero-mcp-server", "XERO_CLIENT_BEARER_TOKEN=x"),
    "chrome": ("chrome-devtools-mcp --headless",),
    "charts": ("mcp-server-chart",),
    "airtable": ("airtable-mcp-server", "AIRTABLE_API_KEY=x"),
    "ms365": ("ms-365-mcp-server --org-mode",),
}
"""Added when most of it was made, and looked at while the rest was."""


async def listed(servers: Mapping[str, tuple[str, ...]]) -> dict[str, FunctionSpec]:
    """Returns what a model is told of the tools of these servers, by `SERVER/TOOL`."""
    specs: dict[str, FunctionSpec] = {}
    with TemporaryDirectory() as folder:
        (Path(folder) / _OAUTH_FILE).write_text(json.dumps(_OAUTH))
        for name, (command, *env) in servers.items():
            connection = Connection(ServerConfig(name, _program(command, env, folder)))
            connection.start()
            try:
                await connection.started(START_TIMEOUT_S)
                if connection.status.state != "ready":
                    raise RuntimeError(f"{name}: {connection.status.reason} {connection.log.end()}")
                print(f"{name}: {len(connection.tools.listed)} tools", file=sys.stderr, flush=True)
                names = tool_names([(name, tool.name) for tool in connection.tools.listed], ())
                for tool in connection.tools.listed:
                    named = NamedTool(names[name, tool.name], tool, connection)
                    specs[f"{name}/{tool.name}"] = spec_of(named)
            finally:
                await connection.close()
    return specs


def _program(command: str, env: list[str], folder: str) -> StdioServer:
    program, *args = command.split()
    variables = dict(each.split("=", 1) for each in env)
    path = str(NPM.program(program))
    return StdioServer(path, tuple(args), {"HOME": folder, **variables}, folder)
