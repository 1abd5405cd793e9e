"""`python -m backend.tools.code_interpreter` prepares the sandbox and reports whether it holds."""

import asyncio
import sys
from collections.abc import Callable

from backend.config.settings import Settings
from backend.tools.code_interpreter.limits import Limits
from backend.tools.code_interpreter.preparation import Availability, Unavailable, prepare


def main() -> int:
    """Returns the exit status: 0, or 1 with the reason on stderr."""
    settings = Settings()
    told = ""

    def tell(availability: Availability) -> None:
        nonlocal told
        if availability.detail and availability.detail != told:
            told = availability.detail
            print(told, flush=True)

    try:
        ready = asyncio.run(_prepared(settings, tell))
    except Unavailable as error:
        print(f"No code interpreter. {error}", file=sys.stderr)
        return 1
    print(f"The code interpreter is ready. {ready.isolation}")
    return 0


async def _prepared(settings: Settings, tell: Callable[[Availability], None]) -> Availability:
    _, session, ready = await prepare(settings.code_interpreter_dir, Limits.of(settings), tell)
    await session.end()
    return ready


if __name__ == "__main__":
    sys.exit(main())
