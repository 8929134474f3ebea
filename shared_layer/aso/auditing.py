"""A page audited: fetched as a stranger would fetch it or handed in as HTML, taken apart, judged, and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final

from pydantic import ConfigDict, Field, model_validator

from shared_layer.aso.audit.finding import AuditFinding, score_of
from shared_layer.aso.audit.head import head, headings, images, schema
from shared_layer.aso.audit.indexing import indexing
from shared_layer.aso.audit.keyphrase import keyphrase
from shared_layer.aso.audit.links import links
from shared_layer.aso.audit.page import PageParts, decoded, read_page
from shared_layer.aso.audit.readability import readability, reading_ease
from shared_layer.aso.keyword import Text, Url
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.errors import FetchFailed
from shared_layer.core.ids import Id, new_id
from shared_layer.core.models import Entity, Model, Page, PageQuery, empty_list
from shared_layer.messaging.events.aso import PageAudited
from shared_layer.messaging.unit import Unit
from shared_layer.outbound import Fetched, Outbound
from shared_layer.storage.documents import page, read, tenant_collection, tenant_document

COLLECTION: Final = "aso_audits"
BYTES_AT_MOST: Final = 3 << 20
SECONDS: Final = 12.0
LINKS_SHOWN: Final = 100
HEADERS: Final = {"user-agent": "XynergyAudit/1.0", "accept": "text/html,application/xhtml+xml"}
_HTML: Final = ("text/html", "application/xhtml+xml", "")
_ORDER: Final = {"critical": 0, "warning": 1, "notice": 2, "good": 3}


class NewAudit(Model):
    """A page by its address, or by its HTML (an address with it says where it stands, and is not fetched)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "html": "<html lang='en'><head><title>Ratio</title></head><body><h1>Espresso</h1></body></html>",
                    "keyphrase": "espresso ratio",
                }
            ]
        }
    )

    url: Url | None = None
    html: Annotated[str, Field(min_length=1, max_length=2 << 20, examples=["<h1>Espresso ratio</h1>"])] | None = None
    keyphrase: Text | None = Field(default=None, examples=["espresso ratio"])

    @model_validator(mode="after")
    def _something(self) -> NewAudit:
        if self.url is None and self.html is None:
            raise ValueError("send a url, or html")
        return self


class PageFacts(Model):
    """What the page has, in numbers and names."""

    title: str
    description: str
    h1: list[str]
    canonical: str | None
    robots: list[str]
    hreflang: list[str]
    language: str
    words: int
    reading_ease: float | None = Field(description="Flesch's, of English; null for another language.")
    images: int
    images_without_alt: int
    links_inside: int
    links_outside: int
    linked_pages: list[str] = Field(description="Addresses of its own site that it links to, at most 100.")


class AuditScores(Model):
    """Each 0 to 100; the keyphrase's is null where none was given."""

    technical: int
    keyphrase: int | None
    readability: int
    overall: int


class PageAudit(Entity):
    """An audit; its findings come worst first."""

    id: str
    url: str | None
    final_url: str | None = Field(description="Where redirects led to.")
    status: int | None
    keyphrase: str | None
    scores: AuditScores
    facts: PageFacts
    findings: list[AuditFinding] = Field(default_factory=empty_list)
    audited_at: datetime


class AuditSummary(Entity):
    """An audit in the list."""

    id: str
    url: str | None
    keyphrase: str | None
    scores: AuditScores
    audited_at: datetime


class AuditFilter(PageQuery):
    """Audits, newest first; of one address where it is named."""

    url: Annotated[str, Field(max_length=2000)] | None = None


async def audit_page(new: NewAudit, caller: Caller, unit: Unit) -> PageAudit:
    """Stage an audit. Raises UrlRefused, FetchFailed, DeadlineExceeded for a page that cannot be fetched."""
    fetched = await _fetched(new.url) if new.html is None and new.url is not None else None
    html = new.html or ""
    if fetched is not None:
        html = decoded(fetched.body, fetched.headers.get("content-type", ""))
    address = fetched.url if fetched else new.url or ""
    parts = read_page(html, address, fetched.headers if fetched else None)
    made = _audit(new, parts, fetched)
    unit.create(tenant_document(caller.tenant_id, COLLECTION, made.id), made.model_dump())
    critical = sum(one.severity == "critical" for one in made.findings)
    unit.emit(PageAudited(audit_id=made.id, score=made.scores.overall, critical=critical))
    return made


