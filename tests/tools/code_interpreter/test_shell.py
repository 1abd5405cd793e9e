"""The tools shell and apply_patch, in the real sandbox through the whole app."""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.scripted import COMPLETED, calls, message
from tests.tools.code_interpreter.interpreter import Chat, Interpreter, Told, interpreter

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("code_interpreter"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ready(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Interpreter]:
    async with interpreter(tmp_path_factory.mktemp("ready")) as ready:
        yield ready


async def use(chat: Chat, tool: str, **arguments: Any) -> Told:
    call = calls((tool, json.dumps(arguments)))
    chat.upstream.script(call, [*message("Done."), COMPLETED])
    await chat.socket.say("Go on.", id=secrets.token_hex(8))
    await chat.socket.until_run_ends()
    outputs = chat.upstream.sessions[-1].outputs[1]
    assert outputs is not None
    item = chat.socket.transcript.items[-2]
    return Told(outputs[0].output, item)  # type: ignore[arg-type]


async def test_commands_patches_and_python_work_on_the_same_files(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        lines = [
            "cat > sea.py <<'EOF'\ndef high():\n    return 'noon'\nEOF",
            "mkdir -p logs && ls -R | sort -r | head -1; wc -l sea.py",
            "cd logs; grep -n noon ../sea.py | cut -d : -f 1 > found.txt; cat found.txt",
        ]
        shell = await use(chat, "shell", commands=lines, timeout_ms=1000)
        assert (shell.item.language, shell.item.code) == ("shell", "\n".join(lines))
        assert shell.logs == "sea.py\n2 sea.py\n2\n"
        assert [file.name for file in shell.files] == ["sea.py", "found.txt"]
        patch = await use(
            chat,
            "apply_patch",
            type="update_file",
            path="sea.py",
            diff="@@ def high():\n-    return 'noon'\n+    return 'midnight'\n",
        )
        assert (patch.item.language, patch.logs) == ("diff", "Changed sea.py.\n")
        code = await chat.run("import sea; print(sea.high())")
        assert code.logs == "midnight\n"
        python = await use(chat, "shell", commands=["python3 sea.py && echo $? 'a  b' \"$HOME\""])
        assert python.logs.startswith("0 a  b /")


async def test_what_the_small_shell_cannot_do_it_says(ready: Interpreter) -> None:
    async with ready.chat() as chat:
        told = await use(chat, "shell", commands=["git status"])
        assert "git: not found. This sandbox has no programs but Python." in told.output
        assert told.output.endswith("[exit status 127]")
        told = await use(chat, "shell", commands=["for f in *; do echo $f; done", "echo $(ls)"])
        assert "for is not supported by this small shell" in told.output
        assert "command substitution is not supported" in told.output
        told = await use(chat, "shell", commands="ls")
        assert (told.item.status, told.item.code) == ("failed", '{"commands": "ls"}')
        told = await use(chat, "apply_patch", type="delete_file", path="../../etc/passwd")
        assert "must lie within the working folder" in told.output
        told = await use(chat, "apply_patch", type="update_file", path="no.txt", diff="-a\n+b")
        assert "No such file or directory" in told.output
