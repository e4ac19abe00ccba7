"""The --config file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import change, read_config
from pipeline.errors import SettingsError
from pipeline.settings import Settings


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_put_over_the_defaults_and_the_rest_stays(tmp_path: Path) -> None:
    settings = read_config(
        written(
            tmp_path,
            '[speech]\nmodel = "small"\nlanguages = ["zh"]\n[judge]\nmin_coverage = 1\n[law.facts]\nvoice = "human"\n',
        )
    )
    assert (settings.speech.model, settings.speech.languages) == ("small", ("zh",))
    assert settings.judge.min_coverage == 1.0 and isinstance(settings.judge.min_coverage, float)
    assert settings.law.facts == {"voice": "human"}
    assert settings.speech.beam_size == Settings().speech.beam_size


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[speech]\nmodle = 'small'\n", ("modle", "Did you mean model?")),
        ("[speach]\nmodel = 'small'\n", ("speach", "Did you mean speech?")),
        ("[speech]\nbeam_size = 'five'\n", ("beam_size", "five")),
        ("model = 'small'\n", ("model", "[speech]")),
        ("[speech\n", ("not TOML",)),
    ],
)
def test_a_mistake_is_named_with_the_file_and_what_was_probably_meant(
    tmp_path: Path, text: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read_config(written(tmp_path, text))
    assert all(name in str(caught.value) for name in ("my.toml", *names))


def test_a_file_that_is_not_there_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml"):
        read_config(tmp_path / "none.toml")


def test_a_change_leaves_the_settings_it_was_given_alone() -> None:
    before = Settings()
    assert change(before, "speech", {"batch_size": 4}).speech.batch_size == 4
    assert before == Settings()
