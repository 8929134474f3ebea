"""Function trees of a test's own."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.manifest.collect import collect
from infra.manifest.model import Manifest

Plant = Callable[[dict[str, str]], Manifest]

HEAD = """
from typing import Annotated
from pydantic import Field
from starlette.responses import HTMLResponse, Response
from shared_layer.core.models import Entity, Model, Query
from shared_layer.front_door import *
from shared_layer.triggers import *
"""


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """Writes `{path: source}` (each with a docstring and the usual imports before it) and collects the tree."""
    former = {name: module for name, module in sys.modules.items() if name.startswith(("functions.", "triggers."))}

    def write(files: dict[str, str]) -> Manifest:
        for name, source in files.items():
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(f'"""Do {file.stem}.\n\nAt length."""\n{HEAD}\n{textwrap.dedent(source)}')
        return collect(tmp_path)

    yield write
    for name in [name for name in sys.modules if name.startswith(("functions.", "triggers."))]:
        del sys.modules[name]
    sys.modules.update(former)


@pytest.fixture
def campaigns(plant: Plant) -> Manifest:
    """A tree with an operation of every shape, and a handler of every kind."""
    return plant(
        {
            "functions/marketing/create_campaign.py": """
                class Brief(Model):
                    name: Annotated[str, Field(max_length=80, examples=["Spring"])]

                class Campaign(Entity):
                    "A planned campaign."
                    name: str

                @endpoint("POST", "/api/v1/campaigns", scope="marketing:write", tier="expensive", status=201,
                          idempotency="optional", deadline=60, emits=("campaign_created",))
                async def create_campaign(brief: Brief, caller: Caller, unit: Unit) -> Campaign: ...
                """,
            "functions/marketing/list_campaigns.py": """
                class Campaigns(PageQuery):
                    status: Annotated[str | None, Field(description="Only those.")] = None

                class Row(Model):
                    name: str

                @endpoint("GET", "/api/v1/campaigns", scope="marketing:read")
                async def list_campaigns(query: Campaigns, caller: Caller) -> Page[Row]: ...
                """,
            "functions/marketing/update_campaign.py": """
                class Changes(Model):
                    name: str | None = None

                class Campaign(Entity):
                    "A planned campaign."
                    name: str

                @endpoint("PATCH", "/api/v1/campaigns/{campaign_id}", scope="marketing:write")
                async def update_campaign(campaign_id: Id, changes: Changes, version: IfMatch) -> Campaign: ...
                """,
            "functions/marketing/launch_campaign.py": """
                @endpoint("POST", "/api/v1/campaigns/{campaign_id}:launch", scope="marketing:write", status=204,
                          idempotency="required")
                async def launch_campaign(campaign_id: Id, unit: Unit) -> None: ...
                """,
            "functions/ai/chat.py": """
                @endpoint("POST", "/api/v1/chat", scope="ai:use", tier="ai", streams=True, deadline=300)
                async def chat(request: Model, caller: Caller) -> Response: ...
                """,
            "functions/runtime/show_docs.py": """
                @endpoint("GET", "/docs", scope="public", tier="none")
                async def show_docs() -> HTMLResponse: ...
                """,
            "triggers/marketing/on_campaign.py": """
                @on_event(("marketing-engine-events",), event_types=("campaign_created",))
                async def on_campaign(envelope: Envelope) -> None: ...
                """,
            "triggers/runtime/sweep.py": """
                @on_schedule("*/5 * * * *", time_zone="Europe/Berlin")
                async def sweep(unit: Unit) -> None: ...
                """,
            "triggers/runtime/relay.py": """
                @on_document("tenants/{tenant_id}/events/{event_id}", change="created")
                async def relay(change: DocumentChange) -> None: ...
                """,
            "triggers/runtime/load.py": """
                @on_object("imports")
                async def load(unit: Unit) -> None: ...
                """,
        }
    )
