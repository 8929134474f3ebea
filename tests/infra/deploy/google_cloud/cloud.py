"""The whole of it; Cloud Run and Cloud Monitoring.

Another content of a function makes another revision, which gets no traffic where the traffic is pinned.
"""

from __future__ import annotations

import re
import threading
from concurrent import futures
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.cloud import (
    apigateway_v1,
    eventarc_v1,
    monitoring_v3,
    pubsub_v1,
    run_v2,
    scheduler_v1,
    secretmanager_v1,
)

from infra.deploy.gateway import Gateway
from infra.deploy.health import LATENCIES, REQUESTS, Measured
from infra.deploy.schedules import Schedules
from infra.deploy.secrets import Secrets
from infra.deploy.services import TAG, Services
from infra.deploy.stage import Stage
from infra.deploy.state_bucket import StateBucket
from infra.deploy.triggers import Triggers
from tests.infra.deploy.google_cloud.parts import Changes, Door, Ticks, Vault
from tests.infra.deploy.google_cloud.serving import done, service
from tests.infra.terraform.workspace import Bucket

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
PINNED = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION
LATEST = run_v2.TrafficTargetAllocationType.TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST


@dataclass
class Function:
    """One service: its revisions from the oldest on, and the targets of its traffic."""

    labels: dict[str, str]
    revisions: list[str]
    traffic: list[Any]
    broken: str = ""
    made: int = 0


@dataclass
class Clients:
    """What `Google` does: Google's own clients, whose calls go to loopback."""

    stage: Stage
    buckets: Bucket
    port: int = 0

    def client(self, kind: Any) -> Any:
        """One of Google's clients, whose calls go there."""
        transport = kind.get_transport_class("grpc")(channel=grpc.insecure_channel(f"127.0.0.1:{self.port}"))
        return kind(transport=transport)

    def services(self) -> Services:
        return Services(self.stage, self.client(run_v2.ServicesClient), self.client(run_v2.RevisionsClient))

    def measured(self) -> Measured:
        return Measured(self.stage, self.client(monitoring_v3.MetricServiceClient))

    def schedules(self) -> Schedules:
        return Schedules(self.stage, self.client(scheduler_v1.CloudSchedulerClient))

    def triggers(self) -> Triggers:
        subscriber = self.client(pubsub_v1.SubscriberClient)
        return Triggers(self.stage, self.client(eventarc_v1.EventarcClient), subscriber)

    def gateway(self) -> Gateway:
        return Gateway(self.stage, self.client(apigateway_v1.ApiGatewayServiceClient))

    def secrets(self) -> Secrets:
        return Secrets(self.stage, self.client(secretmanager_v1.SecretManagerServiceClient))

    def state_bucket(self) -> StateBucket:
        return StateBucket(self.stage, self.buckets.client())


