"""Dead letters of Eventarc's triggers, through Google's own clients.

A trigger has no argument for them. But the subscription that Eventarc makes underneath is an ordinary one of Pub/Sub:
once the trigger is made, it is given a policy, as Google's documentation says (Eventarc, "Retry events").
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from infra.deploy.stage import Stage

TOPIC: Final = "dead-letters"
ATTEMPTS: Final = 20
"""Eventarc tries again after 10 s, and ever later up to 600 s: twenty attempts are about two and a half hours."""
ROLE: Final = "roles/pubsub.subscriber"
"""What Pub/Sub itself needs on the subscription to take away what it moves."""


class Triggers:
    """The triggers of one stage, each under its function's name."""

    def __init__(self, stage: Stage, eventarc: Any = None, subscriber: Any = None) -> None:
        from google.cloud import eventarc_v1, pubsub_v1

        self._eventarc = eventarc or eventarc_v1.EventarcClient()
        self._subscriber = subscriber or pubsub_v1.SubscriberClient()
        self._project = f"projects/{stage.project}"

    def lacking(self, names: Iterable[str], agent: str) -> dict[str, str]:
        """What is wrong by trigger: of those named, which are not there or have nowhere to leave dead letters."""
        found = self._subscriptions()
        told = {name: self._fault(found.get(name, ""), agent) for name in sorted(names)}
        return {name: fault for name, fault in told.items() if fault}

    def give(self, name: str, agent: str) -> None:
        """Give a trigger's subscription its dead letters; `agent` is the member that is Pub/Sub itself. Repeatable."""
        subscription = self._subscriptions()[name]
        policy = {"dead_letter_topic": self._topic, "max_delivery_attempts": ATTEMPTS}
        self._subscriber.update_subscription(
            request={
                "subscription": {"name": subscription, "dead_letter_policy": policy},
                "update_mask": {"paths": ["dead_letter_policy"]},
            }
        )
        access = self._subscriber.get_iam_policy(request={"resource": subscription})
        if not _allows(access, agent):
            access.bindings.add(role=ROLE, members=[agent])
            self._subscriber.set_iam_policy(request={"resource": subscription, "policy": access})

    @property
    def _topic(self) -> str:
        return f"{self._project}/topics/{TOPIC}"

    def _subscriptions(self) -> dict[str, str]:
        """The subscription underneath each trigger, wherever the trigger is."""
        found = self._eventarc.list_triggers(request={"parent": f"{self._project}/locations/-"})
        return {str(one.name).rpartition("/")[2]: str(one.transport.pubsub.subscription) for one in found}

    def _fault(self, subscription: str, agent: str) -> str:
        if not subscription:
            return "there is no such trigger"
        policy = self._subscriber.get_subscription(request={"subscription": subscription}).dead_letter_policy
        if policy.dead_letter_topic != self._topic:
            return "what cannot be delivered is dropped after a day: its subscription has no dead letters"
        if not _allows(self._subscriber.get_iam_policy(request={"resource": subscription}), agent):
            return f"Pub/Sub may not take dead letters from its subscription: {agent} lacks {ROLE}"
        return ""


def _allows(policy: Any, agent: str) -> bool:
    return any(binding.role == ROLE and agent in binding.members for binding in policy.bindings)
