"""A server that is lost again and again is tried less and less often."""

from backend.mcp.backoff import FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_S, Backoff


def test_each_pause_is_twice_as_long_up_to_a_limit() -> None:
    backoff = Backoff()
    pauses = [backoff.pause_s(0) for _ in range(20)]
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == LONGEST_PAUSE_S
    assert pauses == sorted(pauses)


def test_after_a_connection_that_held_it_is_tried_soon_again() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.pause_s(STEADY_S / 2)
    assert backoff.pause_s(STEADY_S * 2) == FIRST_PAUSE_S
    assert backoff.pause_s(0) == FIRST_PAUSE_S * 2
