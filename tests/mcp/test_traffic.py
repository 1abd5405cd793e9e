"""A server that says more than anybody could follow has to wait with it."""

import pytest
from mcp_types import JSONRPCMessage, JSONRPCNotification, JSONRPCRequest, JSONRPCResponse

from backend.mcp.traffic import MAX_NOTICES_PER_S, Traffic

CHANGED = JSONRPCNotification(jsonrpc="2.0", method="notifications/tools/list_changed")
PING = JSONRPCRequest(jsonrpc="2.0", id=1, method="ping")
ANSWER = JSONRPCResponse(jsonrpc="2.0", id=2, result={})


@pytest.mark.parametrize("message", [CHANGED, PING])
def test_a_storm_is_read_no_faster_than_it_can_be_followed(message: JSONRPCMessage) -> None:
    traffic = Traffic()
    while traffic.pause_s == 0:
        # Nothing is lost: the last of them may be the one that counts.
        assert [*traffic.received(message)] == [message]
    assert traffic.pause_s <= 1


def test_after_an_answer_nothing_waits() -> None:
    traffic = Traffic()
    while traffic.pause_s == 0:
        [*traffic.received(CHANGED)]
    assert [*traffic.received(ANSWER)] == [ANSWER]
    assert traffic.pause_s == 0


def test_of_much_progress_some_is_left_out_and_nothing_waits() -> None:
    notice = JSONRPCNotification(
        jsonrpc="2.0",
        method="notifications/progress",
        params={"progressToken": 1, "progress": 1},
    )
    traffic = Traffic()
    count = 100 * MAX_NOTICES_PER_S
    passed = sum(len([*traffic.received(notice)]) for _ in range(count))
    assert MAX_NOTICES_PER_S <= passed < count
    assert traffic.pause_s == 0
