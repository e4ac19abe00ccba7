"""What a header says of a file's length and end, and whether to believe it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

__all__ = ["ends_as_ogg", "stated_seconds"]

#: Containers whose header states the length; elsewhere it is guessed from the bit rate or the last page.
_STATES_LENGTH = ("wav", "w64", "mov", "flac", "matroska", "aiff", "caf", "mp3", "asf")
_LEAST_BITS_PER_SECOND = 500  # a header that claims less is not believed; the leanest voice codec has 700


def stated_seconds(container: InputContainer, stream: AudioStream, file: BinaryIO, size: int) -> float:
    """The length the header states, seconds; 0.0 where it states none or one the bytes cannot hold."""
    demuxer = container.format.name.split(",")[0]
    if demuxer not in _STATES_LENGTH or (demuxer == "mp3" and not _counts_frames(file)):
        return 0.0
    if demuxer == "wav":
        seconds = _riff_seconds(file)
    elif stream.duration is not None and stream.time_base is not None:
        seconds = float(stream.duration * stream.time_base)
    else:
        seconds = (container.duration or 0) / 1_000_000
    return seconds if size * 8 >= seconds * _LEAST_BITS_PER_SECOND else 0.0


def _counts_frames(file: BinaryIO) -> bool:
    """Whether an MP3 has a Xing, Info or VBRI header; without one its length is a guess from the bit rate."""
    back = file.tell()
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3":
        file.seek(10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=False)))
    else:
        file.seek(0)
    frame = file.read(2048)
    file.seek(back)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def _riff_seconds(file: BinaryIO) -> float:
    """The length a WAV header states, seconds: the data chunk's size by the byte rate; 0.0 where it was never written.

    FFmpeg's own figure is of what is left in the file, so it cannot show that the end is missing.
    """
    back = file.tell()
    file.seek(12)
    byte_rate, seconds = 0, 0.0
    while len(chunk := file.read(8)) == 8:
        kind, length = struct.unpack("<4sI", chunk)
        if kind == b"data":
            seconds = length / byte_rate if byte_rate and 0 < length < 0x7FFFFFFF else 0.0
            break
        if kind == b"fmt ":
            byte_rate = struct.unpack("<8xI", file.read(12))[0]
            file.seek(-12, 1)
        file.seek(length + length % 2, 1)
    file.seek(back)
    return seconds


def ends_as_ogg(file: BinaryIO, size: int) -> bool:
    """Whether the last page of an Ogg file is marked as the last (RFC 3533: bit 2 of the flags)."""
    back = file.tell()
    file.seek(max(0, size - 66_000))  # a page is at most 65,307 bytes
    tail = file.read()
    file.seek(back)
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and bool(tail[page + 5] & 4)
