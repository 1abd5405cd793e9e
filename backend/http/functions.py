"""The REST API of this server's functions, and of whether tools ask before a call."""

from collections.abc import Iterable

from backend.domain.assistant import ASK_USER
from backend.domain.errors import InvalidRequest
from backend.http.framework.api import endpoint
from backend.runs.waiting_runs import WaitingRuns
from backend.setup.models import ApprovalUpdate, BuiltinInfo, FunctionList, SourcePolicy
from backend.setup.state import builtin_infos, function_infos, function_problems
from backend.store.policies import PolicyRows
from backend.tools.builtins import Builtins
from backend.tools.catalogue import Catalogue
from backend.tools.function import FunctionSpec
from backend.tools.policy import is_of_revision, policy_of, with_policy
from backend.tools.toolbox import Toolbox

MAX_TOOL_NAME_CHARS = 256


class FunctionsApi:
    def __init__(
        self,
        toolbox: Toolbox,
        builtins: Builtins,
        catalogue: Catalogue,
        policies: PolicyRows,
        waiting: WaitingRuns,
    ) -> None:
        self._toolbox = toolbox
        self._catalogue = catalogue
        self._builtins = builtins
        self._policies = policies
        self._waiting = waiting

    @endpoint("GET", "/api/functions", "List the functions, and the files that are left out")
    async def list_functions(self) -> FunctionList:
        policies = await self._policies.server()
        functions = function_infos(self._toolbox, policies)
        builtins = builtin_infos(self._builtins, policies)
        specs = (entry.tool.spec for entry in self._catalogue.entries())
        sources = sorted({spec.source for spec in specs if spec.source is not None})
        known = set(sources) | {each.name for each in functions} | {each.name for each in builtins}
        return FunctionList(
            sources=tuple(SourcePolicy(name=name, approval=policies.get(name)) for name in sources),
            functions=functions,
            problems=function_problems(self._toolbox),
            builtins=builtins,
            others=tuple(
                BuiltinInfo(name=name, approval=policy, default_approval="ask")
                for name, policy in sorted(policies.items())
                if name not in known and not is_of_revision(name)
            ),
        )

    @endpoint("PUT", "/api/functions/{name}/approval", "Set whether a tool asks before a call")
    async def set_approval(self, name: str, body: ApprovalUpdate) -> FunctionList:
        """Of a function, of a built-in tool, or of a tool elsewhere, such as an MCP server's. `mcp:NAME` sets
        it for all tools of an MCP server for which nothing else is set."""
        if name == ASK_USER:
            raise InvalidRequest("ask_user always asks: it is a question.", field="name")
        if len(name) > MAX_TOOL_NAME_CHARS:
            raise InvalidRequest("No tool has so long a name.", field="name")
        # U+FFFD stands where a character was that no text may hold.
        if not name.strip() or not name.isprintable() or "\ufffd" in name:
            raise InvalidRequest("No tool has such a name.", field="name")
        specs = [entry.tool.spec for entry in self._catalogue.entries()]
        spec = next((spec for spec in specs if spec.name == name), None)
        changes = {name: body.approval} if spec is None else with_policy(spec, body.approval)
        for kept, policy in changes.items():
            await self._policies.set_for_all(kept, policy)
        if body.approval in ("never", "always_allow"):
            for tool in await self._now_allowed(name, specs):
                await self._waiting.allow(tool, owner=None)
        return await self.list_functions()

    async def _now_allowed(self, name: str, specs: Iterable[FunctionSpec]) -> tuple[str, ...]:
        """Returns under which names a tool, or those of a server, are allowed by now."""
        policies = await self._policies.server()
        found = [spec for spec in specs if name in (spec.name, spec.source)]
        allowed = (spec for spec in found if policy_of(spec, "ask", policies) != "ask")
        return tuple(spec.permission for spec in allowed) if found else (name,)
