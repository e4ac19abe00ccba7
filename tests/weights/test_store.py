from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from pipeline.errors import ModelDamaged, ModelMissing
from pipeline.weights import check, find, list_models, model_used, models_home
from pipeline.weights.registry import Registry

from .conftest import WHOLE, digest


@pytest.fixture(autouse=True)
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in this file may reach for the network."""

    def refuse(*args: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_a_whole_model_is_found_by_name_and_by_alias(registry: Registry, home: Path, installed: Path) -> None:
    assert find("whisper-test", registry=registry, home=home) == installed
    assert find("test", registry=registry, home=home) == installed


def test_a_missing_model_says_which_command_fetches_it(registry: Registry, home: Path) -> None:
    with pytest.raises(ModelMissing) as missing:
        find("test", registry=registry, home=home)
    assert str(home / "whisper-test") in missing.value.message
    assert missing.value.tip.endswith("callwitness models fetch whisper-test")


def test_a_truncated_file_is_damage_with_both_sizes(registry: Registry, home: Path, installed: Path) -> None:
    (installed / "model.bin").write_bytes(WHOLE[:-1])
    with pytest.raises(ModelDamaged, match=rf"model\.bin has {len(WHOLE) - 1:,} bytes instead of {len(WHOLE):,}") as e:
        find("whisper-test", registry=registry, home=home)
    assert e.value.tip == "Fetch it again: callwitness models fetch whisper-test"


def test_a_changed_byte_is_damage_even_when_it_was_whole_before(
    registry: Registry, home: Path, installed: Path
) -> None:
    find("whisper-test", registry=registry, home=home)
    (installed / "model.bin").write_bytes(b"X" + WHOLE[1:])
    with pytest.raises(ModelDamaged, match=r"model\.bin has other bytes"):
        find("whisper-test", registry=registry, home=home)


def test_a_file_missing_from_the_folder_is_named(registry: Registry, home: Path, installed: Path) -> None:
    (installed / "tokenizer.json").unlink()
    with pytest.raises(ModelDamaged, match=r"tokenizer\.json is missing"):
        find("whisper-test", registry=registry, home=home)


def test_find_trusts_its_stamp_and_check_does_not(registry: Registry, home: Path, installed: Path) -> None:
    find("whisper-test", registry=registry, home=home)
    for stamp in (home / ".verified").iterdir():  # a stamp that lies shows who believes it
        stamp.write_text(stamp.read_text().replace(digest(WHOLE), digest(b"")))
    with pytest.raises(ModelDamaged, match=r"model\.bin has other bytes"):
        find("whisper-test", registry=registry, home=home)
    assert check("whisper-test", registry=registry, home=home).sha256 == digest(WHOLE)
    assert find("whisper-test", registry=registry, home=home) == installed


def test_a_home_that_cannot_be_written_still_gives_the_model(registry: Registry, home: Path, installed: Path) -> None:
    (home / ".verified").write_text("a file where the stamps would go")
    assert find("whisper-test", registry=registry, home=home) == installed


def test_the_repositorys_own_weights_are_a_file_and_are_restored_not_fetched(registry: Registry, home: Path) -> None:
    weights = registry.folder / "small.bin"
    assert find("small", registry=registry, home=home) == weights
    weights.write_bytes(b"small WEIGHTS")
    with pytest.raises(ModelDamaged) as damaged:
        find("small", registry=registry, home=home)
    assert "git checkout -- models/small.bin" in damaged.value.tip
    weights.unlink()
    with pytest.raises(ModelMissing, match=r"small\.bin is missing"):
        find("small", registry=registry, home=home)


def test_a_local_folder_is_taken_as_it_is_and_named_without_its_place(
    registry: Registry, home: Path, installed: Path
) -> None:
    assert find(str(installed), registry=registry, home=home) == installed
    used = model_used(str(installed), registry=registry, home=home)
    assert (used.name, used.revision, used.sha256) == ("whisper-test", "local folder", digest(WHOLE))


def test_a_folder_without_a_model_says_what_is_missing(registry: Registry, home: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"model\.bin, config\.json, tokenizer\.json missing"):
        find(str(tmp_path), registry=registry, home=home)


def test_a_faster_whisper_name_outside_the_registry_says_how_to_fetch_it(registry: Registry, home: Path) -> None:
    with pytest.raises(ModelMissing) as missing:
        find("owner/some-whisper", registry=registry, home=home)
    assert missing.value.tip == "Fetch it once: callwitness models fetch owner/some-whisper"


@pytest.mark.parametrize("name", ["whisper-bse", "../weights", "~/models/whisper", "/no/such/folder", "a/b/c"])
def test_a_name_nobody_knows_is_told_from_a_model_not_fetched_yet(registry: Registry, home: Path, name: str) -> None:
    with pytest.raises(ModelMissing, match="neither a model that callwitness knows nor a folder") as missing:
        find(name, registry=registry, home=home)
    assert "fetch" not in missing.value.tip and "whisper-test" in missing.value.tip


def test_evidence_names_the_source_whose_bytes_were_used(registry: Registry, home: Path, installed: Path) -> None:
    used = model_used("test", registry=registry, home=home)
    assert (used.role, used.name, used.revision) == ("recogniser", "whisper-test", "first")
    assert used.sha256 == digest(WHOLE)
    assert check("test", registry=registry, home=home) == used


def test_the_list_tells_present_missing_and_damaged_apart(registry: Registry, home: Path) -> None:
    assert [state.state for state in list_models(registry=registry, home=home)] == ["missing", "present"]
    (home / "whisper-test").mkdir(parents=True)
    damaged = list_models(registry=registry, home=home)[0]
    assert damaged.state == "damaged" and "model.bin is missing" in damaged.detail


def test_the_places_are_tried_in_the_documented_order(tmp_path: Path) -> None:
    both = {"CALLWITNESS_MODELS": str(tmp_path / "own"), "HF_HOME": str(tmp_path / "hub")}
    assert models_home(both) == tmp_path / "own"
    assert models_home({"HF_HOME": both["HF_HOME"]}) == tmp_path / "hub" / "callwitness"
    checkout = models_home({})
    assert checkout.parts[-2:] == ("models", "weights")
    assert os.path.samefile(checkout.parents[1], Path(__file__).parents[2])
