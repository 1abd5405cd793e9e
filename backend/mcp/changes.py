"""What a server of the newer revision says has changed: it has to be asked to, on a stream of its own.

https://modelcontextprotocol.io/specification/2026-07-28/basic/utilities/subscriptions
"""

import asyncio
import time
from typing import Final

from mcp import MCPError
from mcp.client.subscriptions import SubscriptionLost
from mcp_types import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND

from backend.mcp.backoff import Backoff
from backend.mcp.session import Session

_REFUSALS: Final = frozenset({METHOD_NOT_FOUND, INVALID_PARAMS, INVALID_REQUEST})


async def follow_changes(session: Session) -> None:
    """Has the session hear of changes for as long as it lasts; the stream is opened again whenever it
    ends. Returns where there is nothing to be asked for, or the server refuses."""
    told = session.capabilities
    tools = bool(told.tools and told.tools.list_changed)
    prompts = bool(told.prompts and told.prompts.list_changed)
    resources = bool(told.resources and told.resources.list_changed)
    if session.version < "2026" or not (tools or prompts or resources):
        return
    backoff, is_first = Backoff(), True
    while True:
        began = time.monotonic()
        try:
            async with session.client.listen(
                tools_list_changed=tools,
                prompts_list_changed=prompts,
                resources_list_changed=resources,
            ) as changes:
                if not is_first:
                    # Nobody tells what was missed.
                    session.suspect(tools=tools, prompts=prompts, resources=resources)
                is_first = False
                async for change in changes:
                    session.hear(change)
        except MCPError as error:
            if is_first and error.code in _REFUSALS:
                return
        except SubscriptionLost:
            pass
        await asyncio.sleep(backoff.pause_s(time.monotonic() - began))