def fetcher() -> Outbound:
    """The client for pages: public addresses alone, each redirect checked anew."""
    return Outbound(seconds=SECONDS, limit=BYTES_AT_MOST)


async def _fetched(url: str) -> Fetched:
    fetched = await fetcher().fetch(url, headers=HEADERS)
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _HTML:
        raise FetchFailed(f"The address answers {kind[:80]}, not HTML.")
    return fetched


def _audit(new: NewAudit, parts: PageParts, fetched: Fetched | None) -> PageAudit:
    moment = clock.utcnow()
    status = fetched.status if fetched else None
    technical = [
        *indexing(parts, status),
        *head(parts),
        *headings(parts),
        *schema(parts),
        *images(parts),
        *links(parts),
    ]
    words = list(keyphrase(parts, new.keyphrase)) if new.keyphrase else []
    reading = list(readability(parts))
    scores = _scores(technical, words if new.keyphrase else None, reading)
    found = sorted([*technical, *words, *reading], key=lambda one: _ORDER[one.severity])
    return PageAudit(
        id=new_id("aud"),
        url=new.url,
        final_url=fetched.url if fetched else None,
        status=status,
        keyphrase=new.keyphrase,
        scores=scores,
        facts=_facts(parts),
        findings=found,
        audited_at=moment,
        created_at=moment,
        updated_at=moment,
    )


def _scores(
    technical: list[AuditFinding], words: list[AuditFinding] | None, reading: list[AuditFinding]
) -> AuditScores:
    parts = [(score_of(technical), 5), (score_of(reading), 2)]
    if words is not None:
        parts.append((score_of(words), 3))
    overall = round(sum(score * weight for score, weight in parts) / sum(weight for _, weight in parts))
    blocked = any(one.severity == "critical" and one.area == "indexing" for one in technical)
    return AuditScores(
        technical=parts[0][0],
        keyphrase=parts[2][0] if words is not None else None,
        readability=parts[1][0],
        overall=min(overall, 25) if blocked else overall,
    )


def _facts(parts: PageParts) -> PageFacts:
    text = "\n".join(parts.paragraphs)
    english = not parts.language or parts.language.lower().startswith("en")
    inside = [link for link in parts.links if link.inside]
    return PageFacts(
        title=parts.title[:500],
        description=parts.description[:1000],
        h1=[text[:500] for text in parts.h1s[:10]],
        canonical=parts.canonicals[0][:2000] if parts.canonicals else None,
        robots=[told[:200] for told in parts.robots[:10]],
        hreflang=[code[:40] for code, _ in parts.hreflang[:100]],
        language=parts.language[:40],
        words=len(text.split()),
        reading_ease=reading_ease(text) if english else None,
        images=len(parts.images),
        images_without_alt=sum(alternative is None for _, alternative in parts.images),
        links_inside=len(inside),
        links_outside=len(parts.links) - len(inside),
        linked_pages=list(dict.fromkeys(link.url for link in inside))[:LINKS_SHOWN],
    )


async def get_audit(audit_id: Id, caller: Caller) -> PageAudit:
    """One audit. Raises NotFound."""
    return await read(tenant_document(caller.tenant_id, COLLECTION, audit_id), PageAudit)


async def list_audits(wanted: AuditFilter, caller: Caller) -> Page[AuditSummary]:
    """Audits, newest first."""
    from google.cloud.firestore import FieldFilter

    found = tenant_collection(caller.tenant_id, COLLECTION)
    narrowed = found.where(filter=FieldFilter("url", "==", wanted.url)) if wanted.url is not None else found
    return await page(narrowed, AuditSummary, wanted, ["-audited_at"])
