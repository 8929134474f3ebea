"""Pub/Sub on one machine: Google's own clients find it through PUBSUB_EMULATOR_HOST and need no change."""

from infra.local.pubsub.service import PubSubService

__all__ = ["PubSubService"]
