"""The dashboard: the platform's health and the tenant's events, measured, streamed, and shown on a page."""

from shared_layer.dashboard.assets import PAGE, Asset, asset, policy
from shared_layer.dashboard.overview import Overview
from shared_layer.dashboard.sse import HEADERS, MEDIA_TYPE
from shared_layer.dashboard.stream import StreamStart, live
from shared_layer.dashboard.tenant_view import overview_for

__all__ = [
    "HEADERS",
    "MEDIA_TYPE",
    "PAGE",
    "Asset",
    "Overview",
    "StreamStart",
    "asset",
    "live",
    "overview_for",
    "policy",
]
