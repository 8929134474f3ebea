"""What leaves for another system by a handler's hand: taken by a command, handed over once, put off while that fails.

queued → sent, or failed with the reason; waiting until its time where it has one, or where the other system failed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Final, Literal, TypeVar

from shared_layer.core import clock
from shared_layer.core.errors import Conflict, IllegalTransition
from shared_layer.core.models import Entity
from shared_layer.messaging.registry import EventPayload
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference, AsyncQuery

BACKOFF: Final = (30.0, 120.0, 600.0, 1800.0, 3600.0)
"""Seconds until each further attempt while the other system fails; after the last one it has failed."""

DUE_AT_ONCE: Final = 200
State = Literal["queued", "waiting", "drafted", "sent", "failed", "cancelled"]


class Departing(Entity):
    """One thing on its way. `error` is the other system's code, why it failed or waits; `TIME` names its own time."""

    TIME: ClassVar[str]

    id: str
    state: State
    error: str | None = None
    attempts: int = 0

    def put_off(self, code: str, *, passing: bool, asked: float = 0.0, counts: bool = True) -> None:
        """Let it wait as long as the other system asks, and longer each time that counts; or let it have failed."""
        self.error = code
        self.attempts += counts
        if not passing or self.attempts > len(BACKOFF):
            self.state = "failed"
            return
        seconds = max(asked, BACKOFF[self.attempts - 1]) if counts else asked
        self.state = "waiting"
        setattr(self, self.TIME, clock.utcnow() + timedelta(seconds=seconds))

    def cancel(self, name: str) -> None:
        """Let it stay, called `name` where that is too late. Raises IllegalTransition for one that waits no more."""
        if self.state != "waiting":
            raise IllegalTransition(f"The {name} is {self.state}: only one that waits can be cancelled.")
        self.state = "cancelled"


Leaving = TypeVar("Leaving", bound=Departing)


async def queue_due(
    all_of_them: AsyncQuery,
    model: type[Leaving],
    place: Callable[[str, str], AsyncDocumentReference],
    due: Callable[[Leaving], EventPayload],
    unit: Unit,
) -> int:
    """Queue what waits and whose time has come, of all tenants, up to 200; answers how many. One is one commit."""
    from google.cloud.firestore import FieldFilter

    waiting = (
        all_of_them.where(filter=FieldFilter("state", "==", "waiting"))
        .where(filter=FieldFilter(model.TIME, "<=", clock.utcnow()))
        .order_by(model.TIME)
        .limit(DUE_AT_ONCE)
    )
    queued = 0
    async for snapshot in waiting.stream():
        leaving = from_snapshot(snapshot, model)
        leaving.state = "queued"
        step = Unit(unit.context, snapshot.reference.parent.parent.id, unit.emits)
        step.replace(place(step.tenant_id, leaving.id), leaving)
        step.emit(due(leaving))
        try:
            await step.commit()
        except Conflict:
            continue  # cancelled, or queued by another run
        queued += 1
    return queued
