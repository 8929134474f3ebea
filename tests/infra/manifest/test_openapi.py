from __future__ import annotations

import json
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.manifest.model import Manifest
from infra.manifest.openapi import openapi


@pytest.fixture
def document(campaigns: Manifest) -> dict[str, Any]:
    return openapi(campaigns, "https://api.example")


def statuses(document: dict[str, Any], path: str, method: str) -> str:
    return " ".join(document["paths"][path][method]["responses"])


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(json.loads(json.dumps(document))).validate()


def test_docstrings_become_summary_and_description(document: dict[str, Any]) -> None:
    create = document["paths"]["/api/v1/campaigns"]["post"]
    assert create["summary"] == "Do create_campaign."
    assert create["description"].startswith("At length.\n\nScope `marketing:write`: Create, change, launch")
    assert create["description"].endswith("Rate tier `expensive`. Emits `campaign_created`.")
    assert create["operationId"] == "create_campaign"


def test_services_are_the_tags(document: dict[str, Any]) -> None:
    assert [tag["name"] for tag in document["tags"]] == ["ai-routing-engine", "marketing-engine", "system-runtime"]
    assert document["paths"]["/docs"]["get"]["tags"] == ["system-runtime"]


def test_bodies_and_answers_refer_to_components(document: dict[str, Any]) -> None:
    create = document["paths"]["/api/v1/campaigns"]["post"]
    assert create["requestBody"] == {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Brief"}}},
    }
    assert create["responses"]["201"]["content"] == {
        "application/json": {"schema": {"$ref": "#/components/schemas/Campaign"}},
    }
    assert document["components"]["schemas"]["Brief"]["properties"]["name"]["examples"] == ["Spring"]


def test_a_field_that_may_be_missing_has_no_default_of_null(document: dict[str, Any]) -> None:
    fields = [
        (name, field)
        for name, schema in document["components"]["schemas"].items()
        for field, told in schema.get("properties", {}).items()
        if told.get("default", ...) is None
    ]
    assert fields == []


def test_a_page_is_a_component_of_its_own(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v1/campaigns"]["get"]["responses"]["200"]["content"]["application/json"]
    page = document["components"]["schemas"][answer["schema"]["$ref"].rsplit("/", 1)[1]]
    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/Row"}


def test_a_query_model_becomes_parameters_that_are_left_out_rather_than_null(document: dict[str, Any]) -> None:
    parameters = {entry["name"]: entry for entry in document["paths"]["/api/v1/campaigns"]["get"]["parameters"]}
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert parameters["status"] == {
        "name": "status",
        "in": "query",
        "required": False,
        "description": "Only those.",
        "schema": {"title": "Status", "type": "string"},
    }
    assert "Campaigns" not in document["components"]["schemas"]


def test_path_parameters_carry_the_pattern_of_their_type(document: dict[str, Any]) -> None:
    (parameter, key) = document["paths"]["/api/v1/campaigns/{campaign_id}:launch"]["post"]["parameters"]
    assert parameter["schema"]["pattern"].startswith("^[A-Za-z0-9]")
    assert key == {"$ref": "#/components/parameters/RequiredIdempotencyKey"}


def test_problems_follow_from_the_declaration(document: dict[str, Any]) -> None:
    assert statuses(document, "/docs", "get") == "200 400 503 504"
    assert statuses(document, "/api/v1/campaigns", "get") == "200 400 401 403 404 422 429 503 504"
    assert statuses(document, "/api/v1/campaigns", "post") == "201 400 401 403 404 409 413 415 422 429 502 503 504"
    assert (
        statuses(document, "/api/v1/campaigns/{campaign_id}", "patch")
        == "200 400 401 403 404 409 412 413 415 422 428 429 503 504"
    )
    assert statuses(document, "/api/v1/campaigns/{campaign_id}:launch", "post").startswith("204 400 401 403 404 409")


def test_a_problem_response_names_every_code_of_its_status(document: dict[str, Any]) -> None:
    forbidden = document["components"]["responses"]["Forbidden"]["content"]["application/problem+json"]
    names = ["forbidden", "policy_denied", "scope_missing", "tenant_mismatch", "tenant_suspended"]
    assert sorted(forbidden["examples"]) == names


def test_headers_tell_of_limits_versions_and_the_request(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v1/campaigns/{campaign_id}"]["patch"]["responses"]["200"]
    assert list(answer["headers"]) == ["X-Request-ID", "RateLimit", "RateLimit-Policy", "ETag"]
    assert list(document["paths"]["/docs"]["get"]["responses"]["200"]["headers"]) == ["X-Request-ID"]
    launch = document["paths"]["/api/v1/campaigns/{campaign_id}:launch"]["post"]["responses"]["204"]
    assert "Idempotency-Replayed" in launch["headers"]


def test_public_operations_take_no_credential(document: dict[str, Any]) -> None:
    assert document["paths"]["/docs"]["get"]["security"] == []
    listing = document["paths"]["/api/v1/campaigns"]["get"]
    assert listing["security"] == [{"ApiKey": []}, {"Bearer": []}]
    assert listing["x-xynergy-scope"] == "marketing:read"


def test_a_stream_is_an_event_stream(document: dict[str, Any]) -> None:
    assert "text/event-stream" in document["paths"]["/api/v1/chat"]["post"]["responses"]["200"]["content"]


def test_no_component_is_left_unused(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for section in ("schemas", "responses", "parameters", "headers"):
        for name in document["components"][section]:
            assert f'"#/components/{section}/{name}"' in text
