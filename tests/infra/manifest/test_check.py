from __future__ import annotations

from collections.abc import Callable

import pytest

from infra.manifest.check import check
from infra.manifest.model import Manifest
from shared_layer.core.declaration import PATH_PARAMETER

Plant = Callable[[dict[str, str]], Manifest]

OPAQUE = """
import threading
class Opaque(Model):
    model_config = {"arbitrary_types_allowed": True}
    lock: type(threading.Lock())

"""
EVENTS = {"campaign_created"}
GET = '@endpoint("GET", "{path}", scope="public", tier="none")\nasync def {name}({taken}) -> None: ...'


def get(name: str, path: str) -> str:
    taken = ", ".join(f"{part}: str" for part in PATH_PARAMETER.findall(path))
    return GET.replace("{path}", path).replace("{name}", name).replace("{taken}", taken)


def findings(manifest: Manifest) -> list[str]:
    return [f"{finding.file}: {finding.message}" for finding in check(manifest, EVENTS)]


def test_a_sound_tree_has_no_findings(campaigns: Manifest) -> None:
    assert findings(campaigns) == []


def test_a_broken_file_is_a_finding(plant: Plant) -> None:
    (found,) = findings(plant({"functions/runtime/none.py": "x = 1"}))
    assert found.startswith("functions/runtime/none.py: holds no decorated function")


def test_a_function_is_named_like_its_file(plant: Plant) -> None:
    (found,) = findings(plant({"functions/runtime/show.py": get("shows", "/status")}))
    assert "call it show" in found


def test_no_two_functions_share_a_name(plant: Plant) -> None:
    tree = {"functions/runtime/show.py": get("show", "/status"), "functions/ai/show.py": get("show", "/docs")}
    (found,) = findings(plant(tree))
    assert found == (
        "functions/runtime/show.py: the name show is taken by functions/ai/show.py; rename the file and function"
    )


def test_a_long_file_is_a_finding(plant: Plant) -> None:
    (found,) = findings(plant({"functions/runtime/show.py": get("show", "/status") + "\n" * 60}))
    assert "move what is not types and one call to shared_layer" in found


@pytest.mark.parametrize(
    ("decorator", "signature", "message"),
    [
        ('endpoint("GET", "/api/v1/x", scope="marketing:reed")', "", "scope 'marketing:reed' is unknown"),
        ('endpoint("GET", "/api/v1/x", scope="ai:use")', "body: Model", "takes a body on GET"),
        ('endpoint("DELETE", "/api/v1/x", scope="ai:use")', "body: Model", "takes a body on DELETE"),
        ('endpoint("TRACE", "/api/v1/x", scope="ai:use")', "", "method TRACE"),
        ('endpoint("POST", "/api/v1/x", scope="ai:use", status=201)', "", "say idempotency='optional'"),
        ('endpoint("GET", "/api/v1/x", scope="ai:use", emits=("gone",))', "", "emits 'gone'"),
        ('endpoint("GET", "/api/v1/x", scope="ai:use", deadline=3601)', "", "at most 3600 seconds"),
        ('endpoint("GET", "/api/v1/x", scope="ai:use", deadline=0)', "", "more than 0"),
        ('endpoint("GET", "/api/v1/x", scope="public")', "", "say tier='none'"),
        (
            'endpoint("PUT", "/api/v1/x", scope="public", tier="none", idempotency="optional")',
            "",
            "leave idempotency out",
        ),
        ('endpoint("POST", "/api/v1/x", scope="ai:use")', "body: Opaque", "use types that pydantic knows"),
        ('on_event(("t",), deadline=541)', "envelope: Envelope", "at most 540 seconds"),
        ("on_event(())", "envelope: Envelope", "has no topic"),
        ('on_event(("t",), event_types=("gone",))', "envelope: Envelope", "listens for 'gone'"),
        ('on_schedule("* * * *")', "unit: Unit", "five fields"),
        ('on_schedule("61 * * * *")', "unit: Unit", "cron '61 * * * *'"),
        ('on_schedule("* * * * *", time_zone="Berlin")', "unit: Unit", "time zone 'Berlin' is unknown"),
    ],
)
def test_a_declaration_that_cannot_work_says_what_to_change(
    plant: Plant, decorator: str, signature: str, message: str
) -> None:
    source = f"{OPAQUE}@{decorator}\nasync def act({signature}) -> None: ..."
    (found,) = findings(plant({"functions/ai/act.py": source}))
    assert message in found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v1/campaigns", "start it with one of /api/"),
        ("/docsy", "start it with one of"),
        ("/api/v1/campaigns/", "leave out the slash"),
        ("/api/v1//campaigns", "write the segment ''"),
        ("/api/v1/<id>", "write the segment '<id>'"),
        ("/api/v1/{Id}", "write the segment '{Id}'"),
        ("/api/v1/{part}.json", "write the segment '{part}.json'"),
        ("/api/v1/{part}:launch/now", "only the last segment may end in a verb"),
    ],
)
def test_a_path_that_the_gateway_cannot_serve_says_what_to_change(plant: Plant, path: str, message: str) -> None:
    (found,) = findings(plant({"functions/ai/act.py": get("act", path)}))
    assert message in found


@pytest.mark.parametrize(
    ("one", "other", "message"),
    [
        ("/api/a", "/api/a", "GET /api/a is taken by functions/ai/one.py"),
        ("/api/{x}", "/api/{y}", "GET /api/{y} is taken by functions/ai/one.py (/api/{x})"),
        ("/api/{x}:go", "/api/{y}:go", "is taken by functions/ai/one.py"),
        ("/api/{x}/c", "/api/b/{y}", "fit the same calls"),
        ("/api/{x}/go:on", "/api/b/{y}:on", "fit the same calls"),
    ],
)
def test_paths_that_take_the_same_calls_are_a_finding(plant: Plant, one: str, other: str, message: str) -> None:
    tree = {"functions/ai/one.py": get("one", one), "functions/ai/other.py": get("other", other)}
    (found,) = findings(plant(tree))
    assert message in found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/api/a/{x}", "/api/a/b"),
        ("/api/a/{x}", "/api/a/{x}:go"),
        ("/api/a/{x}:go", "/api/a/b:stop"),
        ("/api/a/{x}/c", "/api/b/{y}/d"),
        ("/api/a/{x}", "/api/a/{x}/b"),
    ],
)
def test_paths_that_an_order_settles_are_not(plant: Plant, one: str, other: str) -> None:
    tree = {"functions/ai/one.py": get("one", one), "functions/ai/other.py": get("other", other)}
    assert findings(plant(tree)) == []


def test_paths_that_have_no_method_in_common_take_no_call_of_each_others(plant: Plant) -> None:
    tree = {
        "functions/ai/one.py": get("one", "/api/{x}/c"),
        "functions/ai/other.py": get("other", "/api/b/{y}").replace("GET", "PUT"),
    }
    assert findings(plant(tree)) == []


def test_one_path_has_one_spelling_for_all_methods(plant: Plant) -> None:
    tree = {
        "functions/ai/one.py": get("one", "/api/{x}"),
        "functions/ai/other.py": get("other", "/api/{y}").replace("GET", "PUT"),
    }
    (found,) = findings(plant(tree))
    assert "name its parameters as functions/ai/one.py does (/api/{x})" in found
