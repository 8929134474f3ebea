"""Where the person came from, told after he paid: his visits are credited with the payment all the same."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from infra.demo.api import told
from infra.demo.scenes.week.desk import Desk
from infra.demo.stage import new_key
from infra.demo.week import Happening

PATH: Final = "/api/v1/attribution"
MODELS: Final = ("first", "last_non_direct", "markov")
SETTLES_WITHIN: Final = 30.0
VISITS: Final = (
    (20, {"url": "https://northlight.example/?utm_source=google&utm_medium=cpc", "anonymous_id": "phone"}),
    (9, {"url": "https://northlight.example/work", "referrer": "https://chatgpt.com/", "anonymous_id": "laptop"}),
    (3, {"url": "https://northlight.example/?utm_source=letter&utm_medium=email", "anonymous_id": "laptop"}),
    (0, {"url": "https://northlight.example/", "anonymous_id": "phone"}),
)
"""Days before the payment, and what his browsers tell. Two of them name him."""


def credited(desk: Desk) -> None:
    """Send his visits, and read the channels of the payment by three models."""
    paid = [happening for happening in desk.week.happenings if happening.kind == "payment"]
    if not paid:
        return
    desk.story.scene(f"What brought {desk.week.person.name}")
    sent = desk.api.call(
        "POST", f"{PATH}/events", {"events": _visits(desk, paid[0])}, idempotency_key=new_key()
    )  # fmt: skip
    accepted = sent.json().get("counts", {}).get("accepted", 0) if sent.is_success else 0
    words = f"{told(sent)}, {accepted} accepted"
    desk.story.step("His visits are told of after he paid", words, accepted == len(VISITS))
    for model in MODELS:
        _by_model(desk, paid[0], model)


def _visits(desk: Desk, paid: Happening) -> list[dict[str, Any]]:
    return [
        {
            "type": "touch",
            "event_id": f"visit-{days}",
            "at": (paid.at - timedelta(days=days, minutes=5)).isoformat(),
            **({"email": desk.week.person.email} if days in (0, 3) else {}),
            **visit,
        }
        for days, visit in VISITS
    ]


def _by_model(desk: Desk, paid: Happening, model: str) -> None:
    day = paid.at.date().isoformat()
    query = f"model={model}&since={day}&until={day}&conversion=payment&currency={paid.details['currency'].upper()}"
    found: dict[str, Any] = {}

    def there() -> bool:
        found.update(desk.api.call("GET", f"{PATH}/channels?{query}").json())
        rows = found.get("items", [])
        return bool(rows) and "(unattributed)" not in {row["channel"] for row in rows} and _credits(rows) != {}

    waited = desk.api.until(there, SETTLES_WITHIN)
    credits = ", ".join(f"{name} {share}" for name, share in _credits(found.get("items", [])).items())
    desk.story.step(f"The payment's channels by “{model}”", credits or "none", waited is not None)


def _credits(rows: list[dict[str, Any]]) -> dict[str, float]:
    return {row["channel"]: row["revenue"] for row in rows if row["conversions"]}
