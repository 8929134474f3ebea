"""Events of the CRM."""

from __future__ import annotations

from datetime import datetime

from shared_layer.messaging.registry import EventPayload, event_type


@event_type("contact_created")
class ContactCreated(EventPayload):
    """A new contact; `origin` is how it came: `api`, `import`, `slack`, `gmail`, `form` or `payment`."""

    contact_id: str
    origin: str


@event_type("contact_updated")
class ContactUpdated(EventPayload):
    contact_id: str
    changed: list[str]


@event_type("contact_deleted")
class ContactDeleted(EventPayload):
    contact_id: str


@event_type("contact_restored")
class ContactRestored(EventPayload):
    contact_id: str


@event_type("contacts_merged")
class ContactsMerged(EventPayload):
    """`merged_id` went into `contact_id`; `merge_id` undoes it."""

    merge_id: str
    contact_id: str
    merged_id: str


@event_type("contacts_unmerged")
class ContactsUnmerged(EventPayload):
    merge_id: str
    contact_id: str
    restored_id: str


@event_type("contacts_imported")
class ContactsImported(EventPayload):
    import_id: str
    created: int
    updated: int
    skipped: int


@event_type("contacts_import_undone")
class ContactsImportUndone(EventPayload):
    import_id: str
    removed: int
    reverted: int


@event_type("interaction_recorded")
class InteractionRecorded(EventPayload):
    """Something passed between us and a contact; `kind`: mail, message, call, meeting, note, payment or form."""

    interaction_id: str
    contact_id: str
    kind: str
    occurred_at: datetime


@event_type("crm_task_suggestion_changed")
class CrmTaskSuggestionChanged(EventPayload):
    """A task was suggested by somebody's words (`open`), or that was `accepted` or `dismissed`."""

    suggestion_id: str
    contact_id: str
    state: str
    task_id: str | None = None


@event_type("crm_task_changed")
class CrmTaskChanged(EventPayload):
    task_id: str
    contact_id: str | None = None
    status: str


@event_type("crm_task_reminded")
class CrmTaskReminded(EventPayload):
    """A task asked to be remembered now; told once for each `remind_at`."""

    task_id: str
    contact_id: str | None = None
    assignee: str | None = None
    due_at: datetime | None = None


@event_type("deal_created")
class DealCreated(EventPayload):
    deal_id: str
    contact_id: str | None = None
    stage: str


@event_type("deal_stage_changed")
class DealStageChanged(EventPayload):
    deal_id: str
    contact_id: str | None = None
    stage: str
    former_stage: str


@event_type("deal_won")
class DealWon(EventPayload):
    """A conversion. `amount_minor` is in the currency's smallest unit."""

    deal_id: str
    contact_id: str | None = None
    amount_minor: int
    currency: str
    won_at: datetime


@event_type("crm_scoring_due")
class CrmScoringDue(EventPayload):
    """A tenant's contacts behind the id `after` are to be scored, a part at once; `night` is the day it began."""

    night: str
    after: str | None = None


@event_type("contact_going_cold")
class ContactGoingCold(EventPayload):
    contact_id: str
    days_silent: int
    score: int
