"""The streams of the mock upstream, in the format of OpenAI's servers.

The text of each delta ends in `@` and the time of sending in nanoseconds of the monotonic clock, so
that any process can tell how long the delta took to arrive.
"""

import json
import re
import time
from typing import Any, Final, Literal, Protocol

Dialect = Literal["responses", "chat_completions", "assistants"]

SENT_AT: Final = re.compile(rb"@(\d+)")
"""Matches the sending time of each delta. The final events repeat it, so leave them out."""

_TEXT: Final = (
    "The weather in Oslo turns mild tomorrow: some sun, a south-westerly breeze and no rain "
    "before the evening, while Lima stays grey — that is the garúa, sea fog which seldom lifts "
    "in winter. So pack a light coat for both."
)
_WORDS: Final = _TEXT.split()

_CREATED_AT: Final = 1770803606
_MODEL: Final = "bench-1"
_USAGE: Final = {"input_tokens": 120, "output_tokens": 2000, "total_tokens": 2120}


class Stream(Protocol):
    """One answer: `begin`, any number of `delta`, `end`."""

    def begin(self) -> bytes: ...
    def delta(self) -> bytes: ...
    def end(self) -> bytes: ...


class _Text:
    """The text so far."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def next(self) -> str:
        """Returns the next delta. It needs no JSON escapes."""
        word = _WORDS[len(self._said) % len(_WORDS)]
        delta = f" {word}@{time.monotonic_ns()}"
        self._said.append(delta)
        return delta

    def whole(self) -> str:
        return "".join(self._said)


class ResponsesStream:
    """https://platform.openai.com/docs/api-reference/responses-streaming"""

    def __init__(self, number: int) -> None:
        self._text = _Text()
        self._response_id = f"resp_02ce8deeb6197db200698c5196e9588197a572bbea6{number:06d}"
        self._item_id = f"msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c9{number:06d}"
        self._sequence = 0

    def begin(self) -> bytes:
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
        return b"".join(
            (
                self._event("response.created", response=self._response("in_progress", [])),
                self._event("response.in_progress", response=self._response("in_progress", [])),
                self._event(
                    "response.output_item.added",
                    output_index=0,
                    item=self._message("in_progress", []),
                ),
                self._event("response.content_part.added", **self._place, part=part),
            )
        )

    def delta(self) -> bytes:
        text = self._text.next()
        self._sequence += 1
        return (
            "event: response.output_text.delta\n"
            'data: {"type":"response.output_text.delta","sequence_number":'
            f'{self._sequence},"item_id":"{self._item_id}","output_index":0,"content_index":0,'
            f'"delta":"{text}","logprobs":[],"obfuscation":"VLMdSoETMf5"}}\n\n'
        ).encode()

    def end(self) -> bytes:
        text = self._text.whole()
        part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
        item = self._message("completed", [part])
        return b"".join(
            (
                self._event("response.output_text.done", **self._place, text=text, logprobs=[]),
                self._event("response.content_part.done", **self._place, part=part),
                self._event("response.output_item.done", output_index=0, item=item),
                self._event("response.completed", response=self._response("completed", [item])),
            )
        )

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._item_id, "output_index": 0, "content_index": 0}

    def _event(self, kind: str, **fields: Any) -> bytes:
        event = {"type": kind, "sequence_number": self._sequence, **fields}
        self._sequence += 1
        return _event(kind, event)

    def _message(self, status: str, content: list[Any]) -> dict[str, Any]:
        return {
            "id": self._item_id,
            "type": "message",
            "status": status,
            "content": content,
            "role": "assistant",
        }

    def _response(self, status: str, output: list[Any]) -> dict[str, Any]:
        details = {
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens_details": {"reasoning_tokens": 0},
        }
        return {
            "id": self._response_id,
            "object": "response",
            "created_at": _CREATED_AT,
            "status": status,
            "background": False,
            "completed_at": None,
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "max_output_tokens": None,
            "max_tool_calls": None,
            "model": _MODEL,
            "output": output,
            "parallel_tool_calls": True,
            "previous_response_id": None,
            "reasoning": {"effort": "none", "summary": None},
            "service_tier": "auto",
            "store": False,
            "temperature": 1,
            "text": {"format": {"type": "text"}, "verbosity": "medium"},
            "tool_choice": "auto",
            "tools": [],
            "top_logprobs": 0,
            "top_p": 1,
            "truncation": "disabled",
            "usage": _USAGE | details if output else None,
            "user": None,
            "metadata": {},
        }


