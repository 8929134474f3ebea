"""The front door: what a function's file imports to become an operation of the API."""

from shared_layer.core.caller import Caller
from shared_layer.core.declaration import Resources
from shared_layer.core.ids import Id
from shared_layer.core.library_logs import adopt as adopt_library_logs
from shared_layer.core.models import Page, PageQuery
from shared_layer.core.scopes import PUBLIC
from shared_layer.core.signature import IfMatch
from shared_layer.front_door.endpoint import endpoint
from shared_layer.messaging.unit import Unit

adopt_library_logs()

__all__ = [
    "PUBLIC",
    "Caller",
    "Id",
    "IfMatch",
    "Page",
    "PageQuery",
    "Resources",
    "Unit",
    "endpoint",
]
