"""Topics, subscriptions, triggers and jobs: the local cloud's own plan, in Terraform's words."""

from __future__ import annotations

import math
from typing import Any

from infra.local.provision.plan import Plan, Subscription, plan
from infra.manifest.model import Manifest


def messaging_plan(manifest: Manifest) -> Plan:
    """What is provisioned on one machine as in the cloud; addresses and accounts are the stage's to fill in."""
    return plan(manifest, "", "")


def messaging_document(planned: Plan) -> dict[str, Any]:
    """The plan as plain values, each thing under a name that does not change."""
    return {
        "topics": sorted(planned.topics),
        "subscriptions": {found.name: _subscription(found) for found in planned.subscriptions},
        "triggers": {
            found.target.slug: [
                {"attribute": attribute, "value": value, "pattern": pattern}
                for attribute, value, pattern in found.filters
            ]
            for found in planned.triggers
        },
        "jobs": {
            found.target.slug: {
                "cron": found.cron,
                "time_zone": found.time_zone,
                "deadline": min(1800, max(15, math.ceil(found.deadline))),
            }
            for found in planned.jobs
        },
    }


def _subscription(found: Subscription) -> dict[str, Any]:
    return {
        "function": found.target.slug,
        "topic": found.topic,
        "filter": found.filter,
        "ack_seconds": found.ack_seconds,
        "max_attempts": min(100, max(5, found.max_attempts)),
        "dead_letters": found.dead_letters,
    }
