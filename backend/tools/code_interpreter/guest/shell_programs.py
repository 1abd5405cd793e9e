"""The small shell's other commands: Python, and what is about the shell itself."""

import contextlib
import io
import os
import runpy
import sys
import time
import traceback

from .shell_command import COMMANDS, Streams, command


@command("date")
def date(arguments: list[str], streams: Streams) -> None:
    wanted = arguments[0][1:] if arguments[:1] and arguments[0].startswith("+") else "%c"
    streams.out(time.strftime(wanted))


@command("sleep")
def sleep(arguments: list[str], streams: Streams) -> None:
    time.sleep(float(arguments[0]))


@command("env", "printenv")
def env(arguments: list[str], streams: Streams) -> None:
    for name, value in sorted(os.environ.items()):
        streams.out(f"{name}={value}")


@command("export")
def export(arguments: list[str], streams: Streams) -> None:
    for argument in arguments:
        name, _, value = argument.partition("=")
        os.environ[name] = value


@command("which")
def which(arguments: list[str], streams: Streams) -> int:
    for name in arguments:
        streams.out_text += f"{name}\n" if name in COMMANDS else ""
    return int(any(name not in COMMANDS for name in arguments))


@command("true", ":", "set")
def true(arguments: list[str], streams: Streams) -> int:
    return 0


@command("false")
def false(arguments: list[str], streams: Streams) -> int:
    return 1


@command("python", "python3")
def python(arguments: list[str], streams: Streams) -> int:
    """In this process, since there is no other."""
    printed, stdin, argv = io.StringIO(), sys.stdin, sys.argv
    status = 0
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        sys.stdin = io.StringIO(streams.stdin)
        try:
            match arguments:
                case ["-c", code, *rest]:
                    sys.argv = ["-c", *rest]
                    exec(code, {"__name__": "__main__"})  # noqa: S102
                case ["-m", module, *rest]:
                    sys.argv = [module, *rest]
                    runpy.run_module(module, run_name="__main__", alter_sys=True)
                case [] | ["-"]:
                    exec(streams.stdin, {"__name__": "__main__"})  # noqa: S102
                case [script, *rest]:
                    sys.argv = [script, *rest]
                    runpy.run_path(script, run_name="__main__")
                case _:
                    """There is no other."""
        except SystemExit as stop:
            status = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
        except KeyboardInterrupt:
            raise
        except BaseException:
            traceback.print_exc()
            status = 1
        finally:
            sys.stdin, sys.argv = stdin, argv
    streams.out_text += printed.getvalue()
    return status
