"""Playing: recorded events committed to a local tenant's outbox, from where everything goes its usual way.

The relay publishes them, the handlers take them through their inboxes, the event store, the audit chain and the
live feeds show them. Nothing is delivered around the platform.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from infra.local.refusal import Refusal
from shared_layer.messaging.envelope import Envelope

if TYPE_CHECKING:
    from google.cloud.firestore import Client

AT_ONCE: Final = 200


@dataclass(slots=True)
class Played:
    """How many events were committed, and how many the tenant had already."""

    new: int = 0
    known: int = 0


def read_recording(file: Path) -> Iterator[Envelope]:
    """The events of a recording in its order. Raises Refusal, naming the line that is none."""
    try:
        with file.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield Envelope.model_validate(json.loads(line))
                except (ValueError, ValidationError) as error:
                    raise Refusal(f"{file}, line {number} is no event.", [str(error).splitlines()[0]]) from None
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror}.") from None


def adopted(event: Envelope, tenant_id: str, again: bool) -> Envelope:
    """The event as the tenant's own: under its own id (what was played before is not played twice) or a new one."""
    changes = {"tenant_id": tenant_id} | ({"event_id": str(uuid.uuid4())} if again else {})
    return event.model_copy(update=changes)


def commit(events: Sequence[Envelope], client: Client) -> Played:
    """Commit up to 200 events, those that are not there yet, in one atomic batch."""
    references = {
        client.document("tenants", event.tenant_id, "events", event.event_id): event.model_dump() for event in events
    }
    known = {each.reference for each in client.get_all(list(references)) if each.exists}
    batch = client.batch()
    for reference, fields in references.items():
        if reference not in known:
            batch.create(reference, fields | {"relayed_at": None})
    batch.commit()
    return Played(len(references) - len(known), len(known))


def waiting(tenant_id: str, client: Client) -> int:
    """How many of the tenant's events are not published yet."""
    from google.cloud.firestore import FieldFilter

    events = client.collection("tenants", tenant_id, "events").where(filter=FieldFilter("relayed_at", "==", None))
    return int(events.count().get()[0][0].value)
