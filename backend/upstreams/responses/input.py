"""The input of a request: the thread so far and this run's rounds; and functions as tools.

https://platform.openai.com/docs/api-reference/responses/create

Within a run the server's own output items are echoed verbatim, encrypted reasoning included; earlier
runs are told in our words.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from backend.domain.items import ImageGenerationCall
from backend.tools.function import FunctionSpec
from backend.upstreams.prompt.attachments import Parts
from backend.upstreams.prompt.history import function_output, history_input
from backend.upstreams.request import RunRequest, ToolOutput
from backend.upstreams.responses.client_calls import call_answer, calls_among
from backend.upstreams.responses.echo import IMAGE_GENERATION_CALL


def input_so_far(request: RunRequest, attached: Parts) -> list[dict[str, Any]]:
    """Returns the history, with earlier rounds of this run as the server sent them if possible."""
    history, rounds = request.history, request.rounds
    natives = [done.native for done in rounds if done.native is not None]
    if not rounds or len(natives) < len(rounds):
        return history_input(history, attached)
    end = next(place for place, item in enumerate(history, 1) if item.id == rounds[0].after)
    told = history_input(history[:end], attached)
    for done, native in zip(rounds, natives, strict=True):
        # Stored without the pictures, of which the history knows the files.
        output = [item for item in native["output"] if item.get("type") != IMAGE_GENERATION_CALL]
        told += [*output, *output_input(done.outputs, output, attached)]
    pictures = (item for item in history[end:] if isinstance(item, ImageGenerationCall))
    return told + history_input(pictures, attached)


def output_input(
    outputs: Iterable[ToolOutput], told: Sequence[Mapping[str, Any]], pictures: Parts
) -> list[dict[str, Any]]:
    """Returns the outputs of a round's calls, in the form that each of these in `told` wants, with
    those of their pictures that are shown."""
    others = calls_among(told)
    return [
        call_answer(others[output.call_id], output.output)
        if output.call_id in others
        else function_output(output, pictures)
        for output in outputs
    ]


def function_tool(spec: FunctionSpec) -> dict[str, Any]:
    return {
        "type": "function",
        "name": spec.name,
        "description": spec.description,
        "parameters": spec.parameters,
        "strict": spec.strict,
    }
