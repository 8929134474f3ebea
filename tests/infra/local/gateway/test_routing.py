from __future__ import annotations

from typing import Any

import pytest

from infra.local.gateway.routing import RoutingTable


def table(*calls: str, **root: Any) -> RoutingTable:
    """A table of `METHOD /path`, each operation called like that."""
    paths: dict[str, Any] = {}
    for call in calls:
        method, path = call.split()
        operation = {"operationId": call, "x-google-backend": {"address": "https://fn.example/base"}}
        paths.setdefault(path, {})[method.lower()] = operation
    return RoutingTable({"paths": paths, **root})


def found(routes: RoutingTable, method: str, path: str) -> str | list[str]:
    route, allowed = routes.find(method, path)
    return route.operation_id if route else allowed


def test_a_parameter_takes_one_whole_segment() -> None:
    routes = table("GET /a/{x}/b")
    assert found(routes, "GET", "/a/1/b") == "GET /a/{x}/b"
    assert found(routes, "GET", "/a/%2Fetc%2Fpasswd/b") == "GET /a/{x}/b"
    for path in ("/a//b", "/a/1/2/b", "/a/b", "/a/../b", "/a/./b"):
        assert found(routes, "GET", path) == []


def test_fixed_text_goes_before_a_parameter_and_is_left_where_it_leads_nowhere() -> None:
    routes = table("GET /a/{x}", "GET /a/b", "GET /a/{x}/c", "GET /a/b/d")
    assert found(routes, "GET", "/a/b") == "GET /a/b"
    assert found(routes, "GET", "/a/z") == "GET /a/{x}"
    assert found(routes, "GET", "/a/b/d") == "GET /a/b/d"
    assert found(routes, "GET", "/a/b/c") == "GET /a/{x}/c"


def test_a_custom_verb_goes_before_the_parameter_that_would_swallow_it() -> None:
    routes = table("POST /a/{x}", "POST /a/{x}:launch", "POST /a/{x}:pause")
    assert found(routes, "POST", "/a/1:launch") == "POST /a/{x}:launch"
    assert found(routes, "POST", "/a/1:2:launch") == "POST /a/{x}:launch"
    assert found(routes, "POST", "/a/1:unknown") == "POST /a/{x}"
    assert found(routes, "POST", "/a/:launch") == "POST /a/{x}"


def test_a_verb_that_no_operation_has_is_not_found() -> None:
    assert found(table("POST /a/{x}:launch"), "POST", "/a/1:lunch") == []


def test_a_method_is_looked_for_on_every_path_that_fits() -> None:
    routes = table("GET /a/b", "PUT /a/{x}")
    assert found(routes, "PUT", "/a/b") == "PUT /a/{x}"
    assert found(routes, "DELETE", "/a/b") == ["GET", "PUT"]
    assert found(routes, "HEAD", "/a/b") == ["GET", "PUT"]


def test_case_counts_and_one_slash_at_the_end_does_not() -> None:
    routes = table("GET /a/b")
    assert found(routes, "GET", "/a/b/") == "GET /a/b"
    assert found(routes, "GET", "/a/b//") == []
    assert found(routes, "GET", "/A/b") == []
    assert found(routes, "GET", "/") == []


def test_the_base_path_stands_before_every_path() -> None:
    routes = table("GET /a", basePath="/v2/")
    assert found(routes, "GET", "/v2/a") == "GET /a"
    assert found(routes, "GET", "/a") == []


def test_a_backend_says_where_how_long_and_for_whom() -> None:
    route, _ = table("GET /a").find("GET", "/a")
    assert route is not None
    assert (route.host, route.base_path, route.deadline) == (b"fn.example", "/base", 15.0)
    assert route.audience == "https://fn.example/base"


@pytest.mark.parametrize(
    ("path", "backend", "message"),
    [
        ("/a/{x}.json", {"address": "http://fn"}, "a parameter is a whole segment"),
        ("/a/{x}:go/b", {"address": "http://fn"}, "a parameter is a whole segment"),
        ("/a", {}, "no x-google-backend"),
        ("/a", {"address": "http://fn", "path_translation": "CONSTANT_ADDRESS"}, "only path_translation"),
    ],
)
def test_what_the_gateway_does_not_execute_is_refused_when_it_loads(
    path: str, backend: dict[str, str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        RoutingTable({"paths": {path: {"get": {"operationId": "x", "x-google-backend": backend}}}})
