"""The envelope that every event travels in: the design document's, plus `schema_version`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from shared_layer.core.models import Model


class EventMetadata(Model):
    """Where an event comes from: `correlation_id` is the request that began it, `causation_id` the event before it.

    `actor` is the credential that began it: a key's id or an operator's fingerprint. `automation_depth` counts the
    automations that led to it, one upon another; an event that none led to does not carry it.
    """

    correlation_id: str
    causation_id: str | None = None
    actor: str | None = None
    traceparent: str | None = None
    automation_depth: int = Field(default=0, ge=0)

    @model_serializer(mode="wrap")
    def _without_nothing(self, told: SerializerFunctionWrapHandler) -> dict[str, Any]:
        fields: dict[str, Any] = told(self)
        if not self.automation_depth:
            fields.pop("automation_depth", None)
        return fields


class Envelope(Model):
    """One event. It never changes once written; `payload` has the shape of its type at `schema_version`."""

    event_type: str
    event_id: str
    timestamp: datetime
    tenant_id: str
    source_service: str
    schema_version: int = Field(ge=1)
    payload: dict[str, Any]
    metadata: EventMetadata

    def attributes(self) -> dict[str, str]:
        """The Pub/Sub attributes: what subscriptions filter on and traces follow."""
        attributes = {
            "event_type": self.event_type,
            "event_id": self.event_id,
            "tenant_id": self.tenant_id,
            "source_service": self.source_service,
            "schema_version": str(self.schema_version),
            "correlation_id": self.metadata.correlation_id,
        }
        if self.metadata.traceparent:
            attributes["traceparent"] = self.metadata.traceparent
        return attributes