@dataclass
class GoogleCloud(Clients):
    """`sent` are the changes of traffic in their order; `measured` is (requests, errors, p95) by revision.

    `buckets` is Cloud Storage, with Terraform's state.
    """

    functions: dict[str, Function] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    measured_of: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    probed: list[tuple[str, str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        project = f"projects/{self.stage.project}"
        self.ticks = Ticks(self._parent, self._applied)
        self.changes = Changes(project, self._applied)
        self.door = Door(project, self.stage.region, self._applied)
        self.vault = Vault(project, self._applied)

    def start(self) -> None:
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        services = (self.ListServices, self.GetService, self.UpdateService)
        revisions = (self.ListRevisions, self.DeleteRevision)
        self._server.add_generic_rpc_handlers(
            (
                service("google.cloud.run.v2.Services", run_v2, services),
                service("google.cloud.run.v2.Revisions", run_v2, revisions),
                service("google.monitoring.v3.MetricService", monitoring_v3, [self.ListTimeSeries]),
                *(self.ticks.served(), *self.changes.served(), self.door.served(), self.vault.served()),
            )
        )
        self.port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self._web = ThreadingHTTPServer(("127.0.0.1", 0), _front_door(self))
        self.web = f"http://127.0.0.1:{self._web.server_address[1]}"
        threading.Thread(target=self._web.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.stop(None).wait()
        self._web.shutdown()
        self._web.server_close()

    def deploy(self, name: str, source: str, kind: str = "http") -> str:
        """A new revision of a function, as Terraform makes one; answers its name."""
        found = self.functions.setdefault(name, Function({}, [], [run_v2.TrafficTarget(type_=LATEST, percent=100)]))
        found.labels = {"source": source, "kind": kind}
        found.made += 1
        found.revisions.append(f"{name}-{found.made:05d}")
        return found.revisions[-1]

    def shares(self, name: str) -> dict[str, int]:
        """Who gets what of a function's traffic."""
        return {target.revision: target.percent for target in self.functions[name].traffic if target.percent}

    def ListServices(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.parent == self._parent
        self._look_at_the_state()
        return run_v2.ListServicesResponse(services=[self._resource(name) for name in self.functions])

    def GetService(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._look_at_the_state()
        name = request.name.removeprefix(f"{self._parent}/services/")
        if name not in self.functions:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Resource '{name}' of kind 'SERVICE' does not exist.")
        return self._resource(name)

    def UpdateService(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = request.service.name.removeprefix(f"{self._parent}/services/")
        function = self.functions[name]
        targets = list(request.service.traffic)
        if list(request.update_mask.paths) != ["traffic"]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Only traffic may be changed: the rest is Terraform's.")
        if sum(target.percent for target in targets) != 100:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "Traffic must add up to 100.")
        if unknown := [target.revision for target in targets if target.revision not in function.revisions]:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"Revision {unknown} does not exist.")
        function.traffic = targets
        self.sent.append((name, self.shares(name)))
        return done(self._resource(name), f"{self._parent}/operations/{len(self.sent)}")

    def ListRevisions(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = request.parent.removeprefix(f"{self._parent}/services/")
        ready = run_v2.Condition(type_="Ready", state=run_v2.Condition.State.CONDITION_SUCCEEDED)
        return run_v2.ListRevisionsResponse(
            revisions=[
                run_v2.Revision(
                    name=f"{request.parent}/revisions/{revision}",
                    create_time=BEGAN + timedelta(hours=int(revision.rpartition("-")[2])),
                    conditions=[ready],
                )
                for revision in self.functions[name].revisions
            ]
        )

    def DeleteRevision(self, request: Any, context: grpc.ServicerContext) -> Any:
        service_name, _, revision = request.name.removeprefix(f"{self._parent}/services/").partition("/revisions/")
        function = self.functions[service_name]
        if revision not in function.revisions:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Revision {revision} does not exist.")
        if revision in self.shares(service_name) or revision == function.revisions[-1]:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"Revision {revision} is in use.")
        function.revisions.remove(revision)
        self.deleted.append(revision)
        return done(run_v2.Revision(name=request.name))

    def ListTimeSeries(self, request: Any, context: grpc.ServicerContext) -> Any:
        asked = re.fullmatch(
            r'metric.type="(.+)" AND resource.type="cloud_run_revision" AND '
            r'resource.labels.service_name="(.+)" AND resource.labels.revision_name="(.+)"',
            request.filter,
        )
        assert asked is not None, request.filter
        assert request.interval.end_time > request.interval.start_time
        metric, _, revision = asked.groups()
        requests, errors, p95 = self.measured_of.get(revision, (0, 0, 0.0))
        if metric == LATENCIES:
            assert request.aggregation.per_series_aligner == monitoring_v3.Aggregation.Aligner.ALIGN_PERCENTILE_95
            series = [_series("", monitoring_v3.TypedValue(double_value=p95))] if requests else []
        else:
            assert metric == REQUESTS
            counts = {"2xx": requests - errors, "5xx": errors}
            series = [_series(code, monitoring_v3.TypedValue(int64_value=n)) for code, n in counts.items() if n]
        return monitoring_v3.ListTimeSeriesResponse(time_series=series)

    @property
    def _parent(self) -> str:
        return f"projects/{self.stage.project}/locations/{self.stage.region}"

    def _applied(self, kind: str) -> list[dict[str, Any]]:
        """The attributes of what Terraform has applied of a type."""
        state = self.buckets.state(self.stage.state_bucket, self.stage.name)
        found = [one for one in state["resources"] if one["type"] == f"google_{kind}" and one["mode"] == "managed"]
        return [instance["attributes"] for one in found for instance in one["instances"]]

    def _look_at_the_state(self) -> None:
        for one in self._applied("cloud_run_v2_service"):
            name, labels = one["name"], one["labels"]
            if name not in self.functions or self.functions[name].labels["source"] != labels["source"]:
                self.deploy(name, labels["source"], labels["kind"])

    def _resource(self, name: str) -> Any:
        function, full = self.functions[name], f"{self._parent}/services/{name}"
        ready = function.revisions[-2] if function.broken else function.revisions[-1]
        return run_v2.Service(
            name=full,
            labels=function.labels,
            uri=f"https://{name}.run.app",
            traffic=function.traffic,
            latest_ready_revision=f"{full}/revisions/{ready}",
            latest_created_revision=f"{full}/revisions/{function.revisions[-1]}",
            terminal_condition=run_v2.Condition(message=function.broken),
            traffic_statuses=[
                run_v2.TrafficTargetStatus(revision=one.revision, tag=one.tag, uri=f"{self.web}/{one.revision}")
                for one in function.traffic
                if one.tag == TAG
            ],
        )


def _series(code: str, value: Any) -> Any:
    point = monitoring_v3.Point(value=value)
    metric = {"type": REQUESTS, "labels": {"response_code_class": code} if code else {}}
    return monitoring_v3.TimeSeries(metric=metric, points=[point])


def _front_door(cloud: GoogleCloud) -> type[BaseHTTPRequestHandler]:
    """Answers at a canary's URL as the platform's front door does, unless the revision is dead."""

    class FrontDoor(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            revision = self.path.strip("/")
            cloud.probed.append((self.command, revision, self.headers.get("X-Serverless-Authorization", "")))
            self.send_response(503 if revision in cloud.dead else 401)
            self.send_header("Content-Type", "application/problem+json")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _answer

        def log_message(self, *_: Any) -> None:
            return

    return FrontDoor
