"""What each function can touch: derived from its code, and held against what a person has agreed to."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from infra.local.options import ROOT
from infra.manifest.access import Access, access_of, access_table
from infra.manifest.collect import collect
from infra.manifest.model import Manifest
from shared_layer.core.scopes import PUBLIC
from shared_layer.governance.places import beside
from tests.support.platform import LocalPlatform

AGREED = ROOT / "infra" / "manifest" / "access" / "access.txt"
SIGNED = {
    *("receive_slack_events", "receive_webhook", "ask_gmail_consent", "finish_gmail_connect"),
    *("receive_mail_feedback", "track_click", "track_open", "unsubscribe"),
    *("ask_search_console_consent", "finish_search_console_connect"),
}
"""Public operations that know their tenant from a signature."""

SITES = {"read_published_page", "show_asset", "show_feed", "show_sitemap"}
"""Public operations that show what a tenant published, by the key of its site; SHOWN is all that they read."""

SHOWN = {
    *("redis", "tenants", "bucket xynergy-assets"),
    *(f"tenants/*/content_{name}" for name in ("assets", "published", "settings", "slugs")),
}

MADE_UP = {
    f"tenants/*/{name}"
    for name in (
        *("slack_connections", "slack_channels", "slack_users", "slack_messages", "slack_threads"),
        *("gmail_mailboxes", "gmail_messages", "gmail_threads"),
    )
}
"""What a tenant without Slack or Gmail is shown: the workspace that is made up when it is first looked at."""

EVERYTHING = {"erase_tenants", "fulfil_privacy_request"}
"""Functions that must look through every collection of a tenant: erasure and a data subject's export."""

FUNCTION = '''"""Do something that is declared nowhere."""

from shared_layer.core.caller import Caller
from shared_layer.front_door import PageQuery, Page, Unit, endpoint
from shared_layer.storage.documents import tenant_document
from shared_layer.storage.gcp_clients import storage


def _hidden(tenant_id: str):
    return tenant_document(tenant_id, "salaries", "x")


def _deeper(caller: Caller, unit: Unit) -> None:
    unit.patch(_hidden(caller.tenant_id), {})
    storage().bucket("payroll").blob("y").upload_from_string("z")


@endpoint("POST", "/api/v1/sneaky", scope="marketing:write")
async def sneaky(caller: Caller, unit: Unit) -> None:
    _deeper(caller, unit)
'''


@cache
def manifest() -> Manifest:
    return collect(ROOT)


@cache
def access() -> dict[str, Access]:
    return {found.name: access_of(found) for found in manifest().declarations}


def test_no_function_reaches_more_or_less_than_was_agreed() -> None:
    """Look at what changed. Where it is meant, agree: the file is `python -m infra.manifest list --access`."""
    agreed = AGREED.read_text().rstrip("\n").split("\n")
    reached = access_table(manifest()).split("\n")
    assert {"more or changed": sorted(set(reached) - set(agreed)), "no longer": sorted(set(agreed) - set(reached))} == {
        "more or changed": [],
        "no longer": [],
    }


def test_an_access_deep_in_the_code_of_a_new_function_is_found(tmp_path: Path) -> None:
    file = tmp_path / "functions" / "marketing" / "sneaky.py"
    file.parent.mkdir(parents=True)
    file.write_text(FUNCTION)
    found = collect(tmp_path)
    assert found.broken == ()
    reached = access_of(found.declarations[0])
    assert {"tenants/*/salaries", "bucket payroll"} <= set(reached.writes)
    assert "tenants/*/idempotency" not in reached.writes
    assert "tenants/*/events" not in reached.writes


def test_what_campaigns_touch_is_known_to_the_letter() -> None:
    campaigns = "tenants/*/marketing_campaigns"
    assert campaigns in access()["get_campaign"].reads
    assert set(access()["get_campaign"].writes) == {"api_key_uses"}
    assert {campaigns, "tenants/*/events"} <= set(access()["launch_campaign"].writes)
    assert "tenants/*/ai_ledger" in access()["create_campaign"].writes
    assert "api_keys" not in access()["create_campaign"].writes


def test_a_public_operation_touches_no_tenant_unless_it_takes_signed_calls() -> None:
    for operation in manifest().operations:
        if operation.scope == PUBLIC and operation.name not in SIGNED:
            reached = access()[operation.name]
            assert set(reached.writes) <= {"redis"}, operation.name
            assert set(reached.reads) <= (SHOWN if operation.name in SITES else {"redis"}), operation.name


FIRST_BROWSER = {"tenants/*/google_connects"}
"""The browser that comes back from Google first is remembered: it alone may press the button."""

OPENED = {"tenants/*/marketing_mails"}
"""A mail's picture is loaded by GET: that it was is noted on the mail."""


def test_an_operation_that_emits_nothing_and_reads_only_writes_nothing() -> None:
    for operation in manifest().operations:
        if operation.method == "GET" and not operation.emits:
            harmless = {"api_key_uses"} | MADE_UP | FIRST_BROWSER | OPENED
            assert set(access()[operation.name].writes) <= harmless, operation.name


def test_keys_are_written_by_the_operations_on_keys_alone() -> None:
    writers = {name for name, reached in access().items() if "api_keys" in reached.writes}
    assert writers == {"create_api_key", "rotate_api_key", "revoke_api_key", "create_tenant"}


ONBOARDING = {"get_tenant", "run_workflow_step"}
"""They look whether the collections of the onboarding checklist hold anything; their names come from a table."""


def test_only_erasure_and_export_reach_every_collection() -> None:
    assert {name for name, reached in access().items() if "tenants/*/*" in reached.reads} <= EVERYTHING | ONBOARDING


KEPT = {"tenants", "audit", "records"}
"""The tenant's own document, which says that it is erased, and the audit chain (`audit/{tenant_id}/records`)."""


async def test_an_erasure_reaches_every_collection_that_stands_beside_the_tenants(platform: LocalPlatform) -> None:
    """One that is new belongs into `shared_layer.governance.places.beside`, or is kept for a reason that is said."""
    things = {thing for reached in access().values() for thing in reached.reads + reached.writes}
    tops = {thing for thing in things if "/" not in thing and " " not in thing} - {"redis", "bigquery", "internet"}
    assert tops == KEPT | {collection.id for collection in beside()}
