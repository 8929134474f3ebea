"""The day's script: a file that tells everything, and says so when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.demo.__main__ import main
from infra.demo.day import DAY, read_day
from shared_layer.marketing.brief import CampaignBrief


def test_the_days_briefs_are_briefs_and_those_alike_share_a_template() -> None:
    day = read_day()
    briefs = {planned.name: CampaignBrief.model_validate(planned.brief) for planned in day.campaigns}
    assert 6 <= len(briefs) <= 10
    for planned in day.campaigns:
        alike = [
            name
            for name, brief in briefs.items()
            if name != planned.name and brief.template_parts() == briefs[planned.name].template_parts()
        ]
        assert not planned.like or planned.like in alike
    assert day.two_editors.campaign in briefs


@pytest.mark.parametrize("text", ["not toml [", "[company]\nname = 'x'\n"])
def test_a_file_that_is_no_day_is_told_in_one_sentence(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "day.toml"
    script.write_text(text)
    assert main(["--day", str(script)]) == 2
    assert "is no day's script" in capsys.readouterr().err


def test_the_script_that_comes_with_it_lies_beside_the_code() -> None:
    assert DAY.name == "day.toml"
    assert DAY.exists()
