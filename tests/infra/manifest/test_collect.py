from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from infra.manifest.collect import collect
from infra.manifest.model import Manifest, file_of

Plant = Callable[[dict[str, str]], Manifest]

SHOW = '@endpoint("GET", "/status/{name}", scope="public", tier="none")\nasync def {name}() -> None: ...'


def show(name: str) -> str:
    return SHOW.replace("{name}", name)


def test_every_function_of_both_folders_is_found(campaigns: Manifest) -> None:
    assert campaigns.broken == ()
    assert [declaration.name for declaration in campaigns.declarations] == [
        *("chat", "create_campaign", "launch_campaign", "list_campaigns", "update_campaign", "show_docs"),
        *("on_campaign", "load", "relay", "sweep"),
    ]
    assert [declaration.kind for declaration in campaigns.declarations[-4:]] == [
        *("event", "object", "document", "schedule"),
    ]


def test_a_declaration_knows_its_file(campaigns: Manifest) -> None:
    for declaration in campaigns.declarations:
        assert (campaigns.root / file_of(declaration)).is_file()


def test_a_file_that_fails_is_broken_and_leaves_the_others_alone(plant: Plant) -> None:
    found = plant(
        {
            "functions/runtime/good.py": show("good"),
            "functions/runtime/bad_import.py": "import nothing_of_that_name",
            "functions/runtime/bad_syntax.py": "def (",
            "functions/runtime/exits.py": "raise SystemExit(3)",
        }
    )
    assert [declaration.name for declaration in found.declarations] == ["good"]
    reasons = {broken.file.rsplit("/", 1)[1]: broken.reason for broken in found.broken}
    assert reasons["bad_import.py"] == "line 12: ModuleNotFoundError: No module named 'nothing_of_that_name'"
    assert reasons["bad_syntax.py"].startswith("line 12: ")
    assert reasons["exits.py"].endswith("SystemExit: 3")


def test_a_file_without_a_function_or_with_two_is_broken(plant: Plant) -> None:
    found = plant(
        {
            "functions/runtime/none.py": "x = 1",
            "functions/runtime/two.py": show("one") + "\n" + show("two"),
        }
    )
    none, two = found.broken
    assert "holds no decorated function" in none.reason
    assert "holds 2 decorated functions (one, two)" in two.reason


def test_a_function_that_is_imported_from_elsewhere_does_not_count(plant: Plant) -> None:
    found = plant(
        {
            "functions/runtime/first.py": show("first"),
            "functions/runtime/second.py": "from functions.runtime.first import first\n" + show("second"),
        }
    )
    assert [declaration.name for declaration in found.declarations] == ["first", "second"]


def test_a_folder_that_is_no_service_says_which_row_to_add(plant: Plant) -> None:
    found = plant({"functions/astrology/show.py": show("show")})
    assert "add a row to shared_layer/core/services.py" in found.broken[0].reason


def test_a_file_without_a_docstring_is_broken(plant: Plant, tmp_path: Path) -> None:
    plant({"functions/runtime/show.py": show("show")})
    file = tmp_path / "functions/runtime/show.py"
    file.write_text(file.read_text().partition('"""\n')[2])
    assert "say in the file's docstring what show does" in collect(tmp_path).broken[0].reason


def test_an_edited_file_is_read_again_at_once(plant: Plant, tmp_path: Path) -> None:
    plant({"functions/runtime/show.py": show("show")})
    file = tmp_path / "functions/runtime/show.py"
    file.write_text(file.read_text().replace("Do show", "Do this"))
    assert collect(tmp_path).declarations[0].summary == "Do this."


def test_sixty_functions_are_collected_within_a_second(plant: Plant, tmp_path: Path) -> None:
    plant({f"functions/runtime/show_{index}.py": show(f"show_{index}") for index in range(60)})
    started = time.process_time()
    assert len(collect(tmp_path).declarations) == 60
    assert time.process_time() - started < 1.0
