"""A warehouse that does not answer."""

from __future__ import annotations

import socket

import pytest

from shared_layer.analytics.answering import answer_query
from shared_layer.analytics.query import AnalyticsQuery
from shared_layer.core.errors import Unavailable
from shared_layer.core.settings import settings
from shared_layer.storage import gcp_clients
from tests.shared_layer.analytics.events import caller
from tests.support.platform import LocalPlatform


async def test_a_warehouse_that_does_not_answer_is_told_as_unavailable(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    from google.auth.credentials import AnonymousCredentials
    from google.cloud.bigquery import Client

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound, but nobody listens
        away = Client(
            project=settings().project,
            credentials=AnonymousCredentials(),
            client_options={"api_endpoint": f"http://127.0.0.1:{held.getsockname()[1]}"},
        )
        monkeypatch.setitem(gcp_clients._of_process, "bigquery", away)
        with pytest.raises(Unavailable, match="warehouse"):
            await answer_query(AnalyticsQuery(metrics=["event_count"]), caller("nobody"))
