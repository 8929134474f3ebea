"""Slack's messages on the timeline, with their edits and deletions, which may come before the message itself.

An edit of a message that nobody told of yet is kept as an awaited interaction; the message then takes its text. Of two
edits the later one counts, whichever comes first.
"""

from __future__ import annotations

from shared_layer.core import clock
from shared_layer.crm.arrivals import Evidence, person
from shared_layer.crm.contact import contact_document
from shared_layer.crm.counters import count_change
from shared_layer.crm.hearing import entry, recorded
from shared_layer.crm.interaction import State, StoredInteraction, business_id, interaction_document
from shared_layer.crm.settings import read_settings
from shared_layer.crm.suggesting import withdraw
from shared_layer.crm.timeline import stage_interaction
from shared_layer.messaging.events.slack import SlackMessageChanged, SlackMessageReceived
from shared_layer.messaging.unit import Unit

LONGEST = 5000


async def hear_message(message: SlackMessageReceived, unit: Unit) -> None:
    """Put a message on the timeline of who wrote it."""
    settings = await read_settings(unit.tenant_id)
    evidence = Evidence(
        way="slack",
        source="slack",
        emails=(message.user_email,) if message.user_email else (),
        slack=(f"{message.team_id}:{message.user_id}",),
        told={"name": message.user_name},
    )
    interaction_id = business_id("slack", message.team_id, message.channel_id, message.ts)
    contact_id = await person(evidence, settings, unit)
    there = await recorded(unit.tenant_id, interaction_id)
    if contact_id is None or (there is not None and there.state != "awaited"):
        return
    made = entry(
        interaction_id, contact_id, evidence, "message", f"{message.channel_id}/{message.ts}", message.sent_at,
        subject=f"#{message.channel_name}"[:300], text=message.text[:LONGEST], thread=message.thread_ts,
    )  # fmt: skip
    if there is not None:
        made.edited_at, made.text = there.edited_at, there.text
        made.state = "deleted" if there.subject == "deleted" else "shown"
    if made.state == "shown":
        stage_interaction(unit, made, awaited=there is not None)
    else:
        unit.put(interaction_document(unit.tenant_id, interaction_id), made.model_dump())


async def hear_change(change: SlackMessageChanged, unit: Unit) -> None:
    """Apply an edit or a deletion, unless a later one was applied before."""
    interaction_id = business_id("slack", change.team_id, change.channel_id, change.ts)
    if change.change == "deleted":
        await withdraw(unit, change.team_id, change.channel_id, change.ts)
    snapshot = await interaction_document(unit.tenant_id, interaction_id).get()
    if not snapshot.exists:
        unit.create(interaction_document(unit.tenant_id, interaction_id), _awaited(interaction_id, change).model_dump())
        return
    there = StoredInteraction.model_validate(snapshot.to_dict())
    if there.state == "deleted" or (there.edited_at is not None and there.edited_at >= change.changed_at):
        return
    if there.state == "awaited":
        fields = _awaited(interaction_id, change).model_dump()
    else:
        state: State = "deleted" if change.change == "deleted" else "shown"
        fields = {"text": change.text[:LONGEST], "edited_at": change.changed_at, "state": state}
        if state == "deleted" and there.contact_id is not None:
            _uncount(unit, there)
    unit.patch_unchanged(interaction_document(unit.tenant_id, interaction_id), fields, snapshot.update_time)


def _awaited(interaction_id: str, change: SlackMessageChanged) -> StoredInteraction:
    return StoredInteraction(
        id=interaction_id,
        contact_id=None,
        kind="message",
        origin="slack",
        reference=f"{change.channel_id}/{change.ts}",
        subject=change.change,
        text=change.text[:LONGEST],
        occurred_at=change.changed_at,
        edited_at=change.changed_at,
        state="awaited",
        recorded_by="slack",
        recorded_at=clock.utcnow(),
    )


def _uncount(unit: Unit, interaction: StoredInteraction) -> None:
    from google.cloud.firestore import Increment

    assert interaction.contact_id is not None
    unit.patch(contact_document(unit.tenant_id, interaction.contact_id), {"interactions": Increment(-1)})
    count_change(unit, interaction.id, {("interactions", "kind", interaction.kind): 1}, {})
