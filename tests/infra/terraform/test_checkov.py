"""checkov looks through the plan of the whole platform; what it finds is explained here, or corrected."""

from __future__ import annotations

import json
import subprocess
from collections import defaultdict
from pathlib import Path

from infra.tools import tool
from tests.infra.terraform.conftest import Planned

EXPLAINED = {
    "CKV_GCP_15": "The dataset names nobody; access is granted by google_bigquery_dataset_iam_member.",
    "CKV_GCP_62": "Cloud Audit Logs say who read which object (google_project_iam_audit_config).",
    "CKV_GCP_63": "As above: no bucket logs to any bucket.",
    "CKV_GCP_78": "What expires or is erased must not live on as an old version; the audit bucket is versioned.",
    "CKV_GCP_95": "Only functions are in Redis's network; a password would lie in the environment and the state.",
    "CKV_GCP_97": "As above; the round trip to Redis is on every request's way, and TLS would lengthen it.",
}


def test_checkov_finds_nothing_unexplained(planned: Planned, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(planned.text)
    python = tool("checkov") / "python"
    command = [str(python), "-m", "checkov.main", "--framework", "terraform_plan", "--skip-download", "--compact"]
    command += ["--quiet", "--output", "json", "--file", str(plan)]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "CHECKOV_RENDER_ASYNC_MAX_DEPTH": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    report = json.loads(done.stdout)
    found: dict[str, set[str]] = defaultdict(set)
    for failed in report["results"]["failed_checks"]:
        found[f"{failed['check_id']} {failed['check_name']}"].add(failed["resource"].partition("[")[0])
    assert report["summary"]["passed"] > 100
    assert {check: places for check, places in found.items() if check.partition(" ")[0] not in EXPLAINED} == {}
    assert {check.partition(" ")[0] for check in found} == set(EXPLAINED), "an explanation of what is no longer found"
