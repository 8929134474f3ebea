"""Keywords read with what they bring: a page of them, or one with its history."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from pydantic import Field

from shared_layer.aso.days import Span, ending
from shared_layer.aso.keyword import COLLECTION, Keyword, KeywordFilter, Tags, Url, Volume, keyword_document
from shared_layer.aso.keyword import Difficulty as DifficultyValue
from shared_layer.aso.measures import BOTH_PERIODS, Compared, Measures, measured, of_row
from shared_layer.aso.phrase import Intent
from shared_layer.aso.site import Site
from shared_layer.aso.sites import chosen_site, sites_of
from shared_layer.aso.tables import performance_table
from shared_layer.core.caller import Caller
from shared_layer.core.errors import VersionMismatch
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, Page, Query
from shared_layer.messaging.unit import Unit
from shared_layer.storage.cache import cached
from shared_layer.storage.documents import page, read, tenant_collection
from shared_layer.storage.tenant_tables import query_tenant, tenant_table_id

PERIOD_DAYS: Final = 28
HISTORY_DAYS: Final = 90
PAGES_AT_MOST: Final = 20


class KeywordView(Keyword):
    """A keyword with its performance over 28 days against the 28 before; null where no site shows it."""

    performance: Compared | None


class RankDay(Model):
    """A day on which the keyword was seen."""

    day: date
    measures: Measures


class RankPage(Model):
    """A page that the keyword was found with, over 28 days."""

    page: str
    measures: Measures


class KeywordDetail(KeywordView):
    """A keyword with its history of 90 days and its pages; the best one by clicks comes first."""

    site_id: str | None
    data_date: date | None
    rank_history: list[RankDay]
    pages: list[RankPage]
    rank_change: float | None = Field(description="Positions won (negative) or lost since the oldest of 28 days.")


class KeywordChanges(Model):
    """What may be changed; a field left out stays."""

    volume: Volume | None = None
    difficulty: DifficultyValue | None = None
    intent: Intent | None = None
    tags: Tags | None = None
    target_url: Url | None = None


class KeywordQuery(Query):
    """The site whose numbers are shown; the oldest where none is named."""

    site_id: Id | None = Field(default=None, examples=["site_1"])


async def list_keywords(wanted: KeywordFilter, caller: Caller) -> Page[KeywordView]:
    """Keywords in alphabetical order. Raises NotFound for a site that is not there."""
    from google.cloud.firestore import FieldFilter

    site = await _site(wanted.site_id, caller.tenant_id)
    found = tenant_collection(caller.tenant_id, COLLECTION)
    narrowed: dict[str, Any] = {
        "intent": wanted.intent,
        "branded": wanted.branded,
        "cluster_id": wanted.cluster_id,
    }
    for name, value in narrowed.items():
        if value is not None:
            found = found.where(filter=FieldFilter(name, "==", value))
    if wanted.tag is not None:
        found = found.where(filter=FieldFilter("tags", "array_contains", wanted.tag.lower()))
    listed = await page(found, Keyword, wanted, ["text"])
    numbers = await _performance(site, [one.text for one in listed.items], caller.tenant_id)
    items = [KeywordView(**one.model_dump(), performance=numbers.get(one.text)) for one in listed.items]
    return Page[KeywordView](items=items, next_cursor=listed.next_cursor)


async def get_keyword(keyword_id: Id, wanted: KeywordQuery, caller: Caller) -> KeywordDetail:
    """One keyword with its history. Raises NotFound."""
    keyword = await read(keyword_document(caller.tenant_id, keyword_id), Keyword)
    site = await _site(wanted.site_id, caller.tenant_id)
    if site is None or site.data_date is None:
        return KeywordDetail(
            **keyword.model_dump(), performance=None, site_id=site.id if site else None, data_date=None,
            rank_history=[], pages=[], rank_change=None,
        )  # fmt: skip
    numbers = await _performance(site, [keyword.text], caller.tenant_id)
    parts = (site.id, str(site.last_synced_at), "history", keyword.text)
    found = await cached(
        caller.tenant_id, "aso_keywords", parts, lambda: _history(site, keyword.text, caller.tenant_id)
    )
    days = [RankDay.model_validate(one) for one in found.value["days"]]
    recent = [one.measures.position for one in days if one.day in _within(site)]
    return KeywordDetail(
        **keyword.model_dump(),
        performance=numbers.get(keyword.text),
        site_id=site.id,
        data_date=site.data_date,
        rank_history=days,
        pages=[RankPage.model_validate(one) for one in found.value["pages"]],
        rank_change=round(recent[-1] - recent[0], 3) if len(recent) > 1 and recent[0] and recent[-1] else None,
    )


async def update_keyword(keyword_id: Id, changes: KeywordChanges, version: int, caller: Caller, unit: Unit) -> Keyword:
    """Change a keyword as of `version`. Raises NotFound, VersionMismatch."""
    keyword = await read(keyword_document(caller.tenant_id, keyword_id), Keyword)
    if keyword.version != version:
        raise VersionMismatch()
    for name in changes.model_fields_set:
        value = getattr(changes, name)
        if value is not None or name not in ("intent", "tags"):
            setattr(keyword, name, value)
    if changes.intent is not None:
        keyword.intent_set = True
    unit.replace(keyword_document(caller.tenant_id, keyword_id), keyword)
    return keyword


async def delete_keyword(keyword_id: Id, caller: Caller, unit: Unit) -> None:
    """Stage that a keyword is followed no more. Raises NotFound."""
    keyword = await read(keyword_document(caller.tenant_id, keyword_id), Keyword)
    unit.delete(keyword_document(caller.tenant_id, keyword.id))


async def _site(site_id: str | None, tenant_id: str) -> Site | None:
    """The site that is named, else the oldest; None where there is none at all."""
    if site_id is not None:
        return await chosen_site(site_id, tenant_id)
    return next(iter(await sites_of(tenant_id)), None)


def _within(site: Site) -> Span:
    assert site.data_date is not None
    return ending(site.data_date, PERIOD_DAYS)


async def _performance(site: Site | None, texts: list[str], tenant_id: str) -> dict[str, Compared]:
    """What each search brought, in one query for all of them."""
    if site is None or site.data_date is None or not texts:
        return {}
    parts = (site.id, str(site.last_synced_at), *texts)
    found = await cached(tenant_id, "aso_keywords", parts, lambda: _ask(site, texts, tenant_id))
    return {text: Compared.model_validate(one) for text, one in found.value.items()}


async def _ask(site: Site, texts: list[str], tenant_id: str) -> dict[str, Any]:
    span = _within(site)
    sql = f"""SELECT query, {BOTH_PERIODS}
