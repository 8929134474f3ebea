"""From events to reports: what is sent in comes out credited, once, whatever the order."""

from __future__ import annotations

import asyncio
import random

from shared_layer.attribution.models.crediting import MODELS
from tests.support.attribution import PERIOD, conversion, new_attribution, touch
from tests.support.platform import LocalPlatform

WAY = [
    touch("t1", "01T10:00", "ada", "google/cpc"),
    touch("t2", "08T10:00", "ada", "newsletter/email"),
    touch("t3", "15T10:00", "ada"),
]
BOUGHT = conversion("c1", "15T11:00", "ada", 10_001)


async def test_each_model_credits_the_same_way_as_it_says(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    assert await attribution.send(*WAY, BOUGHT) == ["accepted"] * 4
    await attribution.until_totals(1.0, 100.01)
    assert await attribution.credits("first") == {"Paid Search": 1.0}
    assert await attribution.credits("last") == {"Direct": 1.0}
    assert await attribution.credits("last_non_direct") == {"Email": 1.0}
    assert await attribution.credits("linear") == {"Direct": 0.333334, "Email": 0.333333, "Paid Search": 0.333333}
    assert await attribution.credits("position") == {"Direct": 0.4, "Email": 0.2, "Paid Search": 0.4}
    decayed = await attribution.credits("time_decay", half_life_days=7)
    assert decayed == {"Direct": 0.571429, "Email": 0.285714, "Paid Search": 0.142857}
    assert await attribution.credits("shapley") == await attribution.credits("linear")
    assert await attribution.credits("markov") == await attribution.credits("linear")
    assert await attribution.credits("first", lookback_days=10) == {"Email": 1.0}
    assert await attribution.credits("first", lookback_days=1) == {"Direct": 1.0}
    for model in MODELS:
        report = await attribution.channels(model=model)
        assert sum(row["revenue_micros"] for row in report["items"]) == 100_010_000
        assert sum(row["conversions_micros"] for row in report["items"]) == 1_000_000


async def test_order_repeats_and_splits_change_nothing(platform: LocalPlatform) -> None:
    """Forty persons' events, shuffled into batches sent at once, each batch twice; and the same in one row."""
    rng = random.Random(7)
    tags = ["google/cpc", "newsletter/email", "bing/organic", "facebook/paid", ""]
    events = []
    for person in range(40):
        for number in range(rng.randint(0, 4)):
            moment = f"{rng.randint(1, 28):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
            events.append(touch(f"t{person}-{number}", moment, f"p{person}", rng.choice(tags)))
        for number in range(rng.randint(0, 2)):
            moment = f"{rng.randint(10, 28):02}T{rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
            events.append(conversion(f"c{person}-{number}", moment, f"p{person}", rng.randint(1, 99_999)))
    whole, mixed = await new_attribution(platform), await new_attribution(platform)
    await whole.send(*events)
    rng.shuffle(events)
    batches = [events[start : start + 9] for start in range(0, len(events), 9)]
    await asyncio.gather(*[mixed.send(*batch) for batch in batches])
    again = [await mixed.send(*batch) for batch in batches]
    assert {result for batch in again for result in batch} == {"duplicate"}
    bought = [event for event in events if event["type"] == "conversion"]
    totals = (float(len(bought)), sum(event["amount_minor"] for event in bought) / 100)
    await whole.until_totals(*totals)
    expected = {model: await whole.credits(model, order=2) for model in MODELS}

    async def alike() -> bool:
        await mixed.until_totals(*totals)
        return {model: await mixed.credits(model, order=2) for model in MODELS} == expected

    await mixed.until(alike)


async def test_an_id_is_taken_once_and_another_content_is_told(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    answer = await attribution.ask(
        "POST",
        "/events",
        json={
            "events": [
                WAY[0], WAY[0], touch("t1", "02T10:00", "ada"), {"type": "visit", "event_id": "x"},
                {"type": "touch", "event_id": "t9", "at": "yesterday"}, BOUGHT,
            ]
        },
    )  # fmt: skip
    told = answer.json()
    assert [item["result"] for item in told["items"]] == [
        "accepted", "duplicate", "conflict", "invalid", "invalid", "accepted",
    ]  # fmt: skip
    assert told["counts"] == {"accepted": 2, "duplicate": 1, "conflict": 1, "invalid": 2}
    assert "correction under an id of its own" in told["items"][2]["detail"]
    assert told["items"][4]["detail"].startswith("at: ")
    await attribution.until_totals(1.0, 100.01)
    assert await attribution.send({**BOUGHT, "amount_minor": 5}) == ["conflict"]


async def test_refunds_reverse_exactly_in_parts_whole_and_before_the_sale(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)

    def refund(event_id: str, of: str, minor: int) -> dict[str, object]:
        at = "2026-03-20T10:00:00Z"
        return {"type": "refund", "event_id": event_id, "refund_of": of, "at": at, "amount_minor": minor}

    await attribution.send(*WAY, BOUGHT, conversion("c2", "16T11:00", "bob", 700))
    before = await attribution.until_totals(2.0, 107.01)
    assert {row["channel"] for row in before["items"]} >= {"Email", "(unattributed)"}
    await attribution.send(refund("r1", "c1", 4_000))
    await attribution.until_totals(2.0, 67.01)
    await attribution.send(refund("r2", "c1", 6_001))
    await attribution.until_totals(1.0, 7.0)
    await attribution.send(refund("r3", "c3", 900))
    await attribution.send(conversion("c3", "17T11:00", "eve", 900), conversion("c4", "18T11:00", "eve", 5))
    await attribution.until_totals(2.0, 7.05)
    paths = await attribution.get("/journeys:lookup", anonymous_id="ada")
    assert [(one["net_micros"], one["counts"]) for one in paths["conversions"]] == [(0, False)]


async def test_spend_makes_roas_and_cpa_and_money_of_other_currencies_stands_beside(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    spend = {"type": "spend", "at": "2026-03-02T00:00:00Z", "amount_minor": 2_500, "currency": "USD"}
    await attribution.send(
        *WAY, BOUGHT, conversion("c2", "16T11:00", "ada", 5_000, currency="EUR"),
        {**spend, "event_id": "s1", "source": "google", "medium": "cpc"},
        {**spend, "event_id": "s2", "channel": "Radio", "amount_minor": 1},
        {**spend, "event_id": "s3", "channel": "Paid Search", "currency": "JPY", "amount_minor": 300},
    )  # fmt: skip
    await attribution.until_totals(2.0, 100.01, 25.01)
    report = await attribution.channels(model="first")
    rows = {row["channel"]: row for row in report["items"]}
    assert (rows["Paid Search"]["roas"], rows["Paid Search"]["cpa"]) == (4.0004, 12.5)
    assert (rows["Radio"]["roas"], rows["Radio"]["cpa"], rows["Radio"]["conversions"]) == (0.0, None, 0.0)
    assert report["other_currencies"] == {"EUR": 50_000_000}


async def test_models_are_compared_and_a_small_sample_is_warned_of(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(*WAY, BOUGHT)
    await attribution.until_totals(1.0, 100.01)
    compared = await attribution.get("/models:compare", **PERIOD)
    assert compared["models"] == list(MODELS)
    assert [row["channel"] for row in compared["items"]] == ["Direct", "Email", "Paid Search"]
    direct = compared["items"][0]
    assert (direct["spread_points"], direct["highest"], direct["lowest"]) == (100.0, "last", "first")
    assert compared["margin_points"] == 98.0
    assert compared["warnings"][0].startswith("There are 1 conversions. Below 100")
    assert any("No journey ended without a conversion" in warning for warning in compared["warnings"])


async def test_paths_tell_length_lag_and_assists(platform: LocalPlatform) -> None:
    attribution = await new_attribution(platform)
    await attribution.send(*WAY, BOUGHT, touch("t4", "20T10:00", "bob", "google/cpc"), touch("t5", "21T10:00", "bob"))
    await attribution.send(touch("t6", "20T10:00", "eve", "google/cpc"), conversion("c2", "20T12:00", "eve", 200))
    await attribution.until_totals(2.0, 102.01)
    report = await attribution.get("/paths", **PERIOD, limit=1)
    assert report["items"] == [
        {
            "channels": ["Paid Search", "Email", "Direct"], "journeys": 1, "conversions": 1, "conversion_rate": 1.0,
            "revenue_micros": 100_010_000, "revenue": 100.01, "days": 14.042,
        }
    ]  # fmt: skip
    assert report["other_paths"] == 1
    assert [(one["value"], one["conversions"]) for one in report["lengths"]] == [(1, 1), (3, 1)]
    assert [(one["value"], one["conversions"]) for one in report["lags"]] == [(0, 1), (14, 1)]
    assists = {one["channel"]: (one["first"], one["last"], one["assisted"], one["ratio"]) for one in report["assists"]}
    assert assists == {"Direct": (0, 1, 0, 0.0), "Email": (0, 0, 1, None), "Paid Search": (2, 1, 1, 1.0)}
