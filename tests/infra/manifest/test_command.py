from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from infra.manifest.__main__ import main
from infra.manifest.model import Manifest

Plant = Callable[[dict[str, str]], Manifest]


def test_check_is_content_with_a_sound_tree(campaigns: Manifest, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--root", str(campaigns.root)]) == 0
    assert capsys.readouterr().out == "10 functions, nothing to correct.\n"


def test_check_prints_findings_and_fails(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    broken = plant({"functions/ai/none.py": "x = 1"})
    assert main(["check", "--root", str(broken.root)]) == 1
    assert capsys.readouterr().out.startswith("functions/ai/none.py: holds no decorated function")


def test_list_is_a_table(campaigns: Manifest, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "--root", str(campaigns.root)]) == 0
    header, first, *rest = capsys.readouterr().out.splitlines()
    assert header.split() == ["FUNCTION", "KIND", "TRIGGER", "SCOPE", "TIER", "DEADLINE", "SUMMARY"]
    assert first.split() == [*("chat", "http", "POST", "/api/v1/chat", "ai:use", "ai", "300", "s", "Do", "chat.")]
    assert len(rest) == 9


@pytest.mark.parametrize(
    ("what", "key"),
    [("gateway", "swagger"), ("openapi", "openapi"), ("json", "functions"), ("catalogue", "marketing-engine")],
)
def test_documents_are_printed_as_json(
    campaigns: Manifest, capsys: pytest.CaptureFixture[str], what: str, key: str
) -> None:
    assert main([what, "--root", str(campaigns.root)]) == 0
    assert key in json.loads(capsys.readouterr().out)


def test_a_document_that_lacks_a_file_says_so_and_fails(plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    broken = plant({"functions/ai/none.py": "x = 1"})
    assert main(["openapi", "--root", str(broken.root)]) == 1
    assert capsys.readouterr().err.startswith("left out functions/ai/none.py")


def test_addresses_follow_the_pattern_that_is_given(campaigns: Manifest, capsys: pytest.CaptureFixture[str]) -> None:
    main(["gateway", "--root", str(campaigns.root), "--address", "https://{slug}.run.example", "--host", "h.example"])
    spec = json.loads(capsys.readouterr().out)
    assert spec["host"] == "h.example"
    backend = spec["paths"]["/api/v1/chat"]["post"]["x-google-backend"]
    assert backend["address"] == "https://chat.run.example"
