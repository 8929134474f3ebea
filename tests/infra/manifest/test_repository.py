"""The repository's own functions."""

from __future__ import annotations

import pytest
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV31SpecValidator

from infra.local.gateway.routing import RoutingTable
from infra.manifest.__main__ import ROOT
from infra.manifest.check import check
from infra.manifest.collect import collect
from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.model import Manifest
from infra.manifest.openapi import openapi
from shared_layer.messaging.events import every as every_event  # noqa: F401 - importing them registers them
from shared_layer.messaging.registry import EVENT_TYPES


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return collect(ROOT)


def test_it_has_no_findings(manifest: Manifest) -> None:
    assert [f"{finding.file}: {finding.message}" for finding in check(manifest, EVENT_TYPES)] == []


def test_its_gateway_specification_is_valid_and_can_be_executed(manifest: Manifest) -> None:
    spec = gateway_spec(manifest, lambda declaration: f"https://{declaration.slug}.example", "api.example")
    OpenAPIV2SpecValidator(spec).validate()
    table = RoutingTable(spec)
    for operation in manifest.operations:
        route, _ = table.find(operation.method, operation.path.replace("{", "").replace("}", ""))
        assert route is not None
        assert route.operation_id == operation.name


def test_its_openapi_document_is_valid(manifest: Manifest) -> None:
    OpenAPIV31SpecValidator(openapi(manifest, "https://api.example")).validate()


def test_no_two_of_its_models_share_a_name(manifest: Manifest) -> None:
    """Of two that did, a client would see a name made of modules."""
    names = openapi(manifest, "https://api.example")["components"]["schemas"]
    assert [name for name in names if "__" in name] == []