class ChatCompletionsStream:
    """https://platform.openai.com/docs/api-reference/chat-streaming"""

    def __init__(self, number: int) -> None:
        self._text = _Text()
        self._id = f"chatcmpl-CkV8r2XbQ1tYd0Wm5ZpLhN{number:06d}"

    def begin(self) -> bytes:
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def delta(self) -> bytes:
        text = self._text.next()
        return (
            f'data: {{"id":"{self._id}","object":"chat.completion.chunk","created":{_CREATED_AT},'
            f'"model":"{_MODEL}","service_tier":"default","system_fingerprint":"fp_c4585b5b9c",'
            f'"choices":[{{"index":0,"delta":{{"content":"{text}"}},"logprobs":null,'
            '"finish_reason":null}],"usage":null,"obfuscation":"VLMdSoETMf5"}\n\n'
        ).encode()

    def end(self) -> bytes:
        counts = {"prompt_tokens": 120, "completion_tokens": 2000, "total_tokens": 2120}
        return (
            self._chunk({}, finish_reason="stop")
            + self._chunk(None, usage=counts)
            + b"data: [DONE]\n\n"
        )

    def _chunk(
        self, delta: Any, *, finish_reason: str | None = None, usage: dict[str, int] | None = None
    ) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        chunk = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": _CREATED_AT,
            "model": _MODEL,
            "service_tier": "default",
            "system_fingerprint": "fp_c4585b5b9c",
            "choices": [] if delta is None else [choice],
            "usage": usage,
        }
        return f"data: {json.dumps(chunk, separators=(',', ':'))}\n\n".encode()


class AssistantsStream:
    """https://platform.openai.com/docs/api-reference/assistants-streaming/events"""

    def __init__(self, number: int) -> None:
        self._text = _Text()
        self._run_id = f"run_8fHqXkVw2cT{number:06d}"
        self._step_id = f"step_Wq3pLk9cVbT{number:06d}"
        self._message_id = f"msg_Zr7mQd1xNcB{number:06d}"

    def begin(self) -> bytes:
        step, message = self._step("in_progress"), self._message("in_progress", [])
        return b"".join(
            (
                _event("thread.run.created", self._run("queued")),
                _event("thread.run.queued", self._run("queued")),
                _event("thread.run.in_progress", self._run("in_progress")),
                _event("thread.run.step.created", step),
                _event("thread.run.step.in_progress", step),
                _event("thread.message.created", message),
                _event("thread.message.in_progress", message),
            )
        )

    def delta(self) -> bytes:
        return (
            "event: thread.message.delta\n"
            f'data: {{"id":"{self._message_id}","object":"thread.message.delta","delta":'
            '{"content":[{"index":0,"type":"text","text":{"value":"'
            f'{self._text.next()}"}}}}]}}}}\n\n'
        ).encode()

    def end(self) -> bytes:
        text = {"value": self._text.whole(), "annotations": []}
        content = [{"type": "text", "text": text}]
        return b"".join(
            (
                _event("thread.message.completed", self._message("completed", content)),
                _event("thread.run.step.completed", self._step("completed")),
                _event("thread.run.completed", self._run("completed")),
                b"event: done\ndata: [DONE]\n\n",
            )
        )

    def _run(self, status: str) -> dict[str, Any]:
        usage = {"prompt_tokens": 120, "completion_tokens": 2000, "total_tokens": 2120}
        return {
            "id": self._run_id,
            "object": "thread.run",
            "created_at": _CREATED_AT,
            "assistant_id": "asst_bench",
            "thread_id": "thread_bench",
            "status": status,
            "started_at": _CREATED_AT,
            "expires_at": _CREATED_AT + 600,
            "cancelled_at": None,
            "failed_at": None,
            "completed_at": None,
            "required_action": None,
            "last_error": None,
            "model": _MODEL,
            "instructions": "",
            "tools": [],
            "metadata": {},
            "temperature": 1.0,
            "top_p": 1.0,
            "max_completion_tokens": None,
            "max_prompt_tokens": None,
            "truncation_strategy": {"type": "auto", "last_messages": None},
            "incomplete_details": None,
            "usage": usage if status == "completed" else None,
            "response_format": "auto",
            "tool_choice": "auto",
            "parallel_tool_calls": True,
        }

    def _step(self, status: str) -> dict[str, Any]:
        return {
            "id": self._step_id,
            "object": "thread.run.step",
            "created_at": _CREATED_AT,
            "run_id": self._run_id,
            "assistant_id": "asst_bench",
            "thread_id": "thread_bench",
            "type": "message_creation",
            "status": status,
            "cancelled_at": None,
            "completed_at": None,
            "expires_at": _CREATED_AT + 600,
            "failed_at": None,
            "last_error": None,
            "step_details": {
                "type": "message_creation",
                "message_creation": {"message_id": self._message_id},
            },
            "usage": None,
        }

    def _message(self, status: str, content: list[Any]) -> dict[str, Any]:
        return {
            "id": self._message_id,
            "object": "thread.message",
            "created_at": _CREATED_AT,
            "assistant_id": "asst_bench",
            "thread_id": "thread_bench",
            "run_id": self._run_id,
            "status": status,
            "incomplete_details": None,
            "incomplete_at": None,
            "completed_at": None,
            "role": "assistant",
            "content": content,
            "metadata": {},
        }


def _event(kind: str, data: dict[str, Any]) -> bytes:
    body = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return f"event: {kind}\ndata: {body}\n\n".encode()
