"""A form's fields: who filled it in, by the names that forms give such fields, and the rest as it came."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from shared_layer.messaging.events.webhooks import LeadCaptured
from shared_layer.webhooks.normalising.reading import moment

FIELDS: Final = 50
LONGEST: Final = 2_000

_NAMES: Final = {
    "email": ("email", "emailaddress", "mail", "youremail", "workemail"),
    "name": ("name", "fullname", "yourname", "contactname"),
    "phone": ("phone", "phonenumber", "telephone", "tel", "mobile", "yourphone"),
    "company": ("company", "companyname", "organisation", "organization", "business"),
}
_FIRST: Final = ("firstname", "givenname", "fname")
_LAST: Final = ("lastname", "familyname", "surname", "lname")
_ITS_OWN: Final = ("submission_id", "event_id", "id", "submitted_at")
"""What a form says of the submission, not of the person."""

_FORM: Final = ("form", "formname", "formid")
_PLAIN: Final = re.compile("[^a-z0-9]")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s.]{2,63}")


def lead_of(webhook_id: str, body: dict[str, Any], source_name: str, received_at: datetime) -> LeadCaptured:
    """The lead of a form that was sent: `form` is what the form calls itself, else the source's name.

    It was filled in when `submitted_at` says so, and at the latest when it came.
    """
    nested = body.get("fields") or body.get("data")
    flat = {**body, **nested} if isinstance(nested, dict) else dict(body)
    texts = {name: _text(value) for name, value in flat.items() if not isinstance(value, dict | list)}
    by_name = {_PLAIN.sub("", name.lower()): name for name in texts if texts[name]}
    used: set[str] = set()

    def take(names: tuple[str, ...]) -> str | None:
        name = next((by_name[each] for each in names if each in by_name), None)
        if name is None:
            return None
        used.add(name)
        return texts[name]

    named = {field: take(names) for field, names in _NAMES.items()}
    parts = [part for part in (take(_FIRST), take(_LAST)) if part]
    email = named["email"].lower() if named["email"] and _EMAIL.fullmatch(named["email"]) else None
    form = take(_FORM) or source_name
    rest = {name: value for name, value in texts.items() if value and name not in {*used, *_ITS_OWN}}
    if named["email"] and email is None:
        rest["email"] = named["email"]
    return LeadCaptured(
        lead_id=webhook_id.replace("whr_", "lead_", 1),
        form=form[:200],
        email=email,
        name=named["name"] or " ".join(parts) or None,
        phone=named["phone"],
        company=named["company"],
        fields=dict(list(rest.items())[:FIELDS]),
        captured_at=min(moment(flat.get("submitted_at"), received_at), received_at),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).strip()[:LONGEST]
