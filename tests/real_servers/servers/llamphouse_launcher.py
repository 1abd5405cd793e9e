"""Serves the Assistants API with one agent; run by the interpreter of its own environment.

The agent gives its answer whole. As the server's manual streams, by `process_stream` and then
`insert_message`, it would tell every answer twice.
"""

import sys
from typing import Any

from llamphouse import Agent, AssistantAPIAdapter, Context, KeyAuth, LLAMPHouse
from llamphouse.core.data_stores.in_memory_store import InMemoryDataStore
from openai import AsyncOpenAI

port, scripted, model, scripted_key, assistant_id, key = sys.argv[1:]
client = AsyncOpenAI(base_url=scripted, api_key=scripted_key)


class Answering(Agent):  # type: ignore[misc]
    async def run(self, context: Context) -> None:
        messages: list[Any] = [
            {"role": said.role, "content": said.text} for said in context.messages
        ]
        answer = await client.chat.completions.create(model=model, messages=messages)
        await context.insert_message(answer.choices[0].message.content or "")


LLAMPHouse(
    agents=[Answering(id=assistant_id, name="Tested", model=model)],
    adapters=[AssistantAPIAdapter()],
    authenticator=KeyAuth(key),
    data_store=InMemoryDataStore(),
    compass=False,
).ignite(host="127.0.0.1", port=int(port))
