"""Nothing personal stands in a record; what stood there can be proven while its salt lives."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from shared_layer.governance.commitment import (
    PLAIN_FIELDS,
    TENANT_SUBJECT,
    commitment,
    committed,
    new_salt,
    subject_key,
    subject_of,
)

SALT = new_salt()
texts = st.text(min_size=4).filter(lambda text: not text.isdigit())
payloads = st.dictionaries(
    st.sampled_from(["name", "email", "note", "data", "lines"]),
    st.recursive(texts, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("text"), inner)),
)


@given(payloads)
def test_no_text_of_an_unknown_field_is_left_readable(payload: dict[str, object]) -> None:
    def leaves(value: object) -> list[str]:
        if isinstance(value, dict):
            return [leaf for item in value.values() for leaf in leaves(item)]
        if isinstance(value, list):
            return [leaf for item in value for leaf in leaves(item)]
        return [str(value)]

    shown = leaves(committed(payload, SALT))
    assert all(len(leaf) == 64 for leaf in shown)
    assert not set(leaves(payload)) & set(shown)


def test_ids_states_and_amounts_stay_readable() -> None:
    payload = {"campaign_id": "cmp_1", "status": "running", "used": 5, "scopes": ["ai:use"], "data": {"cached": True}}
    assert committed(payload, SALT) == payload


def test_an_address_is_hidden_wherever_it_stands() -> None:
    payload = {"status": "sent to ada@example.com", "by_recipient": {"ada@example.com": 3}}
    told = json.dumps(committed(payload, SALT))
    assert "ada@" not in told
    assert "example" not in told
    assert "status" in PLAIN_FIELDS


def test_a_commitment_proves_the_value_with_its_salt_and_tells_nothing_without() -> None:
    shown = committed({"name": "Ada"}, SALT)["name"]["commitment"]
    assert shown == commitment("name", "Ada", SALT)
    assert shown != commitment("name", "Ada", new_salt())
    assert shown != commitment("note", "Ada", SALT)


def test_a_subject_is_its_contact_or_its_address_however_written() -> None:
    assert subject_of({"contact_id": "con_1", "email": "a@b.co"}) == subject_key("contact", "con_1")
    assert subject_of({"data": {"to": "Ada@Example.com"}}) == subject_key("email", "ada@example.COM ")
    assert subject_of({"name": "Ada"}) == TENANT_SUBJECT
