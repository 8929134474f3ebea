"""The front door: what a function file imports to become a function."""

from shared_layer.core.caller import Caller
from shared_layer.core.declaration import Resources
from shared_layer.core.ids import Id
from shared_layer.core.library_logs import adopt as adopt_library_logs
from shared_layer.core.models import Page, PageQuery
from shared_layer.core.scopes import PUBLIC
from shared_layer.core.signature import IfMatch
from shared_layer.front_door.endpoint import endpoint
from shared_layer.front_door.triggers import on_document, on_event, on_object, on_schedule
from shared_layer.messaging.envelope import Envelope
from shared_layer.messaging.message import DocumentChange, Message
from shared_layer.messaging.unit import Unit

adopt_library_logs()

__all__ = [
    "PUBLIC",
    "Caller",
    "DocumentChange",
    "Envelope",
    "Id",
    "IfMatch",
    "Message",
    "Page",
    "PageQuery",
    "Resources",
    "Unit",
    "endpoint",
    "on_document",
    "on_event",
    "on_object",
    "on_schedule",
]
