"""Training from the files, again and again the same."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from infra.router_training.__main__ import main
from infra.router_training.labelled import mmlu
from shared_layer.ai.router.features import features
from shared_layer.ai.router.model import PACKAGED, unpacked

SAMPLE = Path(__file__).parents[2] / "data" / "routing"
WHOLE = Path(__file__).parents[4] / "shared" / "data" / "routing"
TRAINED_ON_THE_SAMPLE = "514017b6fc1b059468124338cae2578d3237a4d5b6c49b6a02283abfe473dcbb"


def test_the_sample_gives_the_weights_that_it_always_gave(tmp_path: Path):
    file = tmp_path / "weights.bin"
    assert main(["--data", str(SAMPLE), "--output", str(file)]) == 0
    assert main(["--data", str(SAMPLE), "--output", str(file), "--check"]) == 0
    assert hashlib.sha256(file.read_bytes()).hexdigest() == TRAINED_ON_THE_SAMPLE
    assert unpacked(file.read_bytes()).packed() == file.read_bytes()


def test_the_router_sees_the_prompt_and_nothing_of_its_subject():
    for labelled in mmlu(SAMPLE):
        assert labelled.outcome.vector == features(labelled.prompt).vector


def test_a_folder_without_outcomes_is_refused(tmp_path: Path):
    with pytest.raises(SystemExit):
        main(["--data", str(tmp_path)])


@pytest.mark.long
@pytest.mark.skipif(not WHOLE.exists(), reason="the whole data is not in the repository")
def test_the_packaged_weights_are_what_the_whole_data_gives():
    assert main(["--data", str(WHOLE), "--output", str(PACKAGED), "--check"]) == 0
