"""How often a mailbox was written to: one document each, held against while a mail is claimed, so that two campaigns at
once cannot both take the last place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from shared_layer.marketing.mail.setup import FrequencyCap
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference, DocumentSnapshot

COLLECTION: Final = "marketing_frequency"
KEPT: Final = timedelta(days=31)


def frequency_document(tenant_id: str, mailbox: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/marketing_frequency/{mailbox}`."""
    return tenant_document(tenant_id, COLLECTION, mailbox)


@dataclass(frozen=True, slots=True)
class Frequency:
    """The mails of the last month to one mailbox, as they were read; `read_at` is None where there was no document."""

    slots: dict[str, datetime]
    read_at: Any

    @classmethod
    def of(cls, snapshot: DocumentSnapshot) -> Frequency:
        """What is stored."""
        if not snapshot.exists:
            return cls({}, None)
        return cls(dict(snapshot.get("slots")), snapshot.update_time)

    def full(self, cap: FrequencyCap | None, mail: str, moment: datetime) -> bool:
        """Whether one more would be too many. A mail that has its place already keeps it."""
        if cap is None or mail in self.slots:
            return False
        since = moment - timedelta(days=cap.days)
        return sum(1 for at in self.slots.values() if at > since) >= cap.mails

    def with_place(self, mail: str, moment: datetime) -> dict[str, Any]:
        """What is stored once the mail has its place; what is older than a month is left out."""
        kept = {name: at for name, at in self.slots.items() if at > moment - KEPT}
        return {"slots": kept | {mail: self.slots.get(mail, moment)}, "expires_at": moment + KEPT}
