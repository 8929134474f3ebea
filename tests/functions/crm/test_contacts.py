"""Contacts, through the gateway: made, found, changed, deleted and taken back."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.crm import new_crm
from tests.support.platform import LocalPlatform


async def test_a_contact_has_one_spelling_of_everything(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    made = await crm.create(
        name="Grace Brewster Hopper",
        emails=["Grace.Hopper@Navy-Yard.co.uk", "grace.hopper+list@navy-yard.co.uk"],
        phones=["(202) 555-0143"],
        tags=["VIP", "vip"],
    )
    assert made["emails"] == ["grace.hopper@navy-yard.co.uk"]
    assert made["phones"] == ["+12025550143"]
    assert (made["given_name"], made["family_name"]) == ("Grace Brewster", "Hopper")
    assert (made["company"], made["company_domain"]) == ("Navy Yard", "navy-yard.co.uk")
    assert made["tags"] == ["vip"]
    assert await crm.get(f"/contacts/{made['id']}") == made


async def test_a_private_address_names_no_company(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    assert (await crm.create(emails=["somebody@gmail.com"]))["company"] is None


async def test_a_certain_duplicate_is_refused_with_the_matches_and_forced_on_demand(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    first = await crm.create(name="Jo Doe", emails=["jo.doe@gmail.com"], phones=["+12025550111"])
    again = await crm.ask("POST", "/contacts", json={"emails": ["J.O.Doe+x@googlemail.com"]})
    assert (again.status_code, again.json()["code"]) == (409, "duplicate_contact")
    assert [match["contact_id"] for match in again.json()["matches"]] == [first["id"]]
    assert "address" in again.json()["matches"][0]["reason"]
    like = await crm.ask("POST", "/contacts", json={"name": "Doe, Jo", "phones": ["202-555-0111"]})
    assert like.status_code == 409
    colleague = await crm.create(name="Wendy Quite-Different", phones=["202-555-0111"])
    assert colleague["id"] != first["id"]
    forced = await crm.ask("POST", "/contacts?force=true", json={"emails": ["jo.doe@gmail.com"]})
    assert forced.status_code == 201


async def test_of_many_who_create_the_same_contact_at_once_one_does(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    body = {"emails": ["once@only.example"]}
    answers = await asyncio.gather(*[crm.ask("POST", "/contacts", json=body) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(await crm.listed("/contacts")) == 1


async def test_every_change_is_kept_field_by_field(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    made = await crm.create(name="Ann Old", emails=["ann@old.example"])
    path = f"/contacts/{made['id']}"
    changed = await crm.ask(
        "PATCH", path, 1, json={"name": "Ann New", "emails": ["ann@new.example"], "stage": "customer"}
    )
    assert (changed.json()["version"], changed.json()["family_name"]) == (2, "New")
    assert (await crm.ask("PATCH", path, 1, json={"name": "Late"})).status_code == 412
    [record] = await crm.listed(f"{path}/history")
    assert {change["field"]: (change["old"], change["new"]) for change in record["changes"]} == {
        "name": ("Ann Old", "Ann New"),
        "family_name": ("Old", "New"),
        "emails": (["ann@old.example"], ["ann@new.example"]),
        "stage": ("lead", "customer"),
    }
    await crm.create(name="Somebody else", emails=["ann@old.example"])
    taken = await crm.ask("PATCH", path, 2, json={"emails": ["ann@old.example"]})
    assert taken.status_code == 409


async def test_a_deleted_contact_is_gone_until_it_is_restored(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    made = await crm.create(name="Ann", emails=["ann@old.example"])
    path = f"/contacts/{made['id']}"
    assert (await crm.ask("DELETE", path)).status_code == 204
    assert await crm.listed("/contacts") == []
    [deleted] = await crm.listed("/contacts", status="deleted")
    days = datetime.fromisoformat(deleted["purge_after"]) - datetime.fromisoformat(deleted["deleted_at"])
    assert days == timedelta(days=30)
    assert (await crm.ask("PATCH", path, deleted["version"], json={"name": "x"})).status_code == 409
    refused = await crm.ask("POST", "/contacts", json={"emails": ["ann@old.example"]})
    assert refused.json()["matches"][0]["status"] == "deleted"
    restored = await crm.ask("POST", f"{path}:restore")
    assert {**restored.json(), "version": 1, "updated_at": made["updated_at"]} == made
    assert (await crm.ask("POST", f"{path}:restore")).status_code == 409


async def test_contacts_are_filtered_sorted_and_paged(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    people = [("Ada Zorn", "lead"), ("Bo Young", "customer"), ("Cy Xu", "lead"), ("Di Wolf", "lead")]
    for name, stage in people:
        await crm.create(name=name, stage=stage, owner="me" if stage == "lead" else "you", tags=[stage[0]])

    async def names(**params: Any) -> list[str]:
        return [one["name"] for one in await crm.listed("/contacts", **params)]

    assert await names() == ["Di Wolf", "Cy Xu", "Bo Young", "Ada Zorn"]
    assert await names(sort="name", limit=1) == ["Di Wolf", "Cy Xu", "Bo Young", "Ada Zorn"]
    assert await names(sort="-name", stage="lead", limit=2) == ["Ada Zorn", "Cy Xu", "Di Wolf"]
    assert await names(owner="you") == ["Bo Young"]
    assert await names(tag="l", q="wolf") == ["Di Wolf"]
    assert (await crm.ask("GET", "/contacts", params={"min_score": 1, "sort": "name"})).status_code == 422
    segment = await crm.create("/segments", name="Leads", rules={"stage": "lead"})
    assert await names(segment=segment["id"], sort="created_at") == ["Ada Zorn", "Cy Xu", "Di Wolf"]
    assert (await crm.ask("GET", "/contacts", params={"segment": "seg_none"})).status_code == 404


SEARCHES = {
    "mül": ["Jürgen Müller"],
    "muller jur": ["Jürgen Müller"],
    "jur": ["Jürgen Müller"],
    "jurgen mu": ["Jürgen Müller"],
    "juergen": [],
    "smith": ["John Smith", "Joan Smith"],
    "smith jo": ["John Smith", "Joan Smith"],
    "john smi": ["John Smith"],
    "smi joh": ["John Smith"],
    "smi john x": [],
    "smith john acme": ["John Smith"],
    "smith john umbrella": [],
    "acme": ["John Smith"],
    "js@acme.example": ["John Smith"],
    "555-0143": ["John Smith"],
    "+12025550143": ["John Smith"],
    "0143": ["John Smith"],
    "...": [],
}


async def test_full_text_finds_words_beginnings_addresses_and_numbers(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    await crm.create(name="Joan Smith", company="Umbrella")
    await crm.create(name="John Smith", emails=["js@acme.example"], phones=["+1 202 555 0143"])
    await crm.create(name="Jürgen Müller")
    found = {q: [one["name"] for one in await crm.listed("/contacts", q=q)] for q in SEARCHES}
    assert found == SEARCHES


async def test_a_search_pages_without_gaps_though_it_looks_closer(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    for number in range(12):
        await crm.create(name=f"Anna {'Bertolucci' if number % 3 else 'Bertrand'} {number:02}")
    found = await crm.listed("/contacts", q="anna bertol", limit=2, sort="created_at")
    assert [one["name"][-2:] for one in found] == ["01", "02", "04", "05", "07", "08", "10", "11"]


async def test_a_timeline_has_one_order_and_one_cursor(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    made = await crm.create(name="Ann")
    path, noon = f"/contacts/{made['id']}", datetime(2026, 3, 1, 12, tzinfo=UTC)
    for minutes in (5, 1, 9, 3):
        moment = (noon + timedelta(minutes=minutes)).isoformat()
        await crm.create(f"{path}/interactions", kind="call", subject=str(minutes), occurred_at=moment)
    await crm.create(f"{path}/interactions", kind="meeting", subject="old", occurred_at="2025-01-01T00:00:00Z")
    assert [one["subject"] for one in await crm.listed(f"{path}/interactions", limit=2)] == ["9", "5", "3", "1", "old"]
    assert [one["subject"] for one in await crm.listed(f"{path}/interactions", kind="meeting")] == ["old"]
    now = await crm.get(path)
    assert (now["interactions"], now["last_contacted_at"], now["version"]) == (5, "2026-03-01T12:09:00Z", 1)


async def test_another_tenants_contact_is_not_found(platform: LocalPlatform) -> None:
    crm, stranger = await new_crm(platform), await new_crm(platform)
    made = await crm.create(name="Ann", emails=["ann@old.example"])
    for method, path, body in (
        ("GET", "", None), ("PATCH", "", {"name": "x"}), ("DELETE", "", None), ("POST", ":restore", None),
        ("GET", "/interactions", None), ("POST", "/interactions", {"kind": "call"}), ("GET", "/history", None),
    ):  # fmt: skip
        asked = await stranger.ask(method, f"/contacts/{made['id']}{path}", 1, json=body)
        assert asked.status_code == 404, (method, path)
    assert (await stranger.create(emails=["ann@old.example"]))["id"] != made["id"]


@pytest.mark.parametrize(
    "body",
    [{}, {"emails": ["nobody"]}, {"name": "x", "phones": ["12"]}, {"name": "x", "phones": ["phone"]}, {"name": ""}],
    ids=["nobody", "no address", "too short a number", "no number", "empty"],
)
async def test_what_is_no_contact_is_refused(platform: LocalPlatform, body: dict[str, Any]) -> None:
    crm = await new_crm(platform)
    assert (await crm.ask("POST", "/contacts", json=body)).status_code == 422


async def test_a_contact_whose_address_was_erased_is_still_read_listed_and_changed(platform: LocalPlatform) -> None:
    from shared_layer.crm.contact import contact_document
    from shared_layer.crm.settings import settings_document
    from shared_layer.governance.subject import Subject

    crm = await new_crm(platform)
    await crm.ask("PUT", "/settings", json={"blocklist": ["ann@acme.example", "spam.example"]})
    made = await crm.create(name="Ann", emails=["ann@acme.example"])
    subject = Subject("ann@acme.example", None)
    for reference in (contact_document(crm.tenant_id, made["id"]), settings_document(crm.tenant_id)):
        await reference.set(subject.erased_from((await reference.get()).to_dict()))
    path = f"/contacts/{made['id']}"
    assert (await crm.get(path))["emails"] == ["[erased]"]
    assert len(await crm.listed("/contacts")) == 1
    assert (await crm.ask("PATCH", path, 1, json={"title": "x", "emails": ["new@acme.example"]})).status_code == 200
    assert (await crm.get("/settings"))["blocklist"] == ["spam.example"]
