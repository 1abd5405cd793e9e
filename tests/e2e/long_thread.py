"""Threads of any length in the page."""

from tests.e2e.visitor import Visitor
from tests.long_thread import long_thread


async def imported(visitor: Visitor, items: int) -> str:
    """The path of a new thread with so many items."""
    answer = await visitor.context.request.post(
        visitor.url + "/api/threads", data=long_thread(items), headers={"Origin": visitor.url}
    )
    assert answer.status == 201, await answer.text()
    return "/chat/" + str((await answer.json())["id"])