FROM `{tenant_table_id(performance_table(tenant_id, site.id))}`
WHERE date >= @first AND date <= @until AND query IN UNNEST(@queries)
GROUP BY query"""  # noqa: S608 (names from the code; values are parameters)
    before = span.before()
    answer = await query_tenant(sql, first=before.since, since=span.since, until=span.until, queries=texts)
    return {row["query"]: of_row(row).model_dump(mode="json") for row in answer.rows}


async def _history(site: Site, text: str, tenant_id: str) -> dict[str, Any]:
    assert site.data_date is not None
    span, recent = ending(site.data_date, HISTORY_DAYS), _within(site)
    sql = f"""SELECT date, page, SUM(clicks) AS clicks, SUM(impressions) AS impressions,
  SUM(position * impressions) AS weighted
FROM `{tenant_table_id(performance_table(tenant_id, site.id))}`
WHERE date >= @since AND date <= @until AND query = @text
GROUP BY date, page"""  # noqa: S608 (names from the code; values are parameters)
    rows = (await query_tenant(sql, since=span.since, until=span.until, text=text)).rows
    days = {one["date"]: [row for row in rows if row["date"] == one["date"]] for one in rows}
    pages = {
        one["page"]: [row for row in rows if row["page"] == one["page"] and row["date"] >= recent.since] for one in rows
    }
    shown = sorted(((name, _joined(own)) for name, own in pages.items() if own), key=lambda one: -one[1].clicks)
    return {
        "days": [{"day": day.isoformat(), "measures": _joined(days[day]).model_dump()} for day in sorted(days)],
        "pages": [{"page": name, "measures": own.model_dump()} for name, own in shown[:PAGES_AT_MOST]],
    }


def _joined(rows: list[dict[str, Any]]) -> Measures:
    return measured(
        sum(row["clicks"] for row in rows),
        sum(row["impressions"] for row in rows),
        sum(row["weighted"] for row in rows),
    )
