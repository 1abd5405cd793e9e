"""Another time for a process, by Debian's `faketime`: https://github.com/wolfcw/libfaketime."""

import os
from pathlib import Path


def another_time(shift_s: int) -> dict[str, str]:
    """Returns the variables for a process whose clock is so far off; the time that only goes forward stays."""
    named = os.environ.get("LIBFAKETIME")
    found = [Path(named)] if named else [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
    if not found:
        raise RuntimeError(
            "There is no faketime. Run .ci/faketime.sh, or name its library: LIBFAKETIME=/path"
        )
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": f"{shift_s:+d}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
