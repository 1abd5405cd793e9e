"""Remote runs without their stream: wait for them, cancel them, and read what they did."""

import logging
from collections.abc import Collection, Iterator
from typing import Final

from backend.domain.errors import UpstreamNotFound, UpstreamRefused
from backend.upstreams.assistants.api import AssistantsApi
from backend.upstreams.assistants.endings import ACTIVE_STATUSES
from backend.upstreams.assistants.events import AssistantsEvent, MessageObject, RunObject
from backend.waiting import poll

log = logging.getLogger(__name__)

FREEING_TIMEOUT_S: Final = 15.0
"""How long to wait for a run to end that stands in the way of a new one."""

_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0

_MOVING_STATUSES: Final = ACTIVE_STATUSES - {"requires_action"}


async def settled(
    api: AssistantsApi,
    thread_id: str,
    run_id: str,
    *,
    within_s: float,
    waiting: Collection[str] = _MOVING_STATUSES,
) -> RunObject | None:
    """The run once its status is none of `waiting`; None if that takes too long."""

    async def ask() -> RunObject | None:
        run = await api.run(thread_id, run_id)
        return None if run.status in waiting else run

    try:
        return await poll(
            ask,
            within_s=within_s,
            first_pause_s=_FIRST_PAUSE_S,
            longest_pause_s=_LONGEST_PAUSE_S,
        )
    except TimeoutError:
        return None


async def cancel(api: AssistantsApi, thread_id: str, run_id: str) -> None:
    """Harmless for a run that has ended already."""
    try:
        await api.cancel_run(thread_id, run_id)
    except (UpstreamRefused, UpstreamNotFound) as error:
        log.info("The remote run %s was not cancelled: %s", run_id, error.message)


async def freed(api: AssistantsApi, thread_id: str) -> bool:
    """End all active runs of a thread. Returns whether none is left."""
    for run in await api.active_runs(thread_id):
        run_id = run.id or ""
        if run.status != "cancelling":
            await cancel(api, thread_id, run_id)
        last = await settled(
            api, thread_id, run_id, within_s=FREEING_TIMEOUT_S, waiting=ACTIVE_STATUSES
        )
        if last is None:
            log.warning("The remote run %s does not end", run_id)
            return False
    return True


async def caught_up(
    api: AssistantsApi, thread_id: str, run_id: str, run: RunObject
) -> list[AssistantsEvent]:
    """Returns all that a run did, as events in that order, the run itself last."""
    steps = await api.steps_of(thread_id, run_id)
    messages = {
        message.id or f"unnamed {place}": _ended_with(run, message)
        for place, message in enumerate(await api.messages_of(thread_id, run_id))
    }
    events: list[AssistantsEvent] = []
    for step in steps:
        details = step.step_details
        if details is not None and details.message_creation is not None:
            message = messages.pop(details.message_creation.message_id or "", None)
            events += _present(message)
        else:
            events.append(step)
    return [*events, *messages.values(), run]


def _present(message: MessageObject | None) -> Iterator[MessageObject]:
    if message is not None:
        yield message


def _ended_with(run: RunObject, message: MessageObject) -> MessageObject:
    """Returns the message with a final status, which some servers never set."""
    if message.status not in ("completed", "incomplete") and run.status not in ACTIVE_STATUSES:
        message.status = "completed" if run.status == "completed" else "incomplete"
    return message
