"""The output of `code_interpreter` in words: nothing but what it says."""

from typing import assert_never

from backend.domain.assistant import CODE_INTERPRETER, Assistant
from backend.upstreams.demo import answers
from backend.upstreams.demo.code_questions import CodeQuestion

_FAILURES = ("Traceback ", "[The code was stopped", "The code interpreter", "SystemExit")
_NOTHING = "[Nothing was printed.]"
_SHOWN = "[Shown to the user: "
MAX_TOLD_LINES = 20
MAX_TOLD_CHARS = 2_000
"""Of what was printed; the call shows the rest."""


def tell(question: CodeQuestion, output: str) -> str:
    """The answer to a question whose code gave this output."""
    lines = output.splitlines()
    printed = "\n".join(line for line in lines if not line.startswith((_SHOWN, _NOTHING)))
    printed = printed.strip("\n")
    if any(line.startswith(_FAILURES) for line in lines):
        end = "\n".join(printed.splitlines()[-MAX_TOLD_LINES:])[-MAX_TOLD_CHARS:]
        text = f"That did not work out. The code ended with:\n\n{answers.fenced(end, 'text')}"
    else:
        text = _result(question, printed, shown=len(lines) > len(printed.splitlines()))
    return f"{text}\n\nThe code ran in the sandbox of this server. {answers.SIGNATURE}"


def not_available(assistant: Assistant) -> str:
    reason = (
        "which this server cannot run at the moment. [/setup](/setup) tells why"
        if CODE_INTERPRETER in assistant.tools
        else "which is not among this assistant's tools. Choose it on [/setup](/setup)"
    )
    return f"That takes the code interpreter, {reason}.\n\n{answers.SIGNATURE}"


def _result(question: CodeQuestion, printed: str, *, shown: bool) -> str:
    match question.kind:
        case "compute":
            return f"`{question.subject}` is {answers.inline(printed)}."
        case "plot":
            return f"Here is {question.subject}."
        case "csv":
            return f"Here is a CSV of {question.subject}. It begins:\n\n" + answers.fenced(
                printed, "text"
            )
        case "data":
            return f"This is what {question.subject} holds:\n\n" + answers.fenced(printed, "text")
        case "run":
            if not printed:
                return "It ran, and printed nothing."
            after = " and made the files above" if shown else ""
            told = "\n".join(printed.splitlines()[:MAX_TOLD_LINES])[:MAX_TOLD_CHARS]
            what = "printed" if told == printed else "printed a lot, shown above. It begins"
            return f"It ran{after}, and {what}:\n\n{answers.fenced(told, 'text')}"
        case _:
            assert_never(question.kind)
