"""A tenant's rules: thresholds, words, severities. Each change is a version, which a validation names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.ids import Id
from shared_layer.core.models import Entity, Model, Page, PageQuery, empty_list
from shared_layer.messaging.events.validation import ValidationRulesetChanged
from shared_layer.messaging.unit import Unit
from shared_layer.storage.documents import from_snapshot, page, tenant_collection, tenant_document
from shared_layer.validation.finding import RULES, SUITES, Severity, Suite

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "validation_rulesets"
VERSIONS: Final = "validation_ruleset_versions"
DEFAULT: Final = "default"


def _known_rules(severities: dict[str, str]) -> dict[str, str]:
    if unknown := sorted(severities.keys() - RULES.keys()):
        raise ValueError(f"there is no rule {unknown[0]!r}; rules are {', '.join(RULES)}")
    return severities


def _distinct(suites: list[Suite]) -> list[Suite]:
    return list(dict.fromkeys(suites))


Words = Annotated[str, StringConstraints(min_length=2, max_length=100), Field(examples=["cheap"])]


class BannedPhrase(Model):
    """Words that are not to be written, whatever their case; `*` at the end stands for any ending."""

    phrase: Words
    reason: Annotated[str, StringConstraints(max_length=200)] = ""
    instead: Annotated[str, StringConstraints(max_length=100)] = Field(default="", description="What to write for it.")
    severity: Severity = "error"


class RequiredPhrase(Model):
    """Words that a text must hold, such as a legal notice."""

    phrase: Words = Field(examples=["terms apply"])
    reason: Annotated[str, StringConstraints(max_length=200)] = ""
    severity: Severity = "error"


class RulesetDraft(Model):
    """What a text is held to. `severities` changes single rules, and switches them `off`."""

    suites: Annotated[list[Suite], Field(min_length=1, max_length=7), AfterValidator(_distinct)] = Field(
        default_factory=lambda: list(SUITES)
    )
    severities: Annotated[
        dict[str, Literal["error", "warning", "info", "off"]],
        AfterValidator(_known_rules),
        Field(max_length=len(RULES), examples=[{"seo.thin": "off"}]),
    ] = Field(default_factory=dict)
    min_reading_ease: Annotated[float, Field(ge=0, le=100)] = Field(default=30, description="Flesch; 60 is plain.")
    max_sentence_words: Annotated[int, Field(ge=5, le=200)] = 30
    max_paragraph_words: Annotated[int, Field(ge=20, le=2000)] = 150
    min_words: Annotated[int, Field(ge=0, le=10_000)] = Field(default=300, description="Of a page.")
    banned: Annotated[list[BannedPhrase], Field(max_length=500)] = Field(default_factory=empty_list)
    required: Annotated[list[RequiredPhrase], Field(max_length=50)] = Field(default_factory=empty_list)
    brand_spellings: Annotated[list[Words], Field(max_length=200)] = Field(
        default_factory=empty_list, description="Names as they are written, such as GitHub; other spellings are found."
    )
    allowed_personal_data: Annotated[list[Words], Field(max_length=200)] = Field(
        default_factory=empty_list, description="Addresses and numbers that may stand there; @acme.com allows a domain."
    )
    phone_region: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = Field(default="US", examples=["US"])
    duplicate_similarity: Annotated[float, Field(ge=0.3, le=1)] = Field(
        default=0.5, description="From which share of common three-word sequences (Jaccard) a text counts as a copy."
    )


class Ruleset(RulesetDraft, Entity):
    """A ruleset as stored."""

    id: str
    changed_by: str


class RulesetVersion(Model):
    """A version of a ruleset."""

    ruleset_id: str
    number: int
    ruleset: Ruleset


class RulesetFilter(PageQuery):
    """All rulesets, or all versions of one: the newest first."""


def ruleset_document(tenant_id: str, ruleset_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/validation_rulesets/{ruleset}`."""
    return tenant_document(tenant_id, COLLECTION, ruleset_id)


async def _stored(tenant_id: str, ruleset_id: str) -> Ruleset | None:
    snapshot = await ruleset_document(tenant_id, ruleset_id).get()
    return from_snapshot(snapshot, Ruleset) if snapshot.exists else None


async def read_ruleset(tenant_id: str, ruleset_id: str) -> Ruleset:
    """A ruleset; the one called default is there before anybody wrote it. Raises NotFound."""
    from shared_layer.core.errors import NotFound

    if (stored := await _stored(tenant_id, ruleset_id)) is not None:
        return stored
    if ruleset_id != DEFAULT:
        raise NotFound()
    moment = clock.utcnow()
    return Ruleset(id=DEFAULT, changed_by="platform", created_at=moment, updated_at=moment)


async def get_ruleset(ruleset_id: Id, caller: Caller) -> Ruleset:
    """A ruleset of the caller's tenant. Raises NotFound."""
    return await read_ruleset(caller.tenant_id, ruleset_id)


async def put_ruleset(ruleset_id: Id, draft: RulesetDraft, caller: Caller, unit: Unit) -> Ruleset:
    """Stage a ruleset as its next version. Raises Conflict where somebody else writes it at the same time."""
    former, moment = await _stored(caller.tenant_id, ruleset_id), clock.utcnow()
    place = ruleset_document(caller.tenant_id, ruleset_id)
    made = Ruleset(
        **draft.model_dump(),
        id=ruleset_id,
        changed_by=caller.principal,
        created_at=former.created_at if former else moment,
        updated_at=moment,
        version=former.version if former else 1,
    )
    if former is None:
        unit.create(place, made.model_dump())
    else:
        made.remember_update_time(former.stored_at)
        unit.replace(place, made)
    kept = RulesetVersion(ruleset_id=ruleset_id, number=made.version, ruleset=made)
    unit.create(tenant_document(caller.tenant_id, VERSIONS, f"{ruleset_id}:{made.version:06d}"), kept.model_dump())
    unit.emit(ValidationRulesetChanged(ruleset_id=ruleset_id, ruleset_version=made.version))
    return made


async def list_rulesets(query: RulesetFilter, caller: Caller) -> Page[Ruleset]:
    """The rulesets that somebody wrote."""
    return await page(tenant_collection(caller.tenant_id, COLLECTION), Ruleset, query, ["-created_at"])


async def list_ruleset_versions(ruleset_id: Id, query: RulesetFilter, caller: Caller) -> Page[RulesetVersion]:
    """The versions of a ruleset, the newest first. Raises NotFound."""
    from google.cloud.firestore import FieldFilter

    await read_ruleset(caller.tenant_id, ruleset_id)
    found = tenant_collection(caller.tenant_id, VERSIONS).where(filter=FieldFilter("ruleset_id", "==", ruleset_id))
    return await page(found, RulesetVersion, query, ["-number"])


def severity_of(ruleset: RulesetDraft, rule: str) -> Severity | None:
    """What a rule weighs under a ruleset; None where it is off."""
    asked = ruleset.severities.get(rule, RULES[rule])
    return None if asked == "off" else asked
