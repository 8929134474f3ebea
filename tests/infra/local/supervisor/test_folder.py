from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from infra.local.folder import DataFolder
from infra.local.refusal import Refusal


def test_an_absent_folder_is_made_and_opened_again(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "a" / "data")
    key = folder.operator_key()
    folder.release()
    again = DataFolder(tmp_path / "a" / "data")
    assert again.operator_key() == key
    again.release()


def test_the_operator_key_has_the_platforms_form_and_belongs_to_its_owner_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    key = folder.operator_key()
    assert key.startswith("xyn_op_")
    assert len(key) == len("xyn_op_") + 32
    assert stat.S_IMODE(folder.operator_keys.stat().st_mode) == 0o600
    folder.release()


def test_local_json_is_private_and_read_back(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    assert folder.remembered() == {}
    folder.remember({"gateway": "http://localhost:1"})
    assert folder.remembered() == {"gateway": "http://localhost:1"}
    assert stat.S_IMODE(folder.local_json.stat().st_mode) == 0o600
    folder.release()


def test_a_second_platform_on_the_folder_is_refused_with_the_address_of_the_first(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.remember({"gateway": "http://localhost:8123"})
    with pytest.raises(Refusal, match=r"already runs on .*localhost:8123.*--data"):
        DataFolder(tmp_path)
    folder.release()


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("notes")
    with pytest.raises(Refusal, match="is a file"):
        DataFolder(tmp_path / "data")


def test_a_folder_with_other_files_is_refused_and_left_alone_even_when_asked_to_start_fresh(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(Refusal, match="not the platform's"):
        DataFolder(tmp_path, fresh=True)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("marker", ["{", "[]", json.dumps({"xynergy_data": 99})])
def test_a_damaged_folder_and_one_of_another_version_are_refused(tmp_path: Path, marker: str) -> None:
    DataFolder(tmp_path).release()
    (tmp_path / "xynergy.json").write_text(marker)
    with pytest.raises(Refusal, match="--fresh"):
        DataFolder(tmp_path)


def test_starting_fresh_deletes_what_the_platform_kept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    key = folder.operator_key()
    (tmp_path / "firestore").mkdir()
    folder.release()
    fresh = DataFolder(tmp_path, fresh=True)
    assert not (tmp_path / "firestore").exists()
    assert fresh.operator_key() != key
    fresh.release()


def test_a_local_json_that_cannot_be_read_counts_as_absent(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.local_json.write_text('{"gateway": ')
    assert folder.remembered() == {}
    folder.release()


def test_a_long_log_begins_anew_and_its_former_content_is_kept(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    (folder.logs / "functions.log").write_bytes(b"x" * (17 << 20))
    (folder.logs / "cloud.log").write_text("short")
    folder.release()
    DataFolder(tmp_path).release()
    assert sorted(path.name for path in folder.logs.iterdir()) == ["cloud.log", "functions.log.1"]
