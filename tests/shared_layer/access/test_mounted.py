"""Secrets that Secret Manager mounts: a rotated one is in use after five minutes, without a deploy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_layer.access import mounted
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.core import clock
from shared_layer.core.settings import settings

OPENAI = next(provider for provider in PROVIDERS if provider.id == "openai")


class Time:
    """A clock that goes on only when it is told to."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Iterator[Time]:
    time = Time()
    former = clock.use(time)
    yield time
    clock.use(former)


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder with the mounted secrets, as Cloud Run lays them out."""
    monkeypatch.setenv("XYNERGY_API_KEYS_FILE", str(tmp_path / "xynergy-api-keys" / "value"))
    for provider in PROVIDERS:
        monkeypatch.delenv(provider.key_env, raising=False)
    settings.cache_clear()
    yield tmp_path
    settings.cache_clear()


def _mount(secrets: Path, name: str, text: str) -> None:
    (secrets / name).mkdir(exist_ok=True)
    (secrets / name / "value").write_text(text)


def test_a_rotated_secret_counts_after_five_minutes_and_not_before(secrets: Path, time: Time) -> None:
    _mount(secrets, "xynergy-slack-signing-secret", "former")
    assert mounted.mounted("xynergy-slack-signing-secret") == ("former",)
    _mount(secrets, "xynergy-slack-signing-secret", "new\nformer\n")
    time.now += 299
    assert mounted.mounted("xynergy-slack-signing-secret") == ("former",)
    time.now += 2
    assert mounted.mounted("xynergy-slack-signing-secret") == ("new", "former")


def test_a_secret_that_was_not_there_is_found_a_second_after_it_came(secrets: Path, time: Time) -> None:
    assert mounted.mounted_text("openai-api-key") == ""
    _mount(secrets, "openai-api-key", "there")
    time.now += 1.1
    assert mounted.mounted_text("openai-api-key") == "there"


def test_a_providers_key_is_mounted_and_rotated_too_and_a_variable_goes_before_it(
    secrets: Path, time: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mount(secrets, "openai-api-key", "former\n")
    assert (OPENAI.key, OPENAI.configured) == ("former", True)
    _mount(secrets, "openai-api-key", "new\n")
    time.now += 301
    assert OPENAI.key == "new"
    monkeypatch.setenv("OPENAI_API_KEY", "of the variable")
    assert OPENAI.key == "of the variable"


def test_a_provider_without_a_key_is_not_configured(secrets: Path, time: Time) -> None:
    assert (OPENAI.key, OPENAI.configured) == ("", False)
