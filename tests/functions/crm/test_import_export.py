"""CSV in and out, through the gateway: tried, reported, done, undone, and safe for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from shared_layer.crm import import_task, importing, undoing
from tests.support.crm import Crm, new_crm
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

FILE = """Full Name;Mail;Phone;Stage;Size;Nothing
Ann Lee;ann@acme.example;;customer;L;x
Bob Ray;BOB@acme.example, bob@home.example;(202) 555-0143;;;
Ann Twice;Ann+x@acme.example;;;;
No Number;;1234;;;
;nobody;;;;
Kim Old;kim@old.example;;prospect;;
"""
MAPPING = {"Full Name": "name", "Mail": "email", "Phone": "phone", "Stage": "stage", "Size": "custom.size"}


async def imported(crm: Crm, text: str, **options: Any) -> dict[str, Any]:
    made = await crm.ask("POST", "/contacts:import", json={"csv": text} | options)
    assert made.status_code == 202, made.text
    answer: dict[str, Any] = made.json()
    return answer


async def exported(crm: Crm, **params: Any) -> list[dict[str, str]]:
    answer = await crm.ask("GET", "/contacts:export", params=params)
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    return sorted(rows, key=lambda row: row["name"])


async def test_a_dry_run_says_of_every_row_what_will_become_of_it_and_writes_nothing(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    old = await crm.create(name="Kim Old", emails=["kim@old.example"])
    tried = await imported(crm, FILE, mapping=MAPPING, dry_run=True)
    told = [(row["row"], row["outcome"]) for row in tried["report"]]
    assert told == [(1, "new"), (2, "new"), (3, "duplicate"), (4, "invalid"), (5, "invalid"), (6, "update")]
    assert tried["report"][2]["duplicate_of_row"] == 1
    assert "telephone" in tried["report"][3]["problems"][0]
    assert (tried["report"][5]["contact_id"], tried["report"][5]["changes"]) == (old["id"], ["stage"])
    assert (await crm.ask("GET", f"/imports/{tried['id']}")).status_code == 404
    assert len(await crm.listed("/contacts")) == 1
    done = await imported(crm, FILE, mapping=MAPPING)
    assert done["counts"] == tried["counts"] == {"new": 2, "duplicate": 1, "invalid": 2, "update": 1}
    rows = await crm.listed(f"/imports/{done['id']}/rows", limit=2)
    assert [(row["row"], row["outcome"]) for row in rows] == told
    assert len(await crm.listed(f"/imports/{done['id']}/rows", outcome="invalid")) == 2


async def test_an_import_is_undone_as_one_but_for_what_was_touched_since(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    kim = await crm.create(name="Kim Old", emails=["kim@old.example"])
    before = await crm.get("/statistics")
    done = await imported(crm, FILE, mapping=MAPPING)
    by_name = {one["name"]: one for one in await crm.listed("/contacts")}
    assert by_name["Ann Lee"]["custom"] == {"size": "L"}
    assert by_name["Bob Ray"]["emails"] == ["bob@acme.example", "bob@home.example"]
    assert by_name["Kim Old"]["stage"] == "prospect"
    bob = by_name["Bob Ray"]
    await crm.ask("PATCH", f"/contacts/{bob['id']}", bob["version"], json={"title": "Poet"})
    undone = await crm.ask("POST", f"/imports/{done['id']}:undo")
    assert (undone.status_code, undone.json()["status"]) == (202, "undone"), undone.text
    assert {one["name"] for one in await crm.listed("/contacts")} == {"Bob Ray", "Kim Old"}
    assert (await crm.get(f"/contacts/{kim['id']}"))["stage"] == "lead"
    assert (await crm.ask("POST", f"/imports/{done['id']}:undo")).status_code == 409
    await crm.ask("DELETE", f"/contacts/{bob['id']}")
    assert (await crm.get("/statistics"))["contacts"] == before["contacts"]
    assert (await imported(crm, FILE, mapping=MAPPING))["counts"]["new"] == 1


@pytest.mark.parametrize("at_once", [20, pytest.param(1000, marks=pytest.mark.long)])
async def test_more_rows_than_a_call_takes_are_a_task_with_progress_and_can_be_undone(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    for module in (importing, undoing, import_task):
        monkeypatch.setattr(module, "AT_ONCE", at_once)
    crm = await new_crm(platform)
    people, rows = 2 * at_once, 2 * at_once + 10
    text = "email,name\n" + "".join(f"p{n % people}@big.example,Person {n}\n" for n in range(rows))
    started = await imported(crm, text)
    assert (started["status"], started["rows"]) == ("running", rows)
    task = await platform.gateway.get(started["task_url"], headers={"X-API-Key": crm.key})
    assert task.json()["kind"] == "crm.import"

    async def done(status: str = "done") -> bool:
        return (await crm.get(f"/imports/{started['id']}"))["status"] == status

    await eventually(done, within=300)
    finished = await crm.get(f"/imports/{started['id']}")
    assert (finished["counts"], finished["done"]) == ({"new": people, "duplicate": 10}, rows)
    assert (await crm.get("/statistics"))["contacts"]["total"] == people
    undone = await crm.ask("POST", f"/imports/{started['id']}:undo")
    assert undone.json()["status"] == "undoing"
    await eventually(lambda: done("undone"), within=300)
    assert (await crm.get("/statistics"))["contacts"]["total"] == 0


async def test_what_is_exported_runs_in_no_spreadsheet_and_comes_back_as_it_was(platform: LocalPlatform) -> None:
    crm, other = await new_crm(platform), await new_crm(platform)
    await crm.create(
        name="=HYPERLINK(\"http://evil\")", title="@SUM(A1)", company="-2+3", phones=["+12025550143"],
        emails=["a@b.example", "c@b.example"], tags=["x", "y"], custom={"note": "a;b=c %\n+1"}, born_on="1970-01-02",
        address={"street": "Main, \"St\"", "postcode": "00501"}, stage="customer",
    )  # fmt: skip
    await crm.create(name="Plain")
    [evil, plain] = await exported(crm)
    assert evil["name"] == '\'=HYPERLINK("http://evil")'
    assert (evil["title"], evil["company"], evil["phone"]) == ("'@SUM(A1)", "'-2+3", "+12025550143")
    assert not any(value[:1] in ("=", "-", "@") for row in (evil, plain) for value in row.values())
    text = (await crm.ask("GET", "/contacts:export", params={"sort": "created_at"})).text
    assert (await imported(other, text))["counts"] == {"new": 2}
    again = await exported(other)
    assert [{**row, "id": ""} for row in again] == [{**row, "id": ""} for row in (evil, plain)]
    assert [row["name"] for row in await exported(crm, stage="lead")] == ["Plain"]


async def test_a_file_or_a_mapping_that_cannot_be_is_refused(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    for body in (
        {"csv": "\n"}, {"csv": "a,a\n1,2"}, {"csv": "foo,bar\n1,2"}, {"csv": "Mail\nx", "mapping": {"Post": "email"}},
        {"csv": "Mail\nx", "mapping": {"Mail": "password"}}, {"csv": "Mail\nx", "mapping": {"Mail": "custom.Ä"}},
    ):  # fmt: skip
        assert (await crm.ask("POST", "/contacts:import", json=body)).status_code == 422, body
