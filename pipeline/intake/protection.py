"""The parts of an MP4 or ASF file that say whether it can be read at all: encryption, and a missing index."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

__all__ = ["Mp4Shape", "is_protected_asf", "mp4_shape"]

#: Sample entries that mean "encrypted": common encryption, FairPlay, Audible.
_ENCRYPTED = {
    b"enca": "common encryption (Widevine, PlayReady)",
    b"encv": "common encryption (Widevine, PlayReady)",
    b"drms": "Apple FairPlay",
    b"drmi": "Apple FairPlay",
    b"aavd": "Audible",
}
_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_ASF_ENCRYPTION = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),  # Content Encryption Object
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),  # Extended Content Encryption Object
)
_MAX_MOOV_BYTES = 64 * 1024 * 1024
_MAX_BOXES = 10_000


@dataclass(frozen=True)
class Mp4Shape:
    """scheme: the protection's name or "". sound_bytes: as declared by the mdat header; sound_bytes_here: present."""

    has_index: bool
    scheme: str
    sound_bytes: int
    sound_bytes_here: int


def mp4_shape(file: BinaryIO, size: int) -> Mp4Shape:
    """Walk the top-level boxes of an ISO base media file (ISO/IEC 14496-12) of `size` bytes."""
    scheme, has_index, declared, here = "", False, 0, 0
    at = 0
    for _ in range(_MAX_BOXES):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, kind = struct.unpack(">I4s", head[:8])
        header = 8
        if length == 1 and len(head) == 16:
            length, header = struct.unpack(">Q", head[8:])[0], 16
        elif length == 0:
            length = size - at
        if length < header:
            break
        if kind in (b"moov", b"moof"):
            has_index = has_index or at + length <= size
            file.seek(at + header)
            body = file.read(min(length - header, _MAX_MOOV_BYTES))
            scheme = scheme or _scheme_in(body)
        elif kind == b"ftyp" and head[8:12] in (b"aax ", b"aaxc"):
            scheme = "Audible"
        elif kind == b"mdat":
            declared += length - header
            here += max(0, min(length, size - at) - header)
        at += length
    return Mp4Shape(has_index, scheme, declared, here)


def _boxes(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(body):
        length, kind = struct.unpack_from(">I4s", body, at)
        if length < 8:
            return
        yield kind, body[at + 8 : at + length]
        at += length


def _scheme_in(body: bytes) -> str:
    for kind, inner in _boxes(body):
        if kind in _PARENTS:
            found = _scheme_in(inner)
            if found:
                return found
        elif kind == b"stsd":
            for entry, _ in _boxes(inner[8:]):
                if entry in _ENCRYPTED:
                    return _ENCRYPTED[entry]
    return ""


def is_protected_asf(head: bytes) -> bool:
    """Whether an ASF (WMA) header names one of its two encryption objects."""
    return any(guid in head for guid in _ASF_ENCRYPTION)
