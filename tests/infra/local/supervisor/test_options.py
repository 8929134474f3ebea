from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.options import ROOT, Options, parse


def test_without_options_the_platform_runs_on_8080_in_the_checkout() -> None:
    assert parse([]) == Options(8080, ROOT / ".local")


def test_the_data_folder_is_taken_from_where_one_stands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse(["--data", "mine"]).data == tmp_path / "mine"


@pytest.mark.parametrize("port", ["-1", "65532", "http", "８０８０"])
def test_what_is_no_port_is_explained(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([f"--port={port}"])
    assert ended.value.code == 2
    assert "is no port" in capsys.readouterr().err


def test_deliveries_are_a_number_of_times(capsys: pytest.CaptureFixture[str]) -> None:
    assert parse(["--deliveries", "3"]).deliveries == 3
    with pytest.raises(SystemExit):
        parse(["--deliveries", "0"])
    assert "is no number from 1 to 9" in capsys.readouterr().err
