"""The suites over a material, their findings with ids and waivers, and the links that are still to be looked at."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared_layer.core import clock
from shared_layer.messaging.events.validation import ValidationComplete
from shared_layer.messaging.unit import Unit
from shared_layer.validation import corpus
from shared_layer.validation.finding import Finding, named
from shared_layer.validation.judge import Judge
from shared_layer.validation.link import StoredLink, link_document, link_id, read_links
from shared_layer.validation.link_checking import due_events
from shared_layer.validation.material import Link, Material
from shared_layer.validation.ruleset import Ruleset
from shared_layer.validation.suites import brand, claims, links, personal_data, readability, seo
from shared_layer.validation.validation import CheckedLink, StoredValidation
from shared_layer.validation.waiver import waived_of


async def run(validation: StoredValidation, material: Material, ruleset: Ruleset, unit: Unit) -> None:
    """Put on a validation what its suites find, and stage the looks at its links that nothing is known of."""
    judge, suites = Judge(ruleset), set(validation.suites)
    if "readability" in suites:
        validation.readability = readability.check(material, judge)
    for suite, check in (("seo", seo.check), ("brand", brand.check), ("pii", personal_data.check)):
        if suite in suites:
            check(material, judge)
    if "claims" in suites:
        claims.check(material, judge)
    if "duplicates" in suites:
        text = "\n".join(one.text for one in material.passages if one.field != "title")
        validation.likenesses = await corpus.check(unit.tenant_id, text, judge, material.content_id)
    if "links" in suites:
        await _links(validation, links.check(material, judge), judge, unit)
    validation.findings, validation.left_out = named(judge.findings), judge.left_out
    await waive(validation, unit.tenant_id)
    settle(validation)


async def _links(validation: StoredValidation, found: list[Link], judge: Judge, unit: Unit) -> None:
    """Say what is known of the links; have the others looked at, and wait for them."""
    from google.cloud.firestore import ArrayUnion

    by_id = {link_id(link.url): link for link in found}
    states = await read_links(unit.tenant_id, list(by_id))
    known = {one: state for one, state in states.items() if state.known}
    links.tell(found, known, judge)
    waiting: list[StoredLink] = []
    for one, link in by_id.items():
        if one in known:
            continue
        url = link.url.partition("#")[0]
        stored = StoredLink(id=one, url=url, host=urlsplit(url).hostname or "")
        fields = {"id": one, "url": url, "host": stored.host, "waiting": ArrayUnion([validation.id])}
        owner = {"content_ids": ArrayUnion([validation.content_id])} if validation.content_id else {}
        unit.merge(link_document(unit.tenant_id, one), fields | owner)
        waiting.append(stored)
    validation.links = [CheckedLink(id=link_id(link.url), url=link.url, span=link.span) for link in found]
    validation.pending = [link.id for link in waiting]
    for event in due_events(waiting, validation.id):
        unit.emit(event)


def settle(validation: StoredValidation) -> None:
    """Where a validation stands once its suites ran: complete, or waiting for links."""
    validation.links_pending = len(validation.pending)
    validation.status = "checking_links" if validation.pending else "complete"
    validation.completed_at = clock.utcnow() if validation.status == "complete" else None
    validation.judge()


async def waive(validation: StoredValidation, tenant_id: str) -> None:
    """Mark the findings that somebody took responsibility for."""
    waived = await waived_of(tenant_id, validation.content_id or validation.id)
    for finding in validation.findings:
        finding.waived = finding.id in waived


def tell_complete(validation: StoredValidation, unit: Unit) -> None:
    """Stage the event of a validation that came to an outcome; one that failed early may fail by more, told again."""
    assert validation.outcome is not None
    unit.emit(
        ValidationComplete(
            validation_id=validation.id,
            outcome=validation.outcome,
            errors=validation.errors,
            warnings=validation.warnings,
            content_id=validation.content_id,
            revision=validation.revision,
        )
    )


def with_link_findings(validation: StoredValidation, states: dict[str, StoredLink], ruleset: Ruleset) -> list[Finding]:
    """The findings of the links that were looked at meanwhile."""
    judge = Judge(ruleset)
    looked_at = [Link(one.url, one.span) for one in validation.links if one.id in states]
    links.tell(looked_at, states, judge)
    return judge.findings
