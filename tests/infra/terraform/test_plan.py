"""The real Terraform plans the whole platform from the manifest, applies it, and then has nothing left to do."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from infra.local.options import ROOT
from infra.manifest.access import access_of
from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.model import Manifest
from infra.manifest.terraform.document import gateway_text
from infra.manifest.terraform.stores import expiring_collections
from shared_layer.core.declaration import EventHandler, HttpOperation, ScheduleHandler
from tests.infra.terraform.conftest import Applied, Planned
from tests.infra.terraform.workspace import NUMBER, PROJECT, STATE_BUCKET, Workspace, terraform_program, workspace


def test_the_configuration_is_formatted(planned: Planned) -> None:
    assert planned.workspace.terraform("fmt", "-check", "-recursive", "-diff", str(ROOT / "infra" / "terraform")) == ""


def test_the_configuration_is_valid(planned: Planned) -> None:
    told = json.loads(planned.workspace.terraform("validate", "-json"))
    assert (told["valid"], told["diagnostics"]) == (True, [])


def test_a_second_plan_after_apply_is_empty(applied: Applied) -> None:
    assert applied.again.returncode == 0, applied.again.stdout[-4000:]
    assert "No changes." in applied.again.stdout


def test_all_of_it_is_applied(applied: Applied, planned: Planned) -> None:
    made = applied.of("google_cloud_run_v2_service")
    assert len(made) == len(planned.document["manifest"]["functions"])
    assert len(applied.state["values"]["root_module"]["resources"]) >= len(planned.values)


def test_the_state_is_kept_in_a_bucket_and_locked_while_it_is_changed(applied: Applied, planned: Planned) -> None:
    made = planned.workspace
    with made.bucket.client() as client:
        bucket = client.bucket(STATE_BUCKET)
        assert [blob.name for blob in bucket.list_blobs()] == ["prod/default.tfstate"], "and no lock is left behind"
        bucket.blob("prod/default.tflock").upload_from_string(json.dumps({"ID": "1", "Who": "somebody else"}))
        try:
            told = made.run("plan", "-input=false", "-no-color", "-refresh=false", "-lock-timeout=0s")
        finally:
            bucket.blob("prod/default.tflock").delete()
    assert told.returncode == 1
    assert "Error acquiring the state lock" in told.stderr
    assert "somebody else" in told.stderr


def test_another_content_of_one_function_changes_that_function_alone(applied: Applied) -> None:
    touched = {one["address"]: one["change"]["actions"] for one in applied.changed["resource_changes"]}
    touched = {address: actions for address, actions in touched.items() if actions not in (["no-op"], ["read"])}
    assert set(touched) == {
        'google_cloud_run_v2_service.function["create-campaign"]',
        'google_storage_bucket_object.source["create-campaign"]',
    }
    assert touched['google_cloud_run_v2_service.function["create-campaign"]'] == ["update"]


def test_every_function_runs_as_it_declares(planned: Planned, manifest: Manifest) -> None:
    services = planned.of("google_cloud_run_v2_service")
    assert set(services) == {f"function.{found.slug}" for found in manifest.declarations}
    for declaration in manifest.declarations:
        service = services[f"function.{declaration.slug}"]
        [template], [build] = service["template"], service["build_config"]
        [container], resources = template["containers"], declaration.resources
        if isinstance(declaration, HttpOperation) and declaration.websocket:
            assert not build["function_target"]
            assert build["environment_variables"]["GOOGLE_ENTRYPOINT"].startswith("uvicorn main:app ")
        else:
            assert build["function_target"] == declaration.name
            assert "GOOGLE_ENTRYPOINT" not in build["environment_variables"]
        assert build["environment_variables"]["SOURCE_DATE_EPOCH"]
        assert build["image_uri"] == container["image"]
        assert template["max_instance_request_concurrency"] == resources.concurrency
        assert template["scaling"][0] == {
            "min_instance_count": resources.min_instances,
            "max_instance_count": resources.max_instances,
        }
        assert container["resources"][0]["limits"]["memory"] == f"{resources.memory}Mi"
        assert container["resources"][0]["startup_cpu_boost"] is True
        assert declaration.deadline < int(template["timeout"][:-1]) or template["timeout"] == "3600s"
        mounted = {mount["mount_path"] for mount in container["volume_mounts"]}
        assert {f"/secrets/{name}" for name in resources.secrets} <= mounted
        assert template["vpc_access"][0]["egress"] == "PRIVATE_RANGES_ONLY"


def test_every_function_has_an_account_of_its_own(planned: Planned) -> None:
    accounts = [one["template"][0]["service_account"] for one in planned.of("google_cloud_run_v2_service").values()]
    made = {
        one["account_id"] for name, one in planned.of("google_service_account").items() if name.startswith("function.")
    }
    assert len(set(accounts)) == len(accounts) == len(made)
    assert {account.partition("@")[0] for account in accounts} == made
    assert all(6 <= len(account) <= 30 for account in made)


def test_a_function_is_granted_what_its_code_touches_and_no_more(planned: Planned, manifest: Manifest) -> None:
    accounts = {
        found.slug: planned.document["manifest"]["functions"][found.slug]["account"] for found in manifest.declarations
    }
    kinds = ("google_project_iam_member", "google_pubsub_topic_iam_member", "google_storage_bucket_iam_member")
    kinds += ("google_bigquery_dataset_iam_member", "google_secret_manager_secret_iam_member")
    roles: dict[str, set[str]] = {account: set() for account in accounts.values()}
    for kind in kinds:
        for grant in planned.of(kind).values():
            account = str(grant.get("member", "")).removeprefix("serviceAccount:").partition("@")[0]
            place = grant.get("topic") or grant.get("bucket") or grant.get("dataset_id") or grant.get("secret_id") or ""
            roles.setdefault(account, set()).add(f"{grant['role']} {place}".strip())
    assert roles[accounts["show-dashboard"]] == set()
    assert roles[accounts["get-campaign"]] == {
        "roles/datastore.user",
        "roles/secretmanager.secretAccessor xynergy-api-keys",
    }
    assert roles[accounts["sync-event-to-warehouse"]] == {
        *("roles/datastore.user", "roles/bigquery.jobUser", "roles/bigquery.dataEditor xynergy_analytics"),
        "roles/pubsub.publisher dead-letters",
    }
    assert "roles/storage.objectCreator xynergy-audit-xynergy-test" in roles[accounts["checkpoint-audit"]]
    for declaration in manifest.declarations:
        granted, access = roles[accounts[declaration.slug]], access_of(declaration)
        everything = " ".join((*access.reads, *access.writes))
        assert ("roles/pubsub.publisher" in " ".join(granted)) == ("topic " in everything), declaration.name
        asks = any(what in everything for what in ("bigquery", "datasets ", "tables "))
        assert ("roles/bigquery.jobUser" in granted) == asks, declaration.name
        assert ("roles/storage." in " ".join(granted)) == ("bucket " in everything), declaration.name
        assert not {"roles/owner", "roles/editor", "roles/viewer"} & granted


def test_the_deployed_gateway_runs_the_local_gateways_specification_to_the_byte(
    applied: Applied, manifest: Manifest
) -> None:
    [config] = applied.of("google_api_gateway_api_config").values()
    deployed = base64.b64decode(config["openapi_documents"][0]["document"][0]["contents"]).decode()
    host = f"xynergy-abc123.apigateway.{PROJECT}.cloud.goog"
    local = gateway_spec(manifest, lambda found: f"http://localhost:8081/{found.slug}", "localhost:8080")
    text = json.dumps(local, ensure_ascii=False).replace("localhost:8080", host)
    for operation in manifest.operations:
        address = f"https://{operation.slug}-{NUMBER}.us-central1.run.app"
        text = text.replace(f'"http://localhost:8081/{operation.slug}"', f'"{address}"')
    assert deployed == text
    assert config["api_config_id"].startswith("spec-")


def test_the_gateways_configuration_is_named_after_its_content(manifest: Manifest) -> None:
    assert gateway_text(manifest) == gateway_text(manifest)
    assert gateway_text(manifest) != gateway_text(Manifest(manifest.declarations[1:], (), manifest.root))


def test_api_operations_are_called_by_the_gateway_and_handlers_by_their_own_account(
    planned: Planned, manifest: Manifest
) -> None:
    callers = {one["name"]: one["member"] for one in planned.of("google_cloud_run_v2_service_iam_member").values()}
    for found in manifest.declarations:
        if not isinstance(found, HttpOperation):
            account = planned.document["manifest"]["functions"][found.slug]["account"]
            assert callers[found.slug] == f"serviceAccount:{account}@{PROJECT}.iam.gserviceaccount.com"
        elif found.streams or found.websocket:
            assert callers[found.slug] == "allUsers"
        else:
            assert callers[found.slug] == f"serviceAccount:api-gateway@{PROJECT}.iam.gserviceaccount.com"


def test_events_are_pushed_with_an_identity_retried_and_kept_when_they_cannot_be_delivered(
    planned: Planned, manifest: Manifest
) -> None:
    subscriptions = planned.of("google_pubsub_subscription")
    handlers = [found for found in manifest.declarations if isinstance(found, EventHandler)]
    assert len(subscriptions) == sum(len(found.topics) for found in handlers)
    for name, one in subscriptions.items():
        [push], [retry] = one["push_config"], one["retry_policy"]
        assert push["oidc_token"][0]["audience"] == push["push_endpoint"]
        assert retry["maximum_backoff"] == "600s"
        if not one["topic"].endswith("/dead-letters"):
            assert one["dead_letter_policy"][0]["dead_letter_topic"].endswith("/dead-letters"), name
    jobs = planned.of("google_cloud_scheduler_job")
    assert {one["schedule"] for one in jobs.values()} == {
        found.cron for found in manifest.declarations if isinstance(found, ScheduleHandler)
    }


def test_tables_are_partitioned_clustered_and_encrypted_with_the_key_that_is_given(planned: Planned) -> None:
    tables = planned.of("google_bigquery_table")
    assert tables
    for one in tables.values():
        assert one["time_partitioning"][0]["type"] == "DAY"
        assert one["require_partition_filter"] is True
        assert one["clustering"][0] == "tenant_id"
        assert one["encryption_configuration"][0]["kms_key_name"].endswith("/k")


def test_buckets_lose_their_objects_at_the_ages_of_the_design(planned: Planned) -> None:
    ages = {
        name.removeprefix("bucket."): [rule["condition"][0]["age"] for rule in one["lifecycle_rule"]]
        for name, one in planned.of("google_storage_bucket").items()
        if name.startswith("bucket.")
    }
    assert ages == {
        "xynergy-assets": [],
        "xynergy-audit": [],
        "xynergy-content": [30],
        "xynergy-reports": [365],
        "xynergy-research": [90],
        "xynergy-trending": [30],
    }


def test_documents_that_are_kept_for_a_time_expire(planned: Planned) -> None:
    expiring = {one["collection"] for name, one in planned.of("google_firestore_field").items() if "expiry" in name}
    assert expiring == expiring_collections(ROOT)
    assert {"inbox", "idempotency", "tasks", "quota_consumptions"} <= expiring
    assert "api_keys" not in expiring, "a key's own end is no reason to forget it"


def test_every_objective_has_three_burn_alerts_of_two_windows(planned: Planned) -> None:
    alerts = {
        name: one for name, one in planned.of("google_monitoring_alert_policy").items() if name.startswith("burn.")
    }
    objectives = planned.of("google_monitoring_slo")
    assert len(alerts) == 3 * len(objectives) > 20
    rates = sorted({one["conditions"][0]["condition_threshold"][0]["threshold_value"] for one in alerts.values()})
    assert rates == [1, 6, 14.4]
    assert all(len(one["conditions"]) == 2 and one["combiner"] == "AND" for one in alerts.values())


def test_production_is_kept_and_other_stages_can_be_thrown_away(planned: Planned) -> None:
    [database] = planned.of("google_firestore_database").values()
    assert database["delete_protection_state"] == "DELETE_PROTECTION_ENABLED"
    assert not any(
        one["force_destroy"] for name, one in planned.of("google_storage_bucket").items() if "bucket." in name
    )
    assert planned.of("google_storage_bucket")["bucket.xynergy-audit"]["retention_policy"]


def test_no_argument_is_taken_that_googles_provider_does_not_know(planned: Planned, tmp_path: Path) -> None:
    with workspace(tmp_path, planned.document) as wrong:
        (wrong.folder / "wrong.tf").write_text(
            'resource "google_pubsub_topic" "wrong" {\n  name = "x"\n  colour = "red"\n}\n'
        )
        told = wrong.run("validate", "-no-color")
    assert told.returncode == 1
    assert 'An argument named "colour" is not expected here.' in told.stderr


def test_terraform_is_part_of_the_machine() -> None:
    assert Workspace(Path("/"), {}).run("version", "-json").returncode == 0, terraform_program()
