"""The mail of a mailbox that is no longer connected, deleted from the index."""

from __future__ import annotations

from shared_layer.gmail.arriving import COLLECTION as ARRIVALS
from shared_layer.gmail.message import COLLECTION
from shared_layer.gmail.thread import COLLECTION as THREADS
from shared_layer.storage.documents import tenant_collection


async def forget_mail(tenant_id: str, mailbox_id: str) -> None:
    """Delete the mails and threads of a mailbox; harmless when repeated."""
    from google.cloud.firestore import FieldFilter

    of_mailbox = FieldFilter("mailbox_id", "==", mailbox_id)
    for collection in (
        tenant_collection(tenant_id, COLLECTION),
        tenant_collection(tenant_id, THREADS),
        tenant_collection(tenant_id, ARRIVALS),
    ):
        async for snapshot in collection.where(filter=of_mailbox).select([]).stream():
            await snapshot.reference.delete()
