"""Who may become a contact by himself."""

from __future__ import annotations

import pytest

from shared_layer.crm.policy import Way, refusal
from shared_layer.crm.settings import CrmSettings

OURS = CrmSettings(internal_domains=["us.example"], blocklist=["spam.example", "one@bad.example"])


@pytest.mark.parametrize(
    ("email", "way", "settings", "reason"),
    [
        ("ann@acme.example", "mail-outbound", OURS, None),
        ("ann@acme.example", "mail-inbound", OURS, "policy"),
        ("ann@acme.example", "mail-inbound", CrmSettings(mail="both"), None),
        ("ann@acme.example", "mail-outbound", CrmSettings(mail="never"), "policy"),
        ("no-reply@acme.example", "mail-outbound", OURS, "no-reply"),
        ("donotreply+1@acme.example", "mail-outbound", OURS, "no-reply"),
        ("info@acme.example", "mail-outbound", OURS, "role"),
        ("customer-service@acme.example", "slack", OURS, "role"),
        ("info@acme.example", "payment", OURS, None),
        ("bob@mail.us.example", "slack", OURS, "internal"),
        ("x@spam.example", "form", OURS, "blocklist"),
        ("one@bad.example", "mail-outbound", OURS, "blocklist"),
        ("two@bad.example", "mail-outbound", OURS, None),
        ("ann@gmail.com", "mail-outbound", CrmSettings(personal_addresses=False), "personal"),
        (None, "slack", OURS, None),
        (None, "slack", CrmSettings(create_from=["form"]), "policy"),
    ],
)
def test_the_policy_names_its_reason(email: str | None, way: Way, settings: CrmSettings, reason: str | None) -> None:
    assert refusal(email, way, settings) == reason


def test_lists_and_notices_make_no_contact() -> None:
    assert refusal("ann@acme.example", "mail-outbound", OURS, automated=True) == "automated"
