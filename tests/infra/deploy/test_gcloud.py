"""Every gcloud command of the operators' page, run with the real gcloud; a server on loopback checks what it gets."""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from infra.deploy.commands import BEFORE_TERRAFORM, Session, prepare_project
from infra.deploy.gcloud import Gcloud
from infra.deploy.screen import Screen
from infra.local.options import ROOT
from tests.infra.deploy.google_cloud import GoogleCloud

PAGE = ROOT / "infra" / "terraform" / "README.md"
APIS = ("RUN", "SECRETMANAGER", "PUBSUB", "FIRESTORE", "LOGGING", "STORAGE", "SERVICEUSAGE", "CLOUDRESOURCEMANAGER")
APIS += ("CLOUDBILLING",)
PLACES = {
    "PROJECT": "xynergy-test",
    "REGION": "us-central1",
    "REVISION": "create-campaign-00001",
    "REQUEST_ID": "req_1",
    "BILLING": "000000-000000-000000",
    "BACKUP": "projects/xynergy-test/locations/us-central1/backups/b1",
}
SERVICE = {
    "apiVersion": "serving.knative.dev/v1",
    "kind": "Service",
    "metadata": {
        "name": "create-campaign",
        "namespace": "123",
        "generation": 1,
        "resourceVersion": "1",
        "annotations": {},
    },
    "spec": {
        "template": {"metadata": {}, "spec": {"containers": [{"image": "i"}]}},
        "traffic": [{"revisionName": "create-campaign-00002", "percent": 100}],
    },
    "status": {
        "observedGeneration": 1,
        "latestReadyRevisionName": "create-campaign-00002",
        "latestCreatedRevisionName": "create-campaign-00002",
        "conditions": [{"type": kind, "status": "True"} for kind in ("Ready", "ConfigurationsReady", "RoutesReady")],
        "traffic": [{"revisionName": "create-campaign-00002", "percent": 100}],
        "url": "https://create-campaign.run.app",
    },
}


@dataclass
class Google:
    """Answers what gcloud asks of several APIs, and keeps what it was sent."""

    sent: list[tuple[str, str, Any]] = field(default_factory=list)
    service: dict[str, Any] = field(default_factory=lambda: json.loads(json.dumps(SERVICE)))

    def answer(self, method: str, path: str, body: Any) -> Any:
        self.sent.append((method, path.partition("?")[0], body))
        if "/services/create-campaign" in path:
            if method == "PUT":
                assert sum(one.get("percent", 0) for one in body["spec"]["traffic"]) == 100
                self.service["spec"] = body["spec"]
                self.service["status"]["traffic"] = body["spec"]["traffic"]
            return self.service
        if path.partition("?")[0].endswith("/revisions"):
            return {"kind": "RevisionList", "metadata": {}, "items": []}
        if "databases:restore" in path:
            return {"name": "projects/xynergy-test/databases/restored/operations/o", "done": True, "response": {}}
        if path.partition("?")[0].endswith("/v1/projects"):
            return {"name": "operations/cp.1", "done": True, "response": {"projectId": body["projectId"]}}
        if "services:batchEnable" in path or ":enable" in path or "operations/" in path:
            return {"name": "operations/acf.1", "done": True, "response": {}}
        if ":addVersion" in path or ":disable" in path:
            version = "projects/1/secrets/xynergy-api-keys/versions/2"
            return {"name": version, "state": "ENABLED", "clientSpecifiedPayloadChecksum": True}
        return {}


@pytest.fixture
def google() -> Iterator[tuple[Google, int]]:
    made = Google()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            assert self.headers["Authorization"] == "Bearer a-token-of-nobody"
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = json.dumps(made.answer(self.command, self.path, json.loads(text) if text else None)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made, int(server.server_address[1])
    server.shutdown()
    server.server_close()


@pytest.fixture
def gcloud(google: tuple[Google, int], tmp_path: Path) -> Gcloud:
    assert shutil.which("gcloud"), "These tests run the real gcloud: install the Google Cloud SDK."
    (tmp_path / "token").write_text("a-token-of-nobody")
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "CLOUDSDK_CONFIG": str(tmp_path / "gcloud"),
        "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(tmp_path / "token"),
        "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
        "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "1",
        "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "1",
        # Cloud Run's calls go to a host of the region's: a proxy on loopback takes whatever host they name.
        **{f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{api}": "http://google.example/" for api in APIS},
        "CLOUDSDK_PROXY_TYPE": "http",
        "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
        "CLOUDSDK_PROXY_PORT": str(google[1]),
    }
    return Gcloud("xynergy-test", environment)


def commands() -> list[str]:
    """The page's gcloud commands, but for those that open a browser."""
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(), re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line.startswith("gcloud ")]
    return [line for line in lines if not line.endswith(" login")]


def run(command: str, environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    for place, value in {**PLACES, "FILE": str(folder / "value")}.items():
        command = re.sub(rf"\b{place}\b", value, command)
    return subprocess.run(shlex.split(command), env=environment, capture_output=True, text=True, check=False)


def test_every_command_of_the_page_does_what_the_page_says(
    google: tuple[Google, int], gcloud: Gcloud, tmp_path: Path
) -> None:
    (tmp_path / "value").write_text("old,new")
    for command in commands():
        done = run(command, dict(gcloud.environment), tmp_path)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    sent = {(method, path.rpartition("/")[2]): body for method, path, body in google[0].sent}
    [traffic] = [body["spec"]["traffic"] for _, path, body in google[0].sent if "spec" in (body or {})]
    assert [(one["revisionName"], one["percent"]) for one in traffic if one.get("percent")] == [
        ("create-campaign-00001", 100)
    ]
    assert sent[("POST", "entries:list")]["filter"].endswith('jsonPayload.request_id="req_1"')
    assert sent[("POST", "databases:restore")]["databaseId"] == "restored"
    assert sent[("POST", "sync-event-to-warehouse.marketing-engine-events:seek")]["time"].startswith("2026-11-28T00:00")
    added = sent[("POST", "xynergy-api-keys:addVersion")]["payload"]["data"]
    assert added.rstrip("=") == "b2xkLG5ldw"
    assert ("POST", "1:disable") in sent
    assert sent[("POST", "projects")]["projectId"] == "xynergy-pr-123"
    assert sent[("PUT", "billingInfo")]["billingAccountName"] == "billingAccounts/000000-000000-000000"
    assert ("DELETE", "xynergy-pr-123") in sent


def test_what_terraform_cannot_turn_on_is_turned_on_once_and_the_bucket_of_its_state_is_made(
    google: tuple[Google, int], gcloud: Gcloud, cloud: GoogleCloud
) -> None:
    stage: Any = SimpleNamespace(stage=cloud.stage, screen=Screen(io.StringIO()))
    loopback: Any = cloud
    session = Session(stage, gcloud, loopback)
    prepare_project(session)
    prepare_project(session)
    [body] = [body for _, path, body in google[0].sent if "batchEnable" in path]
    assert set(BEFORE_TERRAFORM) == set(body["serviceIds"])
    with cloud.buckets.client() as client:
        bucket = client.get_bucket(cloud.stage.state_bucket)
        assert bucket.versioning_enabled
        assert bucket.iam_configuration.public_access_prevention == "enforced"
        assert bucket.iam_configuration.uniform_bucket_level_access_enabled
    cloud.state_bucket().delete()
    assert not cloud.state_bucket().exists()


def test_a_command_that_fails_is_told_in_gclouds_own_words(gcloud: Gcloud) -> None:
    assert gcloud.succeeds("version")
    assert not gcloud.succeeds("run", "no-such-thing")
