import time

from backend.domain.events import Thread
from backend.domain.ids import ItemId, ThreadId
from backend.domain.items import UserMessage
from backend.domain.portable import PortableThread


def test_checking_a_thread_takes_time_linear_in_its_length() -> None:
    ids = [ItemId(f"item_{number}") for number in range(30_000)]
    parents = [None, *ids]
    items = tuple(
        UserMessage(id=id, parent_id=parent_id, created_at=1, text="x")
        for id, parent_id in zip(ids, parents, strict=False)
    )
    thread = Thread(id=ThreadId("t"), title="T", head_id=ids[-1], created_at=1, updated_at=1)

    def cost_s() -> float:
        before_s = time.thread_time()
        PortableThread(thread=thread, items=items)
        return time.thread_time() - before_s

    # Usually a tenth of it; with time that grows quadratically, none of them would be.
    assert any(cost_s() < 3 for _ in range(5))
