"""Keywords imported: each row judged, spellings of one search joined, one commit, an event of those that are new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, model_validator

from shared_layer.aso.branding import is_branded
from shared_layer.aso.keyword import Keyword, KeywordRow, keyword_document
from shared_layer.aso.keyword_file import ROWS_AT_MOST, Format, ReadRow, read_file
from shared_layer.aso.phrase import cluster_of, core_of, intent_of, keyword_id, normal
from shared_layer.aso.settings import AsoSettings, read_settings
from shared_layer.aso.sites import mark_changed
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.models import Model, empty_list
from shared_layer.messaging.events.aso import DetectedKeyword, KeywordDetected
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot
from shared_layer.storage.gcp_clients import firestore

TOLD_AT_ONCE: Final = 100
Outcome = Literal["new", "updated", "unchanged", "duplicate", "invalid"]


class KeywordImport(Model):
    """Either `rows`, or a file's text as `csv`; `format` search_console takes the searches of its export alone."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"rows": [{"keyword": "best espresso beans", "volume": 12100, "difficulty": 38}], "dry_run": False}
            ]
        }
    )

    rows: Annotated[list[KeywordRow], Field(min_length=1, max_length=ROWS_AT_MOST)] | None = None
    csv: (
        Annotated[
            str, Field(min_length=1, max_length=2 << 20, examples=["Keyword,Volume,KD %\nespresso beans,12100,38\n"])
        ]
        | None
    ) = None
    format: Format = "csv"
    dry_run: bool = False

    @model_validator(mode="after")
    def _one_of_both(self) -> KeywordImport:
        if (self.rows is None) == (self.csv is None):
            raise ValueError("send either rows or csv")
        return self


class ImportedRow(Model):
    """What became of a row. `row` counts from 1; `problems` say what to correct."""

    row: int
    outcome: Outcome
    keyword_id: str | None = None
    keyword: str | None = None
    intent: str | None = None
    branded: bool | None = None
    cluster_id: str | None = None
    duplicate_of_row: int | None = None
    problems: list[str] = Field(default_factory=empty_list)


class ImportReport(Model):
    """Every row, and how many came to which outcome."""

    dry_run: bool
    counts: dict[str, int]
    clusters: int = Field(description="Different clusters among the rows.")
    rows: list[ImportedRow]


@dataclass(frozen=True, slots=True)
class _Making:
    """What every keyword of an import takes from outside its row."""

    tenant_id: str
    settings: AsoSettings
    origin: str


async def import_keywords(wanted: KeywordImport, caller: Caller, unit: Unit) -> ImportReport:
    """Stage the keywords that are new or say something new. Raises ValidationFailed for a file that cannot be read."""
    origin: str
    if wanted.csv is not None:
        read, origin = read_file(wanted.csv, wanted.format), wanted.format
    else:
        read, origin = [ReadRow(number, row) for number, row in enumerate(wanted.rows or [], start=1)], "api"
    settings = await read_settings(caller.tenant_id)
    first = _first_rows(read, caller.tenant_id)
    known = await _known(list(first), caller.tenant_id)
    reports, fresh = [], list[Keyword]()
    for row in read:
        report, keyword = _judge(row, first, known, _Making(caller.tenant_id, settings, origin))
        reports.append(report)
        if keyword is None or wanted.dry_run:
            continue
        if report.outcome == "new":
            unit.create(keyword_document(caller.tenant_id, keyword.id), keyword.model_dump())
            fresh.append(keyword)
        else:
            unit.replace(keyword_document(caller.tenant_id, keyword.id), keyword)
    _tell(fresh, origin, unit)
    if fresh:
        await mark_changed(caller.tenant_id, unit)
    clusters = {report.cluster_id for report in reports if report.cluster_id}
    counts = dict(Counter(report.outcome for report in reports))
    return ImportReport(dry_run=wanted.dry_run, counts=counts, clusters=len(clusters), rows=reports)


