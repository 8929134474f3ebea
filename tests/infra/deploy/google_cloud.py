"""Cloud Run and Cloud Monitoring on loopback, over gRPC, for Google's own clients; picky about what they are sent.

What Terraform has applied shows up as it would: another content of a function makes another revision, which gets no
traffic where the traffic is pinned.
"""

from __future__ import annotations

import json
import re
import threading
from concurrent import futures
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
from google.cloud import monitoring_v3, run_v2
from google.cloud.monitoring_v3.services.metric_service.transports import MetricServiceGrpcTransport
from google.cloud.run_v2.services.revisions.transports import RevisionsGrpcTransport
from google.cloud.run_v2.services.services.transports import ServicesGrpcTransport
from google.longrunning import operations_pb2

from infra.deploy.health import LATENCIES, REQUESTS, Measured
from infra.deploy.services import TAG, Services
from infra.deploy.stage import Stage

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


@dataclass
class GoogleCloud:
    """`sent` are the changes of traffic in their order; `measured` is (requests, errors, p95) by revision."""

    stage: Stage
    state: Path | None = None
    functions: dict[str, Function] = field(default_factory=dict)
    sent: list[tuple[str, dict[str, int]]] = field(default_factory=list)
    measured: dict[str, tuple[int, int, float]] = field(default_factory=dict)
    dead: set[str] = field(default_factory=set)
    probed: list[tuple[str, str, str]] = field(default_factory=list)

    def start(self) -> None:
        self._server = grpc.server(futures.ThreadPoolExecutor(4))
        self._server.add_generic_rpc_handlers(
            (
                _service(
                    "google.cloud.run.v2.Services", run_v2, [self.ListServices, self.GetService, self.UpdateService]
                ),
                _service("google.cloud.run.v2.Revisions", run_v2, [self.ListRevisions]),
                _service("google.monitoring.v3.MetricService", monitoring_v3, [self.ListTimeSeries]),
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

    def services(self) -> Services:
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        services = run_v2.ServicesClient(transport=ServicesGrpcTransport(channel=channel))
        return Services(self.stage, services, run_v2.RevisionsClient(transport=RevisionsGrpcTransport(channel=channel)))

    def figures(self) -> Measured:
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        return Measured(
            self.stage, monitoring_v3.MetricServiceClient(transport=MetricServiceGrpcTransport(channel=channel))
        )

    def deploy(self, name: str, source: str, kind: str = "http") -> str:
        """A new revision of a function, as Terraform makes one; answers its name."""
        found = self.functions.setdefault(name, Function({}, [], [run_v2.TrafficTarget(type_=LATEST, percent=100)]))
        found.labels = {"source": source, "kind": kind}
        found.revisions.append(f"{name}-{len(found.revisions) + 1:05d}")
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
        operation = operations_pb2.Operation(name=f"{self._parent}/operations/{len(self.sent)}", done=True)
        operation.response.Pack(run_v2.Service.pb(self._resource(name)))
        return operation

    def ListRevisions(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = request.parent.removeprefix(f"{self._parent}/services/")
        ready = run_v2.Condition(type_="Ready", state=run_v2.Condition.State.CONDITION_SUCCEEDED)
        return run_v2.ListRevisionsResponse(
            revisions=[
                run_v2.Revision(
                    name=f"{request.parent}/revisions/{revision}",
                    create_time=BEGAN + timedelta(hours=number),
                    conditions=[ready],
                )
                for number, revision in enumerate(self.functions[name].revisions)
            ]
        )

    def ListTimeSeries(self, request: Any, context: grpc.ServicerContext) -> Any:
        asked = re.fullmatch(
            r'metric.type="(.+)" AND resource.type="cloud_run_revision" AND '
            r'resource.labels.service_name="(.+)" AND resource.labels.revision_name="(.+)"',
            request.filter,
        )
        assert asked is not None, request.filter
        assert request.interval.end_time > request.interval.start_time
        metric, _, revision = asked.groups()
        requests, errors, p95 = self.measured.get(revision, (0, 0, 0.0))
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

    def _look_at_the_state(self) -> None:
        if self.state is None or not self.state.exists():
            return
        for resource in json.loads(self.state.read_text())["resources"]:
            if resource["type"] == "google_cloud_run_v2_service":
                for instance in resource["instances"]:
                    name, labels = instance["index_key"], instance["attributes"]["labels"]
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


def _service(name: str, package: Any, methods: list[Any]) -> grpc.GenericRpcHandler:
    def handler(method: Any) -> grpc.RpcMethodHandler:
        request = getattr(package, f"{method.__name__}Request")
        return grpc.unary_unary_rpc_method_handler(method, request.deserialize, _bytes)

    return grpc.method_handlers_generic_handler(name, {method.__name__: handler(method) for method in methods})


def _bytes(message: Any) -> bytes:
    return bytes(
        message.SerializeToString() if hasattr(message, "SerializeToString") else type(message).serialize(message)
    )


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
