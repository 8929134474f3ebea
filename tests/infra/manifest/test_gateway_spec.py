from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator

from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.model import Manifest
from shared_layer.core.declaration import AnyDeclaration


def address_of(declaration: AnyDeclaration) -> str:
    return f"https://{declaration.slug}.run.example"


@pytest.fixture
def spec(campaigns: Manifest) -> dict[str, Any]:
    return gateway_spec(campaigns, address_of, "api.example")


def test_it_is_valid_openapi_2(spec: dict[str, Any]) -> None:
    OpenAPIV2SpecValidator(spec).validate()


def test_each_operation_is_sent_to_its_function_under_the_path_it_came_with(spec: dict[str, Any]) -> None:
    call = spec["paths"]["/api/v1/campaigns"]["post"]
    assert call["operationId"] == "create_campaign"
    assert call["x-google-backend"] == {
        "address": "https://create-campaign.run.example",
        "path_translation": "APPEND_PATH_TO_ADDRESS",
        "deadline": 62.0,
        "jwt_audience": "https://create-campaign.run.example",
    }


def test_handlers_of_events_are_not_in_it(spec: dict[str, Any]) -> None:
    assert "on_campaign" not in json.dumps(spec)


def test_path_parameters_are_declared_also_beside_a_verb(spec: dict[str, Any]) -> None:
    for method in ("post", "options"):
        (parameter,) = spec["paths"]["/api/v1/campaigns/{campaign_id}:launch"][method]["parameters"]
        assert parameter == {"name": "campaign_id", "in": "path", "required": True, "type": "string"}


def test_preflights_reach_one_function_of_every_path(spec: dict[str, Any]) -> None:
    assert all("options" in item for item in spec["paths"].values())
    preflight = spec["paths"]["/api/v1/campaigns"]["options"]
    assert preflight["x-google-backend"]["address"] == "https://list-campaigns.run.example"


def test_operation_ids_are_unique(spec: dict[str, Any]) -> None:
    ids = [call["operationId"] for item in spec["paths"].values() for call in item.values()]
    assert len(ids) == len(set(ids))


def test_no_operation_asks_google_to_check_our_keys(spec: dict[str, Any]) -> None:
    assert "security" not in spec
    assert not any("security" in call for item in spec["paths"].values() for call in item.values())


def test_the_same_functions_give_the_same_bytes(campaigns: Manifest) -> None:
    turned = Manifest(tuple(reversed(campaigns.declarations)), (), campaigns.root)
    one, other = (json.dumps(gateway_spec(found, address_of, "h")) for found in (campaigns, turned))
    assert one == other
