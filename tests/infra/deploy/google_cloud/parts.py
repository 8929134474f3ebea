"""Scheduler, Eventarc with the Pub/Sub underneath, API Gateway and Secret Manager of one project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import google_crc32c
import grpc
from google.cloud import apigateway_v1, eventarc_v1, pubsub_v1, scheduler_v1, secretmanager_v1
from google.iam.v1 import iam_policy_pb2, policy_pb2
from google.protobuf import empty_pb2

from tests.infra.deploy.google_cloud.serving import done, service

Instances = Callable[[str], list[dict[str, Any]]]
"""The attributes of what Terraform has applied, of one type of resource."""


@dataclass
class Ticks:
    """Cloud Scheduler. `paused` are those that stand still, `said` the calls that changed that."""

    parent: str
    applied: Instances
    paused: set[str] = field(default_factory=set)
    said: list[tuple[str, str]] = field(default_factory=list)

    def served(self) -> Any:
        methods = (self.ListJobs, self.PauseJob, self.ResumeJob)
        return service("google.cloud.scheduler.v1.CloudScheduler", scheduler_v1, methods)

    def ListJobs(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.parent == self.parent
        return scheduler_v1.ListJobsResponse(
            jobs=[self._job(one["name"]) for one in self.applied("cloud_scheduler_job")]
        )

    def PauseJob(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._turn(request.name, context, "pause")

    def ResumeJob(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._turn(request.name, context, "resume")

    def _turn(self, full: str, context: grpc.ServicerContext, how: str) -> Any:
        name = full.removeprefix(f"{self.parent}/jobs/")
        if name not in {one["name"] for one in self.applied("cloud_scheduler_job")}:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Job {full} does not exist.")
        if (name in self.paused) == (how == "pause"):
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, f"Job {full} is in that state already.")
        (self.paused.add if how == "pause" else self.paused.remove)(name)
        self.said.append((how, name))
        return self._job(name)

    def _job(self, name: str) -> Any:
        states = scheduler_v1.Job.State
        state = states.PAUSED if name in self.paused else states.ENABLED
        return scheduler_v1.Job(name=f"{self.parent}/jobs/{name}", state=state)


@dataclass
class Changes:
    """Eventarc's triggers, and the subscriptions that it makes underneath; `policies` says who may do what there."""

    project: str
    applied: Instances
    dead_letters: dict[str, Any] = field(default_factory=dict)
    policies: dict[str, Any] = field(default_factory=dict)

    def served(self) -> list[Any]:
        return [
            service("google.cloud.eventarc.v1.Eventarc", eventarc_v1, (self.ListTriggers,)),
            service("google.pubsub.v1.Subscriber", pubsub_v1.types, (self.GetSubscription, self.UpdateSubscription)),
            service("google.iam.v1.IAMPolicy", iam_policy_pb2, (self.GetIamPolicy, self.SetIamPolicy)),
        ]

    def subscription(self, trigger: str) -> str:
        """The name of what is underneath a trigger."""
        return f"{self.project}/subscriptions/eventarc-{trigger}-sub-042"

    def ListTriggers(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.parent == f"{self.project}/locations/-"
        return eventarc_v1.ListTriggersResponse(
            triggers=[
                eventarc_v1.Trigger(
                    name=f"{self.project}/locations/{one['location']}/triggers/{one['name']}",
                    transport=eventarc_v1.Transport(
                        pubsub=eventarc_v1.Pubsub(subscription=self.subscription(one["name"]))
                    ),
                )
                for one in self.applied("eventarc_trigger")
            ]
        )

    def GetSubscription(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._known(request.subscription, context)
        policy = self.dead_letters.get(request.subscription)
        return pubsub_v1.types.Subscription(name=request.subscription, dead_letter_policy=policy)

    def UpdateSubscription(self, request: Any, context: grpc.ServicerContext) -> Any:
        changed = request.subscription
        self._known(changed.name, context)
        if list(request.update_mask.paths) != ["dead_letter_policy"]:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The rest of it is Eventarc's.")
        policy = changed.dead_letter_policy
        if not 5 <= policy.max_delivery_attempts <= 100:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "max_delivery_attempts must be from 5 to 100.")
        topics = {f"{self.project}/topics/{one['name']}" for one in self.applied("pubsub_topic")}
        if policy.dead_letter_topic not in topics:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Topic {policy.dead_letter_topic} does not exist.")
        self.dead_letters[changed.name] = policy
        return changed

    def GetIamPolicy(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._known(request.resource, context)
        return self.policies.get(request.resource, policy_pb2.Policy(etag=b"1"))

    def SetIamPolicy(self, request: Any, context: grpc.ServicerContext) -> Any:
        self._known(request.resource, context)
        if request.policy.etag != self.GetIamPolicy(request, context).etag:
            context.abort(grpc.StatusCode.ABORTED, "Somebody else changed the policy meanwhile.")
        self.policies[request.resource] = request.policy
        return request.policy

    def _known(self, name: str, context: grpc.ServicerContext) -> None:
        if name not in {self.subscription(one["name"]) for one in self.applied("eventarc_trigger")}:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Subscription {name} does not exist.")


@dataclass
class Door:
    """API Gateway: `old` are configs by id with their ages in hours, beside the one that Terraform made and is run."""

    project: str
    region: str
    applied: Instances
    old: dict[str, float] = field(default_factory=dict)
    deleted: list[str] = field(default_factory=list)

    def served(self) -> Any:
        methods = (self.ListGateways, self.ListApiConfigs, self.DeleteApiConfig)
        return service("google.cloud.apigateway.v1.ApiGatewayService", apigateway_v1, methods)

    def ListGateways(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.parent == f"{self.project}/locations/{self.region}"
        found = [
            apigateway_v1.Gateway(name=f"{request.parent}/gateways/{one['gateway_id']}", api_config=self._name(config))
            for one in self.applied("api_gateway_gateway")
            for config in self._current()
        ]
        return apigateway_v1.ListGatewaysResponse(gateways=found)

    def ListApiConfigs(self, request: Any, context: grpc.ServicerContext) -> Any:
        assert request.parent == f"{self.project}/locations/global/apis/xynergy"
        now = datetime.now(UTC)
        ages = {**dict.fromkeys(self._current(), 0.0), **self.old}
        found = [
            apigateway_v1.ApiConfig(name=self._name(name), create_time=now - timedelta(hours=age))
            for name, age in ages.items()
        ]
        return apigateway_v1.ListApiConfigsResponse(api_configs=found)

    def DeleteApiConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = request.name.rpartition("/")[2]
        assert request.name == self._name(name)
        if name in self._current():
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "The config is in use by a gateway.")
        if self.old.pop(name, None) is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"{request.name} does not exist.")
        self.deleted.append(name)
        return done(empty_pb2.Empty())

    def _current(self) -> list[str]:
        return [one["api_config_id"] for one in self.applied("api_gateway_api_config")]

    def _name(self, config: str) -> str:
        return f"{self.project}/locations/global/apis/xynergy/configs/{config}"


@dataclass
class Vault:
    """Secret Manager: the values of secrets that Terraform has made."""

    project: str
    applied: Instances
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def served(self) -> Any:
        methods = (self.ListSecretVersions, self.AddSecretVersion)
        return service("google.cloud.secretmanager.v1.SecretManagerService", secretmanager_v1, methods)

    def ListSecretVersions(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = self._known(request.parent, context)
        assert request.filter == "state:ENABLED"
        versions = [
            secretmanager_v1.SecretVersion(name=f"{request.parent}/versions/{number + 1}")
            for number, _ in enumerate(self.values.get(name, []))
        ]
        return secretmanager_v1.ListSecretVersionsResponse(versions=versions)

    def AddSecretVersion(self, request: Any, context: grpc.ServicerContext) -> Any:
        name = self._known(request.parent, context)
        if request.payload.data_crc32c != google_crc32c.value(request.payload.data):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "The checksum is another one's.")
        self.values.setdefault(name, []).append(request.payload.data)
        return secretmanager_v1.SecretVersion(name=f"{request.parent}/versions/{len(self.values[name])}")

    def _known(self, parent: str, context: grpc.ServicerContext) -> str:
        name = parent.removeprefix(f"{self.project}/secrets/")
        if name not in {one["secret_id"] for one in self.applied("secret_manager_secret")}:
            context.abort(grpc.StatusCode.NOT_FOUND, f"Secret [{parent}] not found.")
        return name
