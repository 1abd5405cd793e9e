"""The assistant: who answers on a thread, with which model, instructions and tools."""

from dataclasses import dataclass, field

from backend.domain.parameters import Parameters
from backend.domain.start_screen import StartScreen

CODE_INTERPRETER = "code_interpreter"
FILE_SEARCH = "file_search"
ASK_USER = "ask_user"
FIND_TOOLS = "find_tools"
"""Not given to an assistant: it has it where its tools are too many to be told all at once."""
FUNCTION_PREFIX = "function:"


@dataclass(frozen=True, slots=True)
class Assistant:
    """`id` is the upstream's own where it keeps assistants, else ours (`asst_local_…`)."""

    id: str
    name: str
    model: str
    instructions: str = ""
    tools: tuple[str, ...] = field(default=())
    """`code_interpreter`, `file_search`, `ask_user`, `web_search`, `image_generation`, `function:NAME` and, of an
    MCP server that the upstream calls, `mcp:LABEL=URL`."""
    parameters: Parameters = field(default=Parameters())
    start: StartScreen = field(default=StartScreen())

    def function_names(self) -> frozenset[str]:
        """Names of the functions this assistant may call."""
        return frozenset(
            tool.removeprefix(FUNCTION_PREFIX)
            for tool in self.tools
            if tool.startswith(FUNCTION_PREFIX)
        )
