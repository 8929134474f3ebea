"""Counting from several instances at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.governance.group_commit import GroupCommit
from shared_layer.tenants.quota_commit import Counted, commit_entries, consumption_document, counter_document
from shared_layer.tenants.quota_counter import Consumption, Entry, QuotaCounter, decide, newly_reached
from tests.support.platform import LocalPlatform

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def consumption(name: str, amount: int) -> Consumption:
    return Consumption(
        id=name,
        meter="emails",
        period="2026-11",
        day="2026-11-23",
        amount=amount,
        fingerprint=str(amount),
        counted_at=NOW,
        expires_at=NOW + timedelta(days=1),
    )


async def test_four_instances_with_200_calls_together_admit_exactly_the_quota(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant("standard")
    instances: list[GroupCommit[Entry, Counted]] = [GroupCommit(commit_entries) for _ in range(4)]
    key = f"{tenant_id} emails 2026-11"
    calls = [instances[n % 4].add(key, Entry("use", consumption(f"call-{n}", 80))) for n in range(200)]
    outcomes = await asyncio.gather(*calls)
    assert Counter(outcome.decision for outcome in outcomes) == {"counted": 125, "refused": 75}
    stored = (await counter_document(tenant_id, "emails", "2026-11").get()).to_dict()
    assert stored is not None
    assert stored["used"] == 10_000
    for number, outcome in enumerate(outcomes):
        record = await consumption_document(tenant_id, f"call-{number}").get()
        assert record.exists == (outcome.decision == "counted")


@given(st.lists(st.tuples(st.sampled_from(["use", "report", "refund"]), st.integers(0, 5), st.integers(1, 40))))
def test_a_counter_is_the_sum_of_the_records_that_stand_and_admits_no_use_beyond_the_limit(
    steps: list[tuple[str, int, int]],
) -> None:
    counter = QuotaCounter(meter="emails", period="2026-11")
    known: dict[str, Consumption] = {}
    told: list[int] = []
    for kind, number, amount in steps:
        entry = Entry(kind, consumption(f"c{number}", amount))  # type: ignore[arg-type]
        before = counter.used
        decision = decide(counter, 100, entry, known.get(f"c{number}"))
        if decision == "counted":
            known[f"c{number}"] = entry.consumption
            assert kind == "report" or before + amount <= 100
        told += newly_reached(counter, 100)
        assert counter.used == sum(each.amount for each in known.values() if each.status == "counted")
        assert sum(counter.days.values()) == counter.used
    assert len(told) == len(set(told))
