"""What providers' events mean, in the shapes that the providers document."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared_layer.webhooks.body import original, read_body, storable
from shared_layer.webhooks.normalising.form import lead_of
from shared_layer.webhooks.normalising.github import change_of
from shared_layer.webhooks.normalising.stripe import payment_of

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
CREATED = 1_764_320_400

CHARGE: dict[str, Any] = {
    "id": "ch_1",
    "object": "charge",
    "amount": 45_000,
    "amount_refunded": 0,
    "currency": "eur",
    "payment_intent": "pi_1",
    "billing_details": {"email": "Nora@Hafen.example", "name": "Nora Lindqvist", "address": None},
    "receipt_email": None,
}


def stripe(kind: str, subject: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {"id": "evt_1", "object": "event", "type": kind, "created": CREATED, "data": {"object": subject, **data}}


def test_a_charge_its_intent_and_its_checkout_are_one_payment() -> None:
    intent = {"id": "pi_1", "amount_received": 45_000, "currency": "eur", "receipt_email": None}
    session = {"id": "cs_1", "mode": "payment", "payment_status": "paid", "amount_total": 45_000, "currency": "eur"}
    told = [
        payment_of(stripe("charge.succeeded", CHARGE), NOW),
        payment_of(stripe("payment_intent.succeeded", intent), NOW),
        payment_of(stripe("checkout.session.completed", session | {"payment_intent": {"id": "pi_1"}}), NOW),
    ]
    assert {(each.payment_id, each.amount_minor, each.currency) for each in told if each} == {("pi_1", 45_000, "EUR")}
    assert told[0] is not None
    assert (told[0].customer_email, told[0].customer_name) == ("Nora@Hafen.example", "Nora Lindqvist")
    assert told[0].paid_at == datetime.fromtimestamp(CREATED, UTC)


def test_each_refund_of_a_charge_is_what_it_added_to_the_sum() -> None:
    first = CHARGE | {"amount_refunded": 10_000}
    second = CHARGE | {"amount_refunded": 45_000}
    told = [
        payment_of(stripe("charge.refunded", first, previous_attributes={"amount_refunded": 0}), NOW),
        payment_of(stripe("charge.refunded", second, previous_attributes={"amount_refunded": 10_000}), NOW),
    ]
    assert [(each.amount_minor, each.refund_of) for each in told if each] == [(10_000, "pi_1"), (35_000, "pi_1")]
    assert len({each.payment_id for each in told if each}) == 2


@pytest.mark.parametrize(
    "event",
    [
        stripe("customer.created", {"id": "cus_1"}),
        stripe("charge.succeeded", {"id": "ch_1"}),
        stripe("charge.succeeded", CHARGE | {"amount": "45000"}),
        stripe("charge.succeeded", CHARGE | {"amount": -5}),
        stripe("charge.succeeded", CHARGE | {"currency": 3}),
        stripe("checkout.session.completed", {"mode": "subscription", "payment_status": "paid"}),
        {"type": "charge.succeeded", "data": []},
        {"type": ["charge.succeeded"]},
        {},
    ],
)
def test_what_tells_of_no_payment_is_none(event: dict[str, Any]) -> None:
    assert payment_of(event, NOW) is None


def test_a_time_that_no_clock_shows_is_the_time_of_arrival() -> None:
    payment = payment_of(stripe("charge.succeeded", CHARGE) | {"created": 10**18}, NOW)
    assert payment is not None
    assert payment.paid_at == NOW


REPOSITORY = {"full_name": "octo/site", "default_branch": "main"}


def test_a_push_to_the_default_branch_a_release_and_a_merge_are_changes() -> None:
    push = {
        "ref": "refs/heads/main",
        "after": "6dcb09b5b57875f334f61aebed695e2e4193db5e",  # pragma: allowlist secret
        "repository": REPOSITORY,
        "head_commit": {
            "message": "Fix the form\n\nIt lost umlauts.",
            "timestamp": "2026-11-27T16:00:00+01:00",
            "author": {"name": "Mona"},
        },
    }
    told = change_of("push", push, NOW)
    assert told is not None
    assert (told.kind, told.title, told.author) == ("push", "Fix the form", "Mona")
    assert told.happened_at == datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    release = {"repository": REPOSITORY, "release": {"tag_name": "v2", "name": None, "author": {"login": "mona"}}}
    told = change_of("release.published", release, NOW)
    assert told is not None
    assert (told.reference, told.title, told.happened_at) == ("v2", "v2", NOW)
    merge = {"number": 7, "repository": REPOSITORY, "pull_request": {"merged": True, "title": "Umlauts"}}
    told = change_of("pull_request.closed", merge, NOW)
    assert told is not None
    assert (told.reference, told.title) == ("#7", "Umlauts")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("ping", {"zen": "Keep it logically awesome."}),
        ("push", {"ref": "refs/heads/other", "repository": REPOSITORY, "after": "1", "head_commit": {}}),
        ("push", {"ref": "refs/heads/main", "repository": REPOSITORY, "after": "0", "head_commit": None}),
        ("pull_request.closed", {"number": 7, "repository": REPOSITORY, "pull_request": {"merged": False}}),
        ("release.published", {"repository": [], "release": []}),
    ],
)
def test_what_is_no_change_of_the_code_is_none(kind: str, body: dict[str, Any]) -> None:
    assert change_of(kind, body, NOW) is None


def test_a_form_is_a_lead_whatever_it_calls_its_fields() -> None:
    sent = {"First Name": "Nora", "last_name": "Lindqvist", "E-Mail Address": "Nora@Hafen.example", "budget": 5000,
            "Company Name": "Hafen", "newsletter": True, "form_name": "Contact"}  # fmt: skip
    lead = lead_of("whr_1", sent, "Website", NOW)
    assert (lead.lead_id, lead.form, lead.email) == ("lead_1", "Contact", "nora@hafen.example")
    assert (lead.name, lead.company) == ("Nora Lindqvist", "Hafen")
    assert lead.fields == {"budget": "5000", "newsletter": "yes"}
    nested = lead_of("whr_2", {"data": {"email": "no address", "name": "X"}}, "Website", NOW)
    assert (nested.form, nested.email, nested.name, nested.fields) == ("Website", None, "X", {"email": "no address"})


@pytest.mark.parametrize(
    "body",
    [
        {"matrix": [[1, 2], [3]]},
        {"__name__": 1},
        {"": 1},
        {"many": list(range(3_000))},
        {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}}}}}},
    ],
)
def test_a_body_that_firestore_would_not_take_is_kept_as_text_and_comes_back_as_it_was(body: dict[str, Any]) -> None:
    kept = storable(body)
    assert list(kept) == ["json_text"]
    assert original(kept) == body


def test_forms_and_json_are_read_as_objects() -> None:
    assert read_body(b"a=1&a=2&b=%C3%BC", "application/x-www-form-urlencoded", "form") == {"a": "1, 2", "b": "ü"}
    assert read_body(b"payload=%7B%22zen%22%3A1%7D", "application/x-www-form-urlencoded; charset=utf-8", "github") == {
        "zen": 1
    }
    assert read_body(b"[1]", "application/json", "standard") == {"value": [1]}
