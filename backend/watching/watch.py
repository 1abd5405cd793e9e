"""What the places that know the facts tell, and to whom."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

from backend.domain.items import Run
from backend.watching.steps import Step

_NOTHING = nullcontext()


class Watch:
    """Is told what happens, and looks away. Those who look override what they look at.

    Nothing here is called for a single delta.
    """

    def during(self, step: Step) -> AbstractContextManager[None]:
        """Surrounds the step, which may fill itself in until its end."""
        return _NOTHING

    def spoke(self, upstream: str, after_s: float) -> None:
        """The first delta of a run has come, so long after the run began."""

    def ended(self, run: Run) -> None:
        """A run has ended, wherever it stood."""


class Together(Watch):
    def __init__(self, watches: Sequence[Watch]) -> None:
        self._watches = watches

    @contextmanager
    def during(self, step: Step) -> Iterator[None]:
        with ExitStack() as stack:
            for watch in self._watches:
                stack.enter_context(watch.during(step))
            yield

    def spoke(self, upstream: str, after_s: float) -> None:
        for watch in self._watches:
            watch.spoke(upstream, after_s)

    def ended(self, run: Run) -> None:
        for watch in self._watches:
            watch.ended(run)


def together(watches: Sequence[Watch]) -> Watch:
    """Returns one that tells all of these."""
    if not watches:
        return Watch()
    return watches[0] if len(watches) == 1 else Together(watches)
