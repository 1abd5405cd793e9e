"""Threads of any length, as an export holds them."""

from typing import Any


def long_thread(items: int) -> dict[str, Any]:
    """Questions and answers by turns."""
    paragraph = "some **words** about `things`, long enough to wrap.\n\n- one\n- two\n\n" * 2
    said_so_far: list[dict[str, Any]] = []
    runs: list[dict[str, Any]] = []
    parent: str | None = None
    for number in range(items // 2):
        question, answer, run = f"item_q{number}", f"item_a{number}", f"run_{number}"
        shared = {"run_id": run, "status": "completed", "created_at": number}
        asked = {"id": question, "type": "user_message", "text": f"Question {number}?"}
        part = {"type": "text", "text": f"Answer {number}: {paragraph}"}
        said = {"id": answer, "type": "assistant_message", "content": [part]}
        said_so_far.append(asked | shared | {"parent_id": parent})
        said_so_far.append(said | shared | {"parent_id": question})
        runs.append(
            {"id": run, "thread_id": "thread_1", "parent_id": question, "upstream": "demo"}
            | {"status": "completed", "created_at": number, "finished_at": number + 1}
        )
        parent = answer
    times = {"created_at": 0, "updated_at": 0}
    return {
        "format": "runstream-thread",
        "version": 2,
        "thread": {"id": "thread_1", "title": f"{items} items", "head_id": parent, **times},
        "items": said_so_far,
        "runs": runs,
    }
