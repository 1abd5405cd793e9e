"""The REST API of this server's functions, and of whether tools ask before a call."""

from backend.domain.assistant import ASK_USER
from backend.domain.errors import InvalidRequest
from backend.http.framework.api import endpoint
from backend.runs.waiting_runs import WaitingRuns
from backend.setup.models import ApprovalUpdate, BuiltinInfo, FunctionList
from backend.setup.state import builtin_infos, function_infos, function_problems
from backend.store.policies import PolicyRows
from backend.tools.builtins import Builtins
from backend.tools.toolbox import Toolbox

MAX_TOOL_NAME_CHARS = 256


class FunctionsApi:
    def __init__(
        self, toolbox: Toolbox, builtins: Builtins, policies: PolicyRows, waiting: WaitingRuns
    ) -> None:
        self._toolbox = toolbox
        self._builtins = builtins
        self._policies = policies
        self._waiting = waiting

    @endpoint("GET", "/api/functions", "List the functions, and the files that are left out")
    async def list_functions(self) -> FunctionList:
        policies = await self._policies.server()
        functions = function_infos(self._toolbox, policies)
        builtins = builtin_infos(self._builtins, policies)
        known = {each.name for each in functions} | {each.name for each in builtins}
        return FunctionList(
            functions=functions,
            problems=function_problems(self._toolbox),
            builtins=builtins,
            others=tuple(
                BuiltinInfo(name=name, approval=policy, default_approval="ask")
                for name, policy in sorted(policies.items())
                if name not in known
            ),
        )

    @endpoint("PUT", "/api/functions/{name}/approval", "Set whether a tool asks before a call")
    async def set_approval(self, name: str, body: ApprovalUpdate) -> FunctionList:
        """Of a function, of a built-in tool, or of a tool elsewhere, such as an MCP server's."""
        if name == ASK_USER:
            raise InvalidRequest("ask_user always asks: it is a question.", field="name")
        if len(name) > MAX_TOOL_NAME_CHARS:
            raise InvalidRequest("No tool has so long a name.", field="name")
        if not name.strip() or not name.isprintable():
            raise InvalidRequest("No tool has such a name.", field="name")
        await self._policies.set_for_all(name, body.approval)
        if body.approval in ("never", "always_allow"):
            await self._waiting.allow(name, owner=None)
        return await self.list_functions()
