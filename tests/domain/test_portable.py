import gc
import json
import time

from backend.domain.portable import PortableThread


def exported(items: int) -> bytes:
    ids = [f"item_{number}" for number in range(items)]
    return json.dumps(
        {
            "thread": {
                "id": "t",
                "title": "T",
                "head_id": ids[-1],
                "created_at": 1,
                "updated_at": 1,
            },
            "items": [
                {
                    "type": "user_message",
                    "id": id,
                    "parent_id": parent_id,
                    "created_at": 1,
                    "text": "x",
                }
                for id, parent_id in zip(ids, [None, *ids], strict=False)
            ],
        }
    ).encode()


def test_checking_a_thread_takes_time_linear_in_its_length() -> None:
    body = exported(30_000)

    def cost_s() -> float:
        before_s = time.thread_time()
        PortableThread.model_validate_json(body)
        return time.thread_time() - before_s

    # Usually a tenth of it; with time that grows quadratically, none of them would be.
    assert any(cost_s() < 5 for _ in range(5))


def test_a_thread_that_was_checked_is_no_work_for_the_collector_of_cycles() -> None:
    gc.collect()
    before = len(gc.get_objects())
    thread = PortableThread.model_validate_json(exported(10_000))
    copy = thread.renewed(2)
    gc.collect()
    assert len(gc.get_objects()) - before < 1000
    assert sum(1 for _ in copy.items()) == 10_000