def _first_rows(rows: Sequence[ReadRow], tenant_id: str) -> dict[str, int]:
    """The ids of all keywords, each with the first row that names it."""
    first: dict[str, int] = {}
    for row in rows:
        if row.keyword is not None and normal(row.keyword.keyword):
            first.setdefault(keyword_id(tenant_id, row.keyword.keyword), row.number)
    return first


async def _known(ids: Sequence[str], tenant_id: str) -> dict[str, Keyword]:
    references = [keyword_document(tenant_id, one) for one in ids]
    found = [one async for one in firestore().get_all(references) if one.exists] if references else []
    return {one.id: from_snapshot(one, Keyword) for one in found}


def _judge(
    row: ReadRow, first: Mapping[str, int], known: Mapping[str, Keyword], making: _Making
) -> tuple[ImportedRow, Keyword | None]:
    """What becomes of a row, and the keyword to be written where one is."""
    given = row.keyword
    if given is None or not normal(given.keyword):
        problems = row.problems or ["keyword: nothing is left of it but punctuation"]
        return ImportedRow(row=row.number, outcome="invalid", problems=problems), None
    one = keyword_id(making.tenant_id, given.keyword)
    if first[one] != row.number:
        return _report(row, "duplicate", _new(given, making), first[one]), None
    if one not in known:
        keyword = _new(given, making)
        return _report(row, "new", keyword), keyword
    keyword = known[one]
    changed = _change(keyword, given, making.settings)
    return _report(row, "updated" if changed else "unchanged", keyword), keyword if changed else None


def _new(given: KeywordRow, making: _Making) -> Keyword:
    moment, branded = clock.utcnow(), is_branded(given.keyword, making.settings.brand_terms)
    facts: dict[str, Any] = {
        "id": keyword_id(making.tenant_id, given.keyword),
        "text": normal(given.keyword),
        "spelling": given.keyword,
        "intent": given.intent or intent_of(given.keyword, branded=branded),
        "intent_set": given.intent is not None,
        "branded": branded,
        "cluster_id": cluster_of(given.keyword),
        "topic": list(core_of(given.keyword)),
        "volume": given.volume,
        "difficulty": given.difficulty,
        "tags": list(dict.fromkeys(given.tags)),
        "target_url": given.target_url,
        "origin": making.origin,
    }
    return Keyword.model_validate(facts | {"created_at": moment, "updated_at": moment})


def _change(keyword: Keyword, given: KeywordRow, settings: AsoSettings) -> bool:
    """Take over what the row says; whether anything is different now. Tags are added, never taken away."""
    before = keyword.model_dump()
    keyword.volume = keyword.volume if given.volume is None else given.volume
    keyword.difficulty = keyword.difficulty if given.difficulty is None else given.difficulty
    keyword.target_url = given.target_url or keyword.target_url
    keyword.tags = list(dict.fromkeys([*keyword.tags, *given.tags]))[:20]
    keyword.branded = is_branded(keyword.text, settings.brand_terms)
    if given.intent is not None:
        keyword.intent, keyword.intent_set = given.intent, True
    elif not keyword.intent_set:
        keyword.intent = intent_of(keyword.text, branded=keyword.branded)
    return keyword.model_dump() != before


def _report(row: ReadRow, outcome: Outcome, keyword: Keyword, duplicate_of: int | None = None) -> ImportedRow:
    return ImportedRow(
        row=row.number,
        outcome=outcome,
        keyword_id=keyword.id,
        keyword=keyword.text,
        intent=keyword.intent,
        branded=keyword.branded,
        cluster_id=keyword.cluster_id,
        duplicate_of_row=duplicate_of,
    )


def _tell(fresh: Sequence[Keyword], origin: str, unit: Unit) -> None:
    for start in range(0, len(fresh), TOLD_AT_ONCE):
        told = [
            DetectedKeyword(
                keyword_id=one.id,
                keyword=one.text,
                intent=one.intent,
                branded=one.branded,
                cluster_id=one.cluster_id,
            )
            for one in fresh[start : start + TOLD_AT_ONCE]
        ]
        unit.emit(KeywordDetected(origin=origin, keywords=told))
