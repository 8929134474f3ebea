"""Two contacts become one and two again, with everything that belongs to them."""

from __future__ import annotations

from typing import Any

from tests.support.crm import Crm, new_crm
from tests.support.platform import LocalPlatform


async def pair(crm: Crm) -> tuple[dict[str, Any], dict[str, Any]]:
    one = await crm.create(name="Ann Lee", emails=["ann@acme.example"], tags=["vip"], owner="me")
    two = await crm.create(
        name="Anne Lee-Ray", emails=["anne@home.example"], phones=["+12025550100"], title="CTO", custom={"size": "L"}
    )
    for contact, calls in ((one, 2), (two, 3)):
        for number in range(calls):
            await crm.create(
                f"/contacts/{contact['id']}/interactions", subject=f"{contact['name']} {number}",
                occurred_at=f"2026-01-0{number + calls}T00:00:00Z",
            )  # fmt: skip
    return one, two


async def everything(crm: Crm, *contacts: dict[str, Any]) -> list[Any]:
    """All that can be read of contacts, but for what counts writes."""
    found: list[Any] = []
    for contact in contacts:
        now = await crm.get(f"/contacts/{contact['id']}")
        found.append({name: value for name, value in now.items() if name not in ("version", "updated_at")})
        found.append(await crm.listed(f"/contacts/{contact['id']}/interactions"))
    found += [[one["id"] for one in await crm.listed("/contacts", q=q)] for q in ("anne", "ann@acme.example", "0100")]
    return found


async def test_a_merge_joins_what_there_is_and_its_undoing_parts_it_exactly(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one, two = await pair(crm)
    before = await everything(crm, one, two)
    merge = await crm.ask(
        "POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": two["id"], "winners": {"name": "merged"}}
    )
    assert merge.status_code == 200, merge.text
    merged = await crm.get(f"/contacts/{one['id']}")
    assert merged["name"] == "Anne Lee-Ray"
    assert (merged["title"], merged["owner"], merged["custom"]) == ("CTO", "me", {"size": "L"})
    assert merged["emails"] == ["ann@acme.example", "anne@home.example"]
    assert (merged["interactions"], merged["aliases"]) == (5, [two["id"]])
    assert len(await crm.listed(f"/contacts/{one['id']}/interactions")) == 5
    assert (await crm.get(f"/contacts/{two['id']}"))["id"] == one["id"]
    assert [each["id"] for each in await crm.listed("/contacts")] == [one["id"]]
    refused = await crm.ask("POST", "/contacts", json={"emails": ["anne@home.example"]})
    assert refused.json()["matches"][0]["contact_id"] == one["id"]
    undone = await crm.ask("POST", f"/merges/{merge.json()['id']}:undo")
    assert undone.json()["status"] == "undone", undone.text
    assert await everything(crm, one, two) == before
    refused = await crm.ask("POST", "/contacts", json={"emails": ["anne@home.example"]})
    assert refused.json()["matches"][0]["contact_id"] == two["id"]
    assert (await crm.ask("POST", f"/merges/{merge.json()['id']}:undo")).status_code == 409


async def test_what_was_changed_since_stays_changed(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one, two = await pair(crm)
    merge = (await crm.ask("POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": two["id"]})).json()
    version = (await crm.get(f"/contacts/{one['id']}"))["version"]
    await crm.ask("PATCH", f"/contacts/{one['id']}", version, json={"title": "CEO", "tags": ["vip", "new"]})
    await crm.create(f"/contacts/{two['id']}/interactions", subject="since")
    await crm.ask("POST", f"/merges/{merge['id']}:undo")
    now = await crm.get(f"/contacts/{one['id']}")
    assert (now["title"], now["tags"], now["emails"]) == ("CEO", ["new", "vip"], ["ann@acme.example"])
    assert now["interactions"] == len(await crm.listed(f"/contacts/{one['id']}/interactions")) == 3


async def test_merges_of_merges_are_undone_from_the_outside_in(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one, two = await pair(crm)
    three = await crm.create(name="A. Lee")
    inner = (await crm.ask("POST", "/contacts:merge", json={"contact_id": two["id"], "merged_id": three["id"]})).json()
    between = await everything(crm, one, two)
    outer = (await crm.ask("POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": two["id"]})).json()
    assert (await crm.get(f"/contacts/{three['id']}"))["id"] == one["id"]
    assert (await crm.ask("POST", f"/merges/{inner['id']}:undo")).status_code == 409
    await crm.ask("POST", f"/merges/{outer['id']}:undo")
    assert await everything(crm, one, two) == between
    assert (await crm.ask("POST", f"/merges/{inner['id']}:undo")).status_code == 200
    assert (await crm.get(f"/contacts/{three['id']}"))["name"] == "A. Lee"


async def test_what_cannot_be_merged_is_refused(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one, two = await pair(crm)

    async def merged(other: str, **more: Any) -> int:
        body = {"contact_id": one["id"], "merged_id": other, **more}
        return (await crm.ask("POST", "/contacts:merge", json=body)).status_code

    assert await merged(one["id"]) == 409
    assert await merged("con_none") == 404
    assert await merged(two["id"], winners={"id": "merged"}) == 422
