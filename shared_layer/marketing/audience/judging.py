"""Whether a contact belongs to a segment, and why: each rule with what it found."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

from shared_layer.core.models import Model, empty_list
from shared_layer.crm.contact import StoredContact
from shared_layer.crm.interaction import COLLECTION as INTERACTIONS
from shared_layer.marketing.audience.rules import (
    AllOf,
    AnyOf,
    AnyRule,
    CampaignRule,
    DidRule,
    FieldRule,
    NoneOf,
    parts_of,
)
from shared_layer.marketing.mail.mail import COLLECTION as MAILS
from shared_layer.storage.documents import tenant_collection

SHOWN: Final = 10


class RuleExplanation(Model):
    """One rule for one contact: whether it held, what was found, and the same for the rules below it."""

    rule: str
    held: bool
    found: list[str] = empty_list()
    parts: list[RuleExplanation] = empty_list()


async def belongs(rule: AnyRule, contact: StoredContact, tenant_id: str, moment: datetime) -> bool:
    """Whether the rule holds. What needs no further reading is looked at first, and the rest only where it matters."""
    match rule:
        case AllOf() | AnyOf() | NoneOf():
            wanted = isinstance(rule, AllOf)
            for part in sorted(parts_of(rule), key=lambda one: not isinstance(one, FieldRule)):
                if await belongs(part, contact, tenant_id, moment) != wanted:
                    return isinstance(rule, AnyOf)
            return not isinstance(rule, AnyOf)
    return (await _leaf(rule, contact, tenant_id, moment)).held


async def explain(rule: AnyRule, contact: StoredContact, tenant_id: str, moment: datetime) -> RuleExplanation:
    """Every rule of the tree with its verdict, also those that no longer mattered."""
    parts = parts_of(rule)
    if not parts:
        return await _leaf(rule, contact, tenant_id, moment)
    found = await asyncio.gather(*[explain(part, contact, tenant_id, moment) for part in parts])
    verdicts = [one.held for one in found]
    held = all(verdicts) if isinstance(rule, AllOf) else any(verdicts) is isinstance(rule, AnyOf)
    return RuleExplanation(rule=next(iter(type(rule).model_fields)), held=held, parts=list(found))


async def _leaf(rule: AnyRule, contact: StoredContact, tenant_id: str, moment: datetime) -> RuleExplanation:
    match rule:
        case FieldRule():
            values = values_of(contact, rule.field)
            shown = [_text(value) for value in values[:SHOWN]]
            return RuleExplanation(rule=_said(rule), held=field_holds(rule, values, moment), found=shown)
        case DidRule():
            moments = await _interactions(rule, contact.id, tenant_id, moment)
            shown = [one.isoformat() for one in moments[:SHOWN]]
            return RuleExplanation(rule=_said(rule), held=len(moments) >= rule.at_least, found=shown)
        case CampaignRule():
            mails = await _mails(rule, contact.id, tenant_id)
            return RuleExplanation(rule=_said(rule), held=bool(mails), found=mails)
    raise TypeError(f"{type(rule).__name__} is no leaf")


def values_of(contact: StoredContact, field: str) -> list[Any]:
    """What a contact has under a field's name; empty where it has nothing."""
    value: Any = contact
    for name in field.split("."):
        value = value.get(name) if isinstance(value, dict) else getattr(value, name, None)
        if value is None or value == "":
            return []
    return list(value) if isinstance(value, list) else [value]


def field_holds(rule: FieldRule, values: list[Any], moment: datetime) -> bool:
    """Whether a field's values fit; of several, one that fits is enough."""
    texts = [_text(value).casefold() for value in values]
    match rule.op:
        case "exists":
            return bool(values)
        case "missing":
            return not values
        case "is":
            return _text(rule.value).casefold() in texts
        case "is_not":
            return _text(rule.value).casefold() not in texts
        case "in":
            assert isinstance(rule.value, list)
            return any(one.casefold() in texts for one in rule.value)
        case "contains":
            return any(_text(rule.value).casefold() in text for text in texts)
    assert isinstance(rule.value, float | int)
    if rule.op in ("within_days", "not_within_days"):
        since = moment - timedelta(days=min(float(rule.value), 36_500))
        recent = any(isinstance(value, datetime) and value >= since for value in values)
        return recent is (rule.op == "within_days")
    numbers = [number for value in values if (number := _number(value)) is not None]
    return any(one >= rule.value if rule.op == "at_least" else one <= rule.value for one in numbers)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _said(rule: FieldRule | DidRule | CampaignRule) -> str:
    """The rule in a few words."""
    match rule:
        case FieldRule():
            given = ", ".join(rule.value) if isinstance(rule.value, list) else _text(rule.value)
            return f"{rule.field} {rule.op}" + ("" if rule.value is None else f" {given}")
        case DidRule():
            within = f" within {rule.within_days} days" if rule.within_days else ""
            return f"did {rule.did} at least {rule.at_least}×{within}"
    return f"campaign {rule.campaign}" + (f" of {rule.campaign_id}" if rule.campaign_id else "")


async def _interactions(rule: DidRule, contact_id: str, tenant_id: str, moment: datetime) -> list[datetime]:
    """The latest moments of that kind, as many as the rule asks for: one keyed read."""
    from google.cloud.firestore import FieldFilter, Query

    found = tenant_collection(tenant_id, INTERACTIONS)
    conditions = [("state", "==", "shown"), ("contact_id", "==", contact_id), ("kind", "==", rule.did)]
    if rule.within_days is not None:
        conditions.append(("occurred_at", ">=", moment - timedelta(days=rule.within_days)))  # type: ignore[arg-type]
    for name, operator, value in conditions:
        found = found.where(filter=FieldFilter(name, operator, value))
    found = found.order_by("occurred_at", direction=Query.DESCENDING).limit(rule.at_least)
    return [snapshot.get("occurred_at") async for snapshot in found.stream()]


async def _mails(rule: CampaignRule, contact_id: str, tenant_id: str) -> list[str]:
    """One mail that fits, by its id."""
    from google.cloud.firestore import FieldFilter

    conditions: list[tuple[str, Any]] = [("contact_id", contact_id)]
    conditions.append(("state", "sent") if rule.campaign == "sent" else (rule.campaign, True))
    if rule.campaign_id is not None:
        conditions.append(("campaign_id", rule.campaign_id))
    found = tenant_collection(tenant_id, MAILS)
    for name, value in conditions:
        found = found.where(filter=FieldFilter(name, "==", value))
    return [snapshot.id async for snapshot in found.limit(1).stream()]
