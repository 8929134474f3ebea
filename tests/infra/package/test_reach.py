"""What a function reaches, on small trees; and the repository's own functions against what the access analysis says."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

import pytest

from infra.local.options import ROOT
from infra.manifest.access import access_of
from infra.manifest.collect import collect
from infra.package.reach import Reach, reach_of
from shared_layer.core.declaration import AnyDeclaration
from tests.infra.package.conftest import Packed

OTHERS_PUBLISH = {"topic gmail-push"}
"""Topics whose names we tell to others: Gmail publishes there, and no client of ours does."""

CLIENTS = """
    def warehouse():
        from google.cloud.bigquery import Client
        return Client()

    def bucket():
        from google.cloud.storage import Client
        return Client()
"""


def reached(root: Path, **modules: str) -> Reach:
    """The reach of `functions.own.main` in a tree of `shared_layer` modules and that file."""
    for name, source in modules.items():
        folder = root / ("functions/own" if name == "main" else "shared_layer/part")
        folder.mkdir(parents=True, exist_ok=True)
        for each in (folder, folder.parent):
            (each / "__init__.py").touch()
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    return reach_of(root, "functions.own.main")


def names(reach: Reach) -> set[str]:
    return {file.stem for file in reach.files if file.name != "__init__.py"}


@cache
def declarations() -> tuple[AnyDeclaration, ...]:
    return collect(ROOT).declarations


def test_a_client_counts_for_whoever_names_what_imports_it(tmp_path: Path) -> None:
    main = "from shared_layer.part.clients import bucket\n\ndef run():\n    return bucket()\n"
    found = reached(tmp_path, main=main + "SERVED = run\n", clients=CLIENTS)
    assert found.external == {"google.cloud.storage.Client"}


def test_a_function_that_nothing_names_brings_nothing(tmp_path: Path) -> None:
    main = "from shared_layer.part import clients\n\nserve = print\n"
    found = reached(tmp_path, main=main, clients=CLIENTS)
    assert found.external == set()
    assert names(found) == {"main", "clients"}


def test_names_are_followed_through_modules_packages_and_classes(tmp_path: Path) -> None:
    found = reached(
        tmp_path,
        main="from shared_layer.part import middle\n\nserve = middle.Reader\n",
        middle="""
            from shared_layer.part.passed_on import warehouse

            class Reader:
                def read(self):
                    return warehouse().query("x")
        """,
        passed_on="from shared_layer.part.clients import warehouse\n",
        clients=CLIENTS,
    )
    assert found.external == {"google.cloud.bigquery.Client"}


def test_a_module_that_is_handed_about_counts_whole(tmp_path: Path) -> None:
    found = reached(tmp_path, main="from shared_layer.part import clients\n\nserve(clients)\n", clients=CLIENTS)
    assert found.external == {"google.cloud.bigquery.Client", "google.cloud.storage.Client"}


def test_a_decorated_function_runs_whenever_its_decorator_likes(tmp_path: Path) -> None:
    main = "@endpoint('GET', '/')\nasync def run():\n    import openai\n\n@cache\ndef unused():\n    import numpy\n"
    assert reached(tmp_path, main=main).external == {"openai"}


def test_imports_for_types_alone_never_happen(tmp_path: Path) -> None:
    main = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy\nelse:\n    import array\n"
    assert reached(tmp_path, main=main).external == {"typing.TYPE_CHECKING", "array"}


def test_a_module_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"shared_layer\.part\.gone"):
        reached(tmp_path, main="import shared_layer.part.gone\n", other="")


def test_two_analyses_agree_on_which_of_googles_clients_a_function_uses(packed: Packed) -> None:
    """The access table is derived from objects at run time, the reach from syntax: neither knows of the other."""
    clients = {"bigquery": "google-cloud-bigquery", "bucket": "google-cloud-storage", "topic": "google-cloud-pubsub"}
    for declaration in declarations():
        access = access_of(declaration)
        touched = {thing.split(" ")[0] for thing in {*access.reads, *access.writes} - OTHERS_PUBLISH}
        carried = set(packed[declaration.name].distributions)
        missing = {client for thing, client in clients.items() if thing in touched and client not in carried}
        assert missing == set(), declaration.name


def test_an_operation_carries_no_client_that_it_cannot_use(packed: Packed) -> None:
    carried = {name: set(each.distributions) for name, each in packed.items()}
    heavy = {"google-cloud-bigquery", "google-cloud-storage", "google-cloud-pubsub", "google-cloud-scheduler", "openai"}
    for name in ("get_campaign", "create_tenant", "get_openapi", "list_dead_letters", "consume_quota", "get_overview"):
        assert carried[name] & heavy == set(), name
    assert carried["create_campaign"] & heavy == set()
    assert carried["query_analytics"] & heavy == {"google-cloud-bigquery"}
    assert carried["relay_event"] & heavy == {"google-cloud-pubsub"}
