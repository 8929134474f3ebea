"""Push delivery: each message an HTTP POST to the subscription's endpoint.

The request is described in https://cloud.google.com/pubsub/docs/push, the unwrapped form in
https://cloud.google.com/pubsub/docs/payload-unwrapping.
"""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

import orjson

from infra.local.delivery import Alarms, HttpClient, Lane
from infra.local.identity import Issuer
from infra.local.pubsub.backlog import Backlog, Lease
from infra.local.pubsub.wire import PubsubMessage


class Push:
    """Delivers a backlog to the endpoint of its subscription's push_config."""

    def __init__(self, subscription: Any, backlog: Backlog, client: HttpClient, issuer: Issuer, alarms: Alarms) -> None:
        self._name: str = subscription.name
        self._config = subscription.push_config
        self._counts_attempts = subscription.HasField("dead_letter_policy")
        self._backlog = backlog
        self._client = client
        self._issuer = issuer
        self._lane: Lane[Lease] = Lane(alarms, self._take, self._send, self._settle, backlog.settings.ack_deadline)

    def start(self) -> None:
        self._backlog.listen(self._lane.wake)
        self._lane.wake()

    async def stop(self) -> None:
        """Break off what is in flight: it stays in the backlog."""
        self._backlog.unlisten(self._lane.wake)
        await self._lane.stop()

    def _take(self) -> Lease | None:
        leases = self._backlog.take(1, deadline=None)
        return leases[0] if leases else None

    async def _send(self, lease: Lease) -> int:
        message = PubsubMessage.FromString(lease.body)
        request = self._unwrapped(message) if self._config.HasField("no_wrapper") else self._wrapped(message, lease)
        headers = {"User-Agent": "CloudPubSub-Google", "From": "noreply@google.com", **request.headers}
        if self._config.HasField("oidc_token"):
            oidc = self._config.oidc_token
            token = self._issuer.token(oidc.audience or self._config.push_endpoint, oidc.service_account_email)
            headers["Authorization"] = f"Bearer {token}"
        try:
            return await self._client.post(self._config.push_endpoint, headers, request.body)
        except ConnectionRefusedError:
            lease.reached = False
            raise

    def _settle(self, lease: Lease, accepted: bool) -> None:
        if lease.entry.lease is not lease:
            return  # sought away, expired or acknowledged meanwhile
        if accepted:
            self._backlog.remove([lease.entry])
        else:
            self._backlog.fail(lease)

    def _wrapped(self, message: Any, lease: Lease) -> _Request:
        published = message.publish_time.ToJsonString()
        content = {
            "data": base64.b64encode(message.data).decode(),
            "attributes": dict(message.attributes),
            "messageId": message.message_id,
            "message_id": message.message_id,
            "publishTime": published,
            "publish_time": published,
        }
        if message.ordering_key:
            content["orderingKey"] = message.ordering_key
        envelope: dict[str, object] = {"message": content, "subscription": self._name}
        if self._counts_attempts:
            envelope["deliveryAttempt"] = lease.attempt
        return _Request({"Content-Type": "application/json"}, orjson.dumps(envelope))

    def _unwrapped(self, message: Any) -> _Request:
        headers = {"Content-Type": "application/octet-stream"}
        if self._config.no_wrapper.write_metadata:
            headers |= {name: value for name, value in message.attributes.items() if value.isprintable()}
            headers["x-goog-pubsub-subscription-name"] = self._name
            headers["x-goog-pubsub-message-id"] = message.message_id
            headers["x-goog-pubsub-publish-time"] = message.publish_time.ToJsonString()
            if message.ordering_key:
                headers["x-goog-pubsub-ordering-key"] = message.ordering_key
        return _Request(headers, message.data)


class _Request(NamedTuple):
    headers: dict[str, str]
    body: bytes
