"""Weights on this machine: find them, check them, say which were used. Never opens a connection."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from pipeline.errors import ModelDamaged, ModelMissing
from pipeline.records import ModelUsed
from pipeline.weights.places import models_home
from pipeline.weights.registry import Model, ModelFile, Registry, Source, load_registry

#: Left in the folder of a model that no registry pins: where it came from and what was received.
RECEIPT = "source.json"
#: The least a folder must hold for faster-whisper to load it, with a tokenizer or a vocabulary beside.
_WHISPER_FILES = ("model.bin", "config.json")


@dataclass(frozen=True)
class ModelState:
    """One line of `callwitness models list`. path: where it lies, None if it does not; detail: what is wrong."""

    model: Model
    state: Literal["present", "missing", "damaged"]
    path: Path | None
    detail: str = ""


@dataclass(frozen=True)
class Found:
    """Weights whose bytes were compared. source: the one they match; None for a local folder, which nothing pins."""

    name: str
    role: str
    path: Path
    weights: Path
    source: Source | None


def list_models(*, registry: Registry | None = None, home: Path | None = None) -> tuple[ModelState, ...]:
    """Every entry of the registry and how it stands on this machine."""
    registry = registry or load_registry()
    return tuple(_state(model, registry, home or models_home()) for model in registry.models)


def find(name: str, *, registry: Registry | None = None, home: Path | None = None) -> Path:
    """Where the weights lie: the folder of a Whisper, the file of a small model. Opens no connection.

    name: a registry name or alias, a local folder, or any faster-whisper name fetched before. Bytes are hashed the
    first time they are seen and again only when size, time or inode change: a scan starts at once.
    Raises ModelMissing, ModelDamaged.
    """
    return locate(name, registry=registry, home=home).path


def check(name: str, *, registry: Registry | None = None, home: Path | None = None) -> ModelUsed:
    """Hash every byte again, trusting no earlier look. Raises ModelMissing, ModelDamaged."""
    found = locate(name, registry=registry, home=home, afresh=True)
    return _used(found, home or models_home())


def model_used(name: str, *, registry: Registry | None = None, home: Path | None = None) -> ModelUsed:
    """What evidence.json says of these weights. Raises as `find`."""
    return _used(locate(name, registry=registry, home=home), home or models_home())


def locate(name: str, *, registry: Registry | None = None, home: Path | None = None, afresh: bool = False) -> Found:
    """Find weights and compare them with what they should be. afresh: hash all bytes even if seen before."""
    registry, home = registry or load_registry(), home or models_home()
    if model := registry.get(name):
        return _registered(model, registry, home, afresh=afresh)
    folder = Path(name).expanduser()
    if folder.is_dir():
        _require_whisper(name, folder, tip="Give the folder that holds model.bin and config.json.")
        return Found(folder.resolve().name, "recogniser", folder, folder / "model.bin", None)
    return _fetched_by_name(name, registry, home, afresh=afresh)


def folder_of(name: str) -> str:
    """The folder name for a model of the hub: "Systran/faster-whisper-tiny" -> "Systran--faster-whisper-tiny"."""
    return name.replace("/", "--")


def faults_of(source: Source, folder: Path, home: Path, *, afresh: bool = False) -> list[str]:
    """Why the files of `folder` are not the pinned ones of `source`; empty when they are."""
    return [fault for file in source.files if (fault := _fault(folder / file.name, file, home, afresh=afresh))]


def sha256_of(path: Path) -> str:
    """Hex digest of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def known_sha256(path: Path, home: Path, *, afresh: bool = False) -> str:
    """The digest of a file, remembered under `home` for as long as its size, times and inode stay."""
    status = path.stat()
    place = str(path.resolve())
    identity = [place, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    stamp = home / ".verified" / (hashlib.sha256(place.encode()).hexdigest()[:16] + ".json")
    if not afresh:
        try:
            seen = json.loads(stamp.read_text(encoding="utf-8"))
            if seen["identity"] == identity:
                return str(seen["sha256"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # no stamp, or not one of ours: hash
    digest = sha256_of(path)
    _write_stamp(stamp, {"identity": identity, "sha256": digest})
    return digest


def _write_stamp(stamp: Path, content: dict[str, object]) -> None:
    """Atomic; a folder that cannot be written (a read-only install) only costs the hash next time."""
    try:
        stamp.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=stamp.parent, delete=False, encoding="utf-8") as draft:
            json.dump(content, draft)
        os.replace(draft.name, stamp)
    except OSError:
        return


def _fault(path: Path, file: ModelFile, home: Path, *, afresh: bool) -> str:
    if not path.is_file():
        return f"{path.name} is missing"
    size = path.stat().st_size
    if size != file.size:
        return f"{path.name} has {size:,} bytes instead of {file.size:,}"
    if known_sha256(path, home, afresh=afresh) != file.sha256:
        return f"{path.name} has other bytes than the pinned ones (sha256 differs)"
    return ""


def _registered(model: Model, registry: Registry, home: Path, *, afresh: bool) -> Found:
    if model.in_repository:
        source = model.sources[0]
        path = registry.folder / model.weights
        if faults := faults_of(source, registry.folder, home, afresh=afresh):
            kind = ModelDamaged if path.is_file() else ModelMissing
            raise kind(
                f"{path}: {'; '.join(faults)}.",
                tip=f"{model.name} ships with callwitness: restore the file (git checkout -- models/{model.weights}) "
                "or install callwitness again.",
            )
        return Found(model.name, model.role, path, path, source)
    folder = home / model.name
    if not folder.is_dir():
        raise ModelMissing(
            f"{model.name}: not on this machine (looked in {folder}).",
            tip=f"Fetch it once, {_megabytes(model.size)}: callwitness models fetch {model.name}",
        )
    closest: list[str] | None = None  # the shortest list of faults is that of the source it was meant to come from
    for source in model.sources:
        faults = faults_of(source, folder, home, afresh=afresh)
        if not faults:
            return Found(model.name, model.role, folder, folder / model.weights, source)
        closest = faults if closest is None or len(faults) < len(closest) else closest
    raise ModelDamaged(
        f"{folder}: {'; '.join(closest or [])}.", tip=f"Fetch it again: callwitness models fetch {model.name}"
    )


def _fetched_by_name(name: str, registry: Registry, home: Path, *, afresh: bool) -> Found:
    """A faster-whisper name or hub repository outside the registry, held to what was received when it was fetched."""
    folder = home / folder_of(name)
    again = f"callwitness models fetch {name}"
    if not known_to_hub(name):
        names = ", ".join(model.name for model in registry.models if model.role == "recogniser")
        raise ModelMissing(
            f"{name}: neither a model that callwitness knows nor a folder on this machine.",
            tip=f"Choose one of {names}, a faster-whisper name, or a folder with model.bin and config.json.",
        )
    if not folder.is_dir():
        raise ModelMissing(f"{name}: not on this machine (looked in {folder}).", tip=f"Fetch it once: {again}")
    try:
        source = TypeAdapter(Source).validate_json((folder / RECEIPT).read_bytes())
    except (OSError, ValidationError) as error:
        raise ModelDamaged(
            f"{folder}: nothing says what was received ({RECEIPT}).", tip=f"Fetch it again: {again}"
        ) from error
    if faults := faults_of(source, folder, home, afresh=afresh):
        raise ModelDamaged(f"{folder}: {'; '.join(faults)}.", tip=f"Fetch it again: {again}")
    return Found(name, "recogniser", folder, folder / "model.bin", source)


def known_to_hub(name: str) -> bool:
    """True for a faster-whisper name ("tiny.en") or the form of a hub repository ("owner/model")."""
    owner, slash, model = name.partition("/")
    if slash:
        return all(part and not part.startswith((".", "~")) and part.isprintable() for part in (owner, model)) and (
            "/" not in model and "\\" not in name
        )
    from faster_whisper import available_models

    return name in available_models()


def _require_whisper(name: str, folder: Path, *, tip: str) -> None:
    missing = [file for file in _WHISPER_FILES if not (folder / file).is_file()]
    if not any(folder.glob("tokenizer.json")) and not any(folder.glob("vocabulary.*")):
        missing.append("tokenizer.json")
    if missing:
        raise ModelMissing(f"{name}: the folder holds no Whisper model ({', '.join(missing)} missing).", tip=tip)


def _state(model: Model, registry: Registry, home: Path) -> ModelState:
    try:
        return ModelState(model, "present", _registered(model, registry, home, afresh=False).path)
    except ModelMissing:
        return ModelState(model, "missing", None)
    except ModelDamaged as error:
        return ModelState(model, "damaged", None, error.message)


def _used(found: Found, home: Path) -> ModelUsed:
    revision = found.source.revision if found.source else "local folder"
    return ModelUsed(found.role, found.name, revision, known_sha256(found.weights, home))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
