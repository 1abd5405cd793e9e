"""The REST API of this server's functions."""

from backend.domain.frozen_model import FrozenModel
from backend.http.framework.api import endpoint
from backend.setup.models import FunctionInfo, FunctionProblemInfo
from backend.setup.state import function_infos, function_problems
from backend.tools.toolbox import Toolbox


class FunctionList(FrozenModel):
    functions: tuple[FunctionInfo, ...]
    """Sorted by name."""
    problems: tuple[FunctionProblemInfo, ...]


class FunctionsApi:
    def __init__(self, toolbox: Toolbox) -> None:
        self._toolbox = toolbox

    @endpoint("GET", "/api/functions", "List the functions, and the files that are left out")
    async def list_functions(self) -> FunctionList:
        return FunctionList(
            functions=function_infos(self._toolbox), problems=function_problems(self._toolbox)
        )
