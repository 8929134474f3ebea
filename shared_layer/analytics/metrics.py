"""The named metrics: each one SQL expression over the relation `events`, with what exactly it counts.

To add one: a row here. `events` holds each event of the tenant and the period once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Unit = Literal["count", "usd", "currency", "ratio", "milliseconds", "tokens"]

CAMPAIGN_STATES: Final = ("campaign_created", "campaign_status_changed")
KEY_STATES: Final = ("api_key_created", "api_key_rotated", "api_key_revoked")
AI_CALL: Final = "ai_call_completed"
VALIDATED: Final = "validation_complete"
CONVERTED: Final = "conversion_recorded"
TAKEN_BACK: Final = "conversion_reversed"


@dataclass(frozen=True, slots=True)
class Metric:
    """A number that can be asked for.

    `event_types` are all that it looks at (empty: every event); `columns` what it reads beside the type; `implies`
    dimensions without which it says little; `latest` that it needs to know each subject's latest change of state.
    """

    name: str
    unit: Unit
    description: str
    expression: str
    event_types: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    implies: tuple[str, ...] = ()
    latest: bool = False


def _is(*event_types: str) -> str:
    listed = ", ".join(f"'{name}'" for name in event_types)
    return f"event_type IN ({listed})"


def _count(condition: str) -> str:
    return f"COUNT(IF({condition}, 1, NULL))"


def _number(field: str) -> str:
    """A whole number in the payload of an AI call; NULL in any other event."""
    return f"IF({_is(AI_CALL)}, CAST(JSON_VALUE(payload, '$.{field}') AS INT64), NULL)"


def _micros(event_type: str) -> str:
    """The amount in an event of one type; NULL in any other event."""
    return f"IF({_is(event_type)}, CAST(JSON_VALUE(payload, '$.amount_micros') AS INT64), NULL)"


_CALLS: Final = f"IF({_is(AI_CALL)}, COALESCE(CAST(JSON_VALUE(payload, '$.calls') AS INT64), 1), NULL)"
"""How many prompts an event tells of: the ones that the cache answered alike are told together."""


def _subjects(event_type: str, field: str) -> str:
    return f"COUNT(DISTINCT IF({_is(event_type)}, JSON_VALUE(payload, '$.{field}'), NULL))"


_PASSED: Final = f"{_is(VALIDATED)} AND JSON_VALUE(payload, '$.outcome') = 'passed'"

_ALL: Final = (
    Metric("event_count", "count", "Events.", "COUNT(*)"),
    Metric("event_types", "count", "Different types of events.", "COUNT(DISTINCT event_type)"),
    Metric(
        "requests",
        "count",
        "Different requests that led to events, counted by correlation id.",
        "COUNT(DISTINCT correlation_id)",
        columns=("correlation_id",),
    ),
    Metric(
        "campaigns_created",
        "count",
        "Campaigns created in the period.",
        _subjects("campaign_created", "campaign_id"),
        ("campaign_created",),
        ("payload",),
    ),
    Metric(
        "campaigns_launched",
        "count",
        "Campaigns that started to run in the period, for the first time or again.",
        "COUNT(DISTINCT IF(event_type = 'campaign_status_changed' AND status = 'running',"
        " JSON_VALUE(payload, '$.campaign_id'), NULL))",
        ("campaign_status_changed",),
        ("payload", "status"),
    ),
    Metric(
        "campaigns_by_status",
        "count",
        "Campaigns by the status that the latest change within the period gave them (creation counts as a change).",
        _count(f"latest AND {_is(*CAMPAIGN_STATES)}"),
        CAMPAIGN_STATES,
        implies=("status",),
        latest=True,
    ),
    Metric(
        "mails_sent",
        "count",
        "Campaign mails that a provider took, second rounds included.",
        _subjects("campaign_mail_sent", "mail_id"),
        ("campaign_mail_sent",),
        ("payload",),
    ),
    Metric(
        "mails_clicked",
        "count",
        "Campaign mails in which a person followed a link; each once, machines never.",
        _subjects("campaign_mail_clicked", "mail_id"),
        ("campaign_mail_clicked",),
        ("payload",),
    ),
    Metric(
        "mails_bounced",
        "count",
        "Campaign mails that came back for good.",
        "COUNT(DISTINCT IF(event_type = 'campaign_mail_feedback' AND JSON_VALUE(payload, '$.outcome') = 'bounced',"
        " JSON_VALUE(payload, '$.mail_id'), NULL))",
        ("campaign_mail_feedback",),
        ("payload",),
    ),
    Metric(
        "mail_unsubscribes",
        "count",
        "Campaign mails by whose link somebody unsubscribed.",
        _subjects("campaign_unsubscribed", "mail_id"),
        ("campaign_unsubscribed",),
        ("payload",),
    ),
    Metric(
        "mail_click_rate",
        "ratio",
        "Mails clicked to mails sent in the period, 0 to 1; null where none was sent.",
        f"{_subjects('campaign_mail_clicked', 'mail_id')} / NULLIF({_subjects('campaign_mail_sent', 'mail_id')}, 0)",
        ("campaign_mail_sent", "campaign_mail_clicked"),
        ("payload",),
    ),
    Metric(
        "ai_calls",
        "count",
        "Prompts answered, from the cache too.",
        f"COALESCE(SUM({_CALLS}), 0)",
        (AI_CALL,),
        ("payload",),
    ),
    Metric(
        "ai_cost_usd",
        "usd",
        "What the answered prompts cost, in US dollars; an answer from the cache costs nothing.",
        f"ROUND(COALESCE(SUM({_number('cost_micros')}), 0) * 1e-6, 6)",
        (AI_CALL,),
        ("payload",),
    ),
    Metric(
        "ai_tokens",
        "tokens",
        "Tokens of the answered prompts and of their answers.",
        f"COALESCE(SUM({_number('prompt_tokens')} + {_number('completion_tokens')}), 0)",
        (AI_CALL,),
        ("payload",),
    ),
    Metric(
        "ai_cache_hit_rate",
        "ratio",
        "The part of the answered prompts that came from the cache, 0 to 1; null where there was none.",
        f"SUM(IF(JSON_VALUE(payload, '$.cached') = 'true', {_CALLS}, 0)) / NULLIF(SUM({_CALLS}), 0)",
        (AI_CALL,),
        ("payload",),
    ),
    Metric(
        "ai_latency_ms",
        "milliseconds",
        "The mean time to a whole answer of prompts that were not answered from the cache; null where there was none.",
        f"ROUND(AVG(IF({_is(AI_CALL)} AND JSON_VALUE(payload, '$.cached') = 'false',"
        " CAST(JSON_VALUE(payload, '$.latency_ms') AS FLOAT64), NULL)), 3)",
        (AI_CALL,),
        ("payload",),
    ),
    Metric(
        "search_opportunities_found",
        "count",
        "Search opportunities that were found in the period and were not there before.",
        _subjects("opportunity_found", "opportunity_id"),
        ("opportunity_found",),
        ("payload",),
    ),
    Metric(
        "pages_audited",
        "count",
        "Audits of pages.",
        _subjects("page_audited", "audit_id"),
        ("page_audited",),
        ("payload",),
    ),
    Metric(
        "content_pieces_published",
        "count",
        "Pieces of content that were published in the period, each once however often.",
        _subjects("content_published", "content_id"),
        ("content_published",),
        ("payload",),
    ),
    Metric(
        "validation_pass_rate",
        "ratio",
        "The part of the validations of the period that passed, 0 to 1; null where there was none.",
        f"ROUND({_count(_PASSED)} / NULLIF({_count(_is(VALIDATED))}, 0), 4)",
        (VALIDATED,),
        ("payload",),
    ),
    Metric(
        "api_keys_created",
        "count",
        "API keys created in the period, the successors of rotated ones included.",
        _subjects("api_key_created", "key_id"),
        ("api_key_created",),
        ("payload",),
    ),
    Metric(
        "active_api_keys",
        "count",
        "API keys created in the period and neither rotated nor revoked within it. Expiry dates are not looked at.",
        _count(f"latest AND {_is('api_key_created')}"),
        KEY_STATES,
        latest=True,
    ),
    Metric(
        "conversions",
        "count",
        "Conversions recorded in the period: payments, won deals, and those that were sent in.",
        _subjects(CONVERTED, "conversion_id"),
        (CONVERTED,),
        ("payload",),
    ),
    Metric(
        "conversion_revenue",
        "currency",
        "What conversions brought in the period, less what went back in it, by currency and in its units.",
        f"ROUND(COALESCE(SUM({_micros(CONVERTED)}), 0) * 1e-6 - COALESCE(SUM({_micros(TAKEN_BACK)}), 0) * 1e-6, 6)",
        (CONVERTED, TAKEN_BACK),
        ("payload",),
        implies=("currency",),
    ),
)

METRICS: Final[dict[str, Metric]] = {metric.name: metric for metric in _ALL}
STATES: Final = (*CAMPAIGN_STATES, *KEY_STATES)
SUBJECT: Final = "COALESCE(JSON_VALUE(payload, '$.campaign_id'), JSON_VALUE(payload, '$.key_id'))"
"""Whose state an event of `STATES` changes."""
