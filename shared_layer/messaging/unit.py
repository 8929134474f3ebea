"""The unit of work: writes and the events that tell of them, committed in one atomic Firestore commit.

Domain code stages; the front door commits once, at the end. Preconditions ride on the writes themselves (exists,
does not exist, not changed since it was read), so that the commit needs no transaction and no reads: one round trip.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict, VersionMismatch
from shared_layer.core.ids import new_event_id
from shared_layer.core.models import Entity
from shared_layer.messaging.envelope import Envelope, EventMetadata
from shared_layer.messaging.registry import EventPayload
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference, AsyncWriteBatch

Stage = Callable[["AsyncWriteBatch"], None]


@dataclass(slots=True)
class Unit:
    """What one call will have done, all of it or nothing.

    `emits` are the event types that the function declared; `events` those staged so far; `in_doubt` is true while and
    after a commit whose outcome is not known. `service` is whose events they are, where that is not the function's own.
    """

    context: RequestContext
    tenant_id: str = ""
    emits: tuple[str, ...] = ()
    _stages: list[Stage] = field(default_factory=list)
    _after: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    events: list[Envelope] = field(default_factory=list)
    in_doubt: bool = False
    service: str = ""

    @contextmanager
    def on_behalf_of(self, service: str) -> Iterator[None]:
        """Stage events as those of another service, on whose topic its own handlers hear them: of work done for it."""
        former, self.service = self.service, service
        try:
            yield
        finally:
            self.service = former

    def discard(self) -> None:
        """Forget what was staged: the work turned out not to be possible."""
        self._stages.clear()
        self._after.clear()
        self.events.clear()

    def create(self, reference: AsyncDocumentReference, data: dict[str, Any]) -> None:
        """Write a document that must not exist yet; otherwise the commit raises Conflict."""
        self._stages.append(lambda batch: batch.create(reference, data))

    def put(self, reference: AsyncDocumentReference, data: dict[str, Any]) -> None:
        """Write a document, whatever was there."""
        self._stages.append(lambda batch: batch.set(reference, data))

    def patch(self, reference: AsyncDocumentReference, data: dict[str, Any]) -> None:
        """Write some fields of a document that must exist."""
        self._stages.append(lambda batch: batch.update(reference, data))

    def increase(self, reference: AsyncDocumentReference, amounts: dict[str, Any]) -> None:
        """Add numbers (of either sign, maps nested) to fields of a document, which is made where it is missing."""
        from google.cloud.firestore import Increment

        def added(value: Any) -> Any:
            return {name: added(item) for name, item in value.items()} if isinstance(value, dict) else Increment(value)

        data = added(amounts)
        self._stages.append(lambda batch: batch.set(reference, data, merge=True))

    def merge(self, reference: AsyncDocumentReference, data: dict[str, Any]) -> None:
        """Write some fields, transforms among them, of a document, which is made where it is missing."""
        self._stages.append(lambda batch: batch.set(reference, data, merge=True))

    def replace(self, reference: AsyncDocumentReference, entity: Entity) -> None:
        """Write an entity over the one it was read as, its version one higher; Conflict where somebody came between."""
        read_at = entity.stored_at
        entity.version += 1
        entity.updated_at = clock.utcnow()
        data = entity.model_dump()

        def stage(batch: AsyncWriteBatch) -> None:
            batch.update(reference, data, option=firestore().write_option(last_update_time=read_at))

        self._stages.append(stage)

    def patch_unchanged(self, reference: AsyncDocumentReference, data: dict[str, Any], read_at: Any) -> None:
        """Write some fields of a document that nobody wrote since `read_at`; Conflict otherwise."""
        option = firestore().write_option(last_update_time=read_at)
        self._stages.append(lambda batch: batch.update(reference, data, option=option))

    def delete(self, reference: AsyncDocumentReference) -> None:
        """Remove a document."""
        self._stages.append(lambda batch: batch.delete(reference))

    def delete_unchanged(self, reference: AsyncDocumentReference, read_at: Any) -> None:
        """Remove a document that nobody wrote since `read_at`; Conflict otherwise."""
        option = firestore().write_option(last_update_time=read_at)
        self._stages.append(lambda batch: batch.delete(reference, option=option))

    def emit(self, payload: EventPayload, tenant_id: str = "") -> Envelope:
        """Stage an event of the caller's tenant (or, for the platform's own functions, of `tenant_id`).

        Raises LookupError where the function's declaration does not name the type in `emits`.
        """
        if payload.event_type not in self.emits:
            raise LookupError(f"{self.context.function}: add {payload.event_type!r} to emits of its declaration")
        envelope = Envelope(
            event_type=payload.event_type,
            event_id=new_event_id(),
            timestamp=clock.utcnow(),
            tenant_id=tenant_id or self.tenant_id,
            source_service=self.service or self.context.service,
            schema_version=payload.schema_version,
            payload=payload.model_dump(mode="json"),
            metadata=EventMetadata(
                correlation_id=self.context.request_id,
                causation_id=self.context.causation_id or None,
                actor=self.context.actor or None,
                traceparent=self.context.traceparent,
                automation_depth=self.context.automation_depth,
            ),
        )
        document = envelope.model_dump() | {"relayed_at": None}
        self.create(tenant_document(envelope.tenant_id, "events", envelope.event_id), document)
        self.events.append(envelope)
        return envelope

    def after_commit(self, action: Callable[[], Awaitable[None]]) -> None:
        """Run `action` once the commit is done; it must be harmless to lose."""
        self._after.append(action)

    @property
    def empty(self) -> bool:
        """Whether nothing is staged."""
        return not self._stages

    async def _landed(self) -> bool:
        """Whether this very unit was committed: an attempt whose answer was lost is refused when it is tried again."""
        if not self.events:
            return False
        event = self.events[0]
        return bool((await tenant_document(event.tenant_id, "events", event.event_id).get()).exists)

    async def commit(self) -> None:
        """Do all that was staged, or nothing.

        Raises Conflict where a document exists already or changed meanwhile, VersionMismatch where one is gone.
        """
        if self._stages:
            from google.api_core.exceptions import Aborted, AlreadyExists, FailedPrecondition, NotFound

            batch = firestore().batch()
            for stage in self._stages:
                stage(batch)
            self.in_doubt = True
            try:
                await batch.commit(timeout=min(10.0, max(0.1, self.context.remaining())))
            except (AlreadyExists, FailedPrecondition, Aborted) as error:
                landed = await self._landed()
                self.in_doubt = False
                if not landed:
                    raise _conflict(error) from error
            except NotFound as error:
                self.in_doubt = False
                raise VersionMismatch("It was deleted meanwhile.") from error
        self.in_doubt = False
        self._stages.clear()
        for action in self._after:
            await action()
        self._after.clear()


def _conflict(error: Exception) -> Conflict:
    if type(error).__name__ == "AlreadyExists":
        return Conflict("It exists already.")
    return Conflict("It was changed by another call at the same time. Read it again, then retry.")
