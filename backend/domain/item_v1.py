"""Items as they were before messages and outputs consisted of parts: in old databases and in exports of version 1.

It never changes, as what it reads does not.
"""

from typing import Any


def with_parts(item: dict[str, Any]) -> dict[str, Any]:
    """Returns an item's JSON as it is today. One that is so already stays as it is."""
    match item:
        case {"type": "assistant_message", "content": _}:
            return item
        case {"type": "assistant_message"}:
            item = dict(item)
            text, annotations = item.pop("text", ""), item.pop("annotations", [])
            part = {"type": "text", "text": text, "annotations": annotations}
            return item | {"content": [part] if text or annotations else []}
        case {"type": "user_message", "files": list(files)}:
            return item | {"files": [_typed(file) for file in files]}
        case {"type": "function_call", "output": output}:
            item = {name: value for name, value in item.items() if name != "output"}
            return item | {"outputs": _outputs(output, item)}
        case {"type": "code_interpreter_call", "outputs": list(outputs)}:
            return item | {"outputs": [_named(output) for output in outputs]}
        case _:
            return item


def _outputs(output: Any, call: dict[str, Any]) -> list[dict[str, Any]]:
    """A call that returned nothing and one that did not return both had a null."""
    if isinstance(output, str):
        return [{"type": "text", "text": output}]
    returned = call.get("status") == "completed" and call.get("error") is None
    return [] if output is None and not returned else [{"type": "json", "value": output}]


def _typed(file: Any) -> Any:
    return {"type": "file", **file} if isinstance(file, dict) else file


def _named(output: Any) -> Any:
    if not isinstance(output, dict) or output.get("type") != "file" or "name" in output:
        return output
    known = {key: value for key, value in output.items() if value is not None}
    name = known.pop("filename", known.get("file_id"))
    return known | {"name": name}
