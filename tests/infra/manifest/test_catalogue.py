from __future__ import annotations

import json

from infra.manifest.catalogue import catalogue
from infra.manifest.model import Manifest


def test_services_hold_their_functions_in_the_order_of_layers(campaigns: Manifest) -> None:
    found = catalogue(campaigns, lambda declaration: f"https://{declaration.slug}.example")
    assert list(found) == ["ai-routing-engine", "marketing-engine", "system-runtime"]
    marketing = found["marketing-engine"]
    assert (marketing["topic"], marketing["layer"]) == ("marketing-engine-events", 2)
    assert list(marketing["functions"]) == [
        *("create_campaign", "launch_campaign", "list_campaigns", "update_campaign", "on_campaign"),
    ]
    json.dumps(found)


def test_a_function_tells_its_kind_its_trigger_and_its_address(campaigns: Manifest) -> None:
    found = catalogue(campaigns, lambda declaration: f"https://{declaration.slug}.example")
    functions = {name: entry for service in found.values() for name, entry in service["functions"].items()}
    assert functions["create_campaign"]["address"] == "https://create-campaign.example"
    assert functions["create_campaign"]["trigger"]["path"] == "/api/v1/campaigns"
    assert functions["on_campaign"]["trigger"]["topics"] == ["marketing-engine-events"]
    assert functions["relay"]["trigger"] == {"document": "tenants/{tenant_id}/events/{event_id}", "change": "created"}
    assert functions["sweep"]["trigger"] == {"cron": "*/5 * * * *", "time_zone": "Europe/Berlin"}
    assert functions["load"]["trigger"] == {"bucket": "imports"}
    assert functions["load"]["kind"] == "object"
