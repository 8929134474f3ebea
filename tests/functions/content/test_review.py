"""Review: submitted, validated, approved by another where the tenant wants it, never past a failed validation."""

from __future__ import annotations

from tests.support.content import TEXT, new_newsroom
from tests.support.platform import LocalPlatform

BROKEN = TEXT.replace("soft for days", "soft for days; ask jane.doe@bakery.example")


async def test_a_piece_that_fails_is_corrected_and_then_approved(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write(body={"type": "blog", "html": BROKEN})
    submitted = await newsroom.done("POST", f"{piece['id']}:submit")
    assert (submitted["status"], submitted["validation"]["outcome"]) == ("in_review", "pending")
    failed = await newsroom.validated(piece["id"])
    assert (failed["validation"]["outcome"], failed["validation"]["errors"]) == ("failed", 1)
    refused = await newsroom.ask("POST", f"{piece['id']}:approve", json={})
    assert refused.status_code == 409
    assert refused.json()["validation_id"] == failed["validation"]["validation_id"]
    validation = await newsroom.done("GET", f"/api/v1/validations/{failed['validation']['validation_id']}")
    [finding] = [one for one in validation["findings"] if one["severity"] == "error"]
    span = finding["span"]
    assert (span["field"], BROKEN[span["start"] : span["end"]]) == ("body.html", "jane.doe@bakery.example")
    assert "jane.doe" not in finding["excerpt"]
    corrected = await newsroom.done(
        "PATCH", piece["id"], failed["version"], json={"body": {"type": "blog", "html": TEXT}}
    )
    assert (corrected["status"], corrected["validation"]) == ("draft", None)
    await newsroom.done("POST", f"{piece['id']}:submit")
    assert (await newsroom.validated(piece["id"]))["validation"]["outcome"] == "passed"
    approved = await newsroom.done("POST", f"{piece['id']}:approve", json={"revision": 2, "note": "Good."})
    assert (approved["status"], approved["approved"]["revision"]) == ("approved", 2)
    history = await newsroom.done("GET", f"/api/v1/validations?content_id={piece['id']}")
    assert [(one["revision"], one["outcome"]) for one in history["items"]] == [(2, "passed"), (1, "failed")]


async def test_who_wrote_a_revision_does_not_approve_it_where_the_tenant_says_so(platform: LocalPlatform) -> None:
    author = await new_newsroom(platform)
    editor = await author.another()
    await author.settings(authors_may_approve=False)
    piece = await author.write()
    await author.done("POST", f"{piece['id']}:submit")
    await author.validated(piece["id"])
    assert (await author.ask("POST", f"{piece['id']}:approve", json={})).status_code == 403
    assert (await editor.done("POST", f"{piece['id']}:approve", json={}))["status"] == "approved"


async def test_an_editor_who_changed_a_word_is_an_author_too(platform: LocalPlatform) -> None:
    author = await new_newsroom(platform)
    editor = await author.another()
    await author.settings(authors_may_approve=False)
    piece = await author.write()
    await editor.done("PATCH", piece["id"], 1, json={"title": "Slow bread is worth the wait"})
    await author.done("POST", f"{piece['id']}:submit")
    await author.validated(piece["id"])
    assert (await editor.ask("POST", f"{piece['id']}:approve", json={})).status_code == 403


async def test_a_rejection_says_what_to_change_and_a_stale_decision_is_refused(platform: LocalPlatform) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write()
    assert (await newsroom.ask("POST", f"{piece['id']}:approve", json={})).status_code == 409
    await newsroom.done("POST", f"{piece['id']}:submit")
    assert (await newsroom.ask("POST", f"{piece['id']}:submit")).status_code == 409
    validated = await newsroom.validated(piece["id"])
    stale = await newsroom.ask("POST", f"{piece['id']}:approve", json={"revision": 7})
    assert stale.status_code == 409
    rejected = await newsroom.done("POST", f"{piece['id']}:reject", json={"note": "Name the bakery."})
    assert (rejected["status"], rejected["rejected"]["note"]) == ("draft", "Name the bakery.")
    assert (await newsroom.ask("POST", f"{piece['id']}:publish", json={})).status_code == 409
    assert validated["validation"]["outcome"] == "passed"


async def test_a_waiver_with_a_reason_lets_a_finding_stand_and_holds_for_later_versions(
    platform: LocalPlatform,
) -> None:
    newsroom = await new_newsroom(platform)
    piece = await newsroom.write(body={"type": "blog", "html": BROKEN})
    await newsroom.done("POST", f"{piece['id']}:submit")
    failed = (await newsroom.validated(piece["id"]))["validation"]
    place = f"/api/v1/validations/{failed['validation_id']}"
    [finding] = [one for one in (await newsroom.done("GET", place))["findings"] if one["severity"] == "error"]
    waived = await newsroom.done("POST", f"{place}:waive", json={"finding_id": finding["id"], "reason": "She agreed."})
    assert (waived["outcome"], waived["errors"]) == ("passed", 0)

    async def passed() -> bool:
        return (await newsroom.done("GET", piece["id"]))["validation"]["outcome"] == "passed"

    from tests.support.eventually import eventually

    await eventually(passed)
    approved = await newsroom.done("POST", f"{piece['id']}:approve", json={})
    longer = BROKEN + "<p>One more paragraph, which changes nothing of that.</p>"
    await newsroom.done("PATCH", piece["id"], approved["version"], json={"body": {"type": "blog", "html": longer}})
    await newsroom.done("POST", f"{piece['id']}:submit")
    assert (await newsroom.validated(piece["id"]))["validation"]["outcome"] == "passed"
    [waiver] = (await newsroom.done("GET", f"/api/v1/validation-waivers?subject={piece['id']}"))["items"]
    assert waiver["reason"] == "She agreed."
    assert (await newsroom.ask("DELETE", f"/api/v1/validation-waivers/{waiver['id']}")).status_code == 204
    again = await newsroom.done("POST", "/api/v1/validations", json={"content_id": piece["id"]})
    assert again["outcome"] == "failed"
