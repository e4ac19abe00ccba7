"""One file to one Recording and its sound."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import (
    EmptyRecording,
    NotMedia,
    ProtectedRecording,
    RecordingError,
    SilentRecording,
    TruncatedRecording,
)
from pipeline.intake.channels import lay_out, peak_dbfs
from pipeline.intake.decode import RATE_HZ, Decoded, decode
from pipeline.intake.facts import facts_from_tags, merge_facts
from pipeline.intake.names import facts_from_name
from pipeline.intake.protection import is_protected_asf, mp4_shape
from pipeline.intake.silk import decode_silk
from pipeline.intake.sniff import HEAD_BYTES, HEADERLESS, Sniffed, sniff
from pipeline.records import Audio, Recording
from pipeline.settings import IntakeSettings

__all__ = ["take_in"]

_COPY_AGAIN = "If you have the original on the phone, copy it again."
_HASH_CHUNK_BYTES = 1 << 20


def take_in(
    path: Path, *, name: str, settings: IntakeSettings, facts: Mapping[str, str] | None = None
) -> tuple[Recording, Audio]:
    """Hash the original bytes, then decode them.

    name: relative to the scanned root. facts: this file's row of calls.csv. The sound is float32 (channels, n) at
    16 kHz; one channel where the source has one or two copies of one. Raises a RecordingError subclass.
    """
    try:
        with path.open("rb") as file:
            sha256, size = _hash(file)
            decoded = _decode(file, name=name, size=size, settings=settings)
    except OSError as error:
        raise RecordingError(
            f"{name}: the file cannot be read ({error.strerror or error}).",
            tip="Check that it is there and its permissions.",
        ) from error
    if peak_dbfs(decoded.samples) < settings.silence_dbfs:
        seconds = decoded.samples.shape[1] / RATE_HZ
        raise SilentRecording(
            f"{name}: {seconds:.1f} s of silence; the loudest point is under {settings.silence_dbfs:g} dBFS.",
            tip="Many phones keep recorder apps from hearing calls. Use the phone's own recorder, or a second phone.",
        )
    samples, layout, warnings = lay_out(decoded.samples, settings)
    audio = Audio(samples, RATE_HZ)
    known = merge_facts(
        facts or {}, facts_from_name(name), facts_from_tags(decoded.tags, duration_ms=audio.duration_ms)
    )
    value = {fact.name: fact.value for fact in known}
    recording = Recording(
        file=name,
        sha256=sha256,
        bytes=size,
        duration_ms=audio.duration_ms,
        sample_rate_hz=decoded.sample_rate_hz,
        channels=decoded.channels,
        codec=decoded.codec,
        container=decoded.container,
        layout=layout,
        started_at=value.get("started_at"),
        other_party=value.get("other_party"),
        facts=known,
        warnings=(*decoded.warnings, *warnings),
    )
    return recording, audio


def _hash(file: BinaryIO) -> tuple[str, int]:
    """sha256 (hex) and length in bytes of an open file, read in pieces."""
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_HASH_CHUNK_BYTES):
        digest.update(chunk)
        size += len(chunk)
    return digest.hexdigest(), size


def _decode(file: BinaryIO, *, name: str, size: int, settings: IntakeSettings) -> Decoded:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    sniffed = sniff(head, name)
    file.seek(0)
    _refuse(sniffed, head, name)
    if sniffed.kind == "silk":
        return decode_silk(file, name=name, settings=settings)
    if sniffed.kind == "mp4":
        _refuse_mp4(file, name, size)
    file.seek(0)
    return decode(file, name=name, size=size, settings=settings)


def _refuse(sniffed: Sniffed, head: bytes, name: str) -> None:
    """Raise where the first bytes already say that there is nothing to decode."""
    if sniffed.kind == "empty":
        raise EmptyRecording(f"{name}: the file is empty (0 bytes).", tip=_COPY_AGAIN)
    if sniffed.kind == "unknown" and Path(name).suffix.lower() in HEADERLESS:
        raise NotMedia(
            f"{name}: raw sound without a header; nothing in it says which coding and rate it has.",
            tip="Convert it by what you know of it, e.g. for A-law of a phone line: "
            f'ffmpeg -f alaw -ar 8000 -ac 1 -i "{name}" out.wav (mulaw or s16le for the others).',
        )
    if sniffed.kind in ("other", "text"):
        raise NotMedia(
            f"{name}: the file is {sniffed.what}, not a recording, whatever its name.",
            tip="A download that failed often leaves such a file. Fetch the recording again.",
        )
    if sniffed.what == "Audible":
        raise _protected(name, "Audible")
    if sniffed.what == "ASF" and is_protected_asf(head):
        raise _protected(name, "Windows Media DRM")


def _refuse_mp4(file: BinaryIO, name: str, size: int) -> None:
    shape = mp4_shape(file, size)
    if shape.scheme:
        raise _protected(name, shape.scheme)
    if not shape.has_index:
        there = (
            f" {shape.sound_bytes_here // 1024} of {shape.sound_bytes // 1024} kB of its sound are here, but"
            if shape.sound_bytes
            else ""
        )
        raise TruncatedRecording(
            f"{name}: the file ends in the middle (no index found);{there} 0 s could be read.", tip=_COPY_AGAIN
        )


def _protected(name: str, scheme: str) -> ProtectedRecording:
    return ProtectedRecording(
        f"{name}: the sound is encrypted ({scheme}) and cannot be examined.",
        tip="Export it without protection from the app that made it, or record the call with another app.",
    )
