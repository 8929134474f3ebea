"""Triggers: what a handler's file imports to be called by Pub/Sub, Eventarc, Firestore, Storage or Scheduler."""

from shared_layer.core.declaration import Resources
from shared_layer.core.library_logs import adopt as adopt_library_logs
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.message import DocumentChange, Message
from shared_layer.messaging.object_change import ObjectChange
from shared_layer.messaging.unit import Unit
from shared_layer.triggers.handler import on_document, on_event, on_object, on_schedule

adopt_library_logs()

__all__ = [
    "DocumentChange",
    "Envelope",
    "Message",
    "ObjectChange",
    "Resources",
    "Unit",
    "on_document",
    "on_event",
    "on_object",
    "on_schedule",
]
