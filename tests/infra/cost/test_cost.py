"""The bill follows from the manifest: it can be checked by hand."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from infra.cost.__main__ import main
from infra.cost.bill import bill
from infra.cost.workload import WRITES_SHARE, Load, loads
from infra.local.options import ROOT
from infra.manifest.collect import collect

ONE = Load("one", 10.0, 2.0, 0.02, 1.0, 0.25, 80, reads=1.0, writes=2.0, scans=0.0, inserts=0.0, api=True, pushed=False)


def test_an_instance_is_paid_for_while_a_call_is_in_it() -> None:
    """10 calls a second of 20 ms: e^-0.2 of them find it idle, and each such busy time is billed as 100 ms."""
    assert math.isclose(ONE.billed_seconds, 10 * math.exp(-0.2) * 0.1)


def test_it_is_never_paid_for_more_than_all_the_time() -> None:
    assert replace(ONE, rate=40.0).billed_seconds == 1.0
    assert replace(ONE, rate=0.0).billed_seconds == 0.0
    assert 0.99 < replace(ONE, rate=10.0, busy=2.0).billed_seconds <= 1.0


def test_a_multi_region_firestore_costs_twice() -> None:
    near, wide = ({line.service: line.dollars for line in bill([ONE], where)} for where in ("us-central1", "nam5"))
    assert math.isclose(wide["Firestore"], 2 * near["Firestore"])
    assert wide["Cloud Run"] == near["Cloud Run"]


def test_busier_functions_have_more_instances_and_share_them() -> None:
    busy = Load("busy", 2000.0, 2.0, 0.02, 1.0, 0.25, 80, 0, 0, 0, 0, api=True, pushed=False)
    assert 6.9 < busy.billed_seconds <= 7, "2,000 × 2 ms are 4 cores, 7 at 60 %"


def test_the_lines_are_the_list_prices_times_the_load() -> None:
    found = {line.service: line.dollars for line in bill([ONE])}
    assert math.isclose(found["API Gateway"], 10 * 3e-6)
    assert math.isclose(found["Firestore"], 10 * 0.03e-5 + 20 * 0.09e-5)
    assert math.isclose(found["Cloud Run"], ONE.billed_seconds * (24e-6 + 0.25 * 2.5e-6) + 10 * 0.4e-6)
    assert found["BigQuery"] == found["Pub/Sub"] == 0


def test_all_calls_of_the_api_are_shared_out() -> None:
    found = loads(collect(ROOT), 20.0)
    assert math.isclose(sum(one.rate for one in found if one.api), 20.0)
    assert math.isclose(sum(one.rate for one in found if one.api and one.writes), 20.0 * WRITES_SHARE)
    assert next(one.rate for one in found if one.name == "append_audit_event") > 0


def test_rows_that_are_streamed_into_the_warehouse_are_paid_for() -> None:
    synced = next(one for one in loads(collect(ROOT), 20.0) if one.name == "sync_event_to_warehouse")
    assert synced.inserts == 1
    (line,) = [line for line in bill([synced]) if line.service == "BigQuery"]
    assert math.isclose(line.dollars, synced.rate * 1_500 / 2**30 * 0.05)


def test_it_is_printed_with_its_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rps", "20"]) == 0
    told = capsys.readouterr().out
    assert "20 API calls a second" in told
    assert "× $3 per million" in told
    with pytest.raises(SystemExit):
        main(["--rps", "none"])
