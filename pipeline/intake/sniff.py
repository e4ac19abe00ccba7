"""What a file is, from its first bytes. No decoding, no trust in the extension."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

__all__ = ["AUDIO_EXTENSIONS", "HEADERLESS", "HEAD_BYTES", "SILK_MAGIC", "Sniffed", "sniff"]

HEAD_BYTES = 4096
SILK_MAGIC = b"#!SILK_V3"  # WeChat and QQ put one byte, 0x02, before it

#: Formats without a header: the bytes cannot say what they are.
HEADERLESS = frozenset(
    {".raw", ".pcm", ".ulaw", ".mulaw", ".alaw", ".ul", ".al", ".u", ".sln", ".vox", ".g711", ".lin16"}
)
#: Extensions by which people and phones name recordings: enough to be tried, never enough to be believed.
AUDIO_EXTENSIONS = HEADERLESS | {
    *{".wav", ".wave", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".caf", ".au", ".snd", ".flac", ".ape", ".wv"},
    *{".mp3", ".mp2", ".m4a", ".m4b", ".m4p", ".aac", ".adts", ".ogg", ".oga", ".opus", ".spx", ".wma", ".ac3"},
    *{".amr", ".awb", ".3gp", ".3gpp", ".3g2", ".g722", ".gsm", ".silk", ".slk", ".aud", ".aax", ".aa"},
    *{".mp4", ".m4v", ".mov", ".mka", ".mkv", ".webm", ".avi", ".asf"},
}

Kind = Literal["audio", "silk", "mp4", "other", "text", "empty", "unknown"]


@dataclass(frozen=True)
class Sniffed:
    """kind: "unknown" means only a decoder can tell. what: in words, for a message."""

    kind: Kind
    what: str


_IMAGE_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif", b"avis", b"jp2 ", b"crx ")
#: (offset, bytes, kind, what). First that matches wins.
_MAGIC: tuple[tuple[int, bytes, Kind, str], ...] = (
    (0, SILK_MAGIC, "silk", "WeChat silk"),
    (1, SILK_MAGIC, "silk", "WeChat silk"),
    *((8, brand, "other", "a picture") for brand in _IMAGE_BRANDS),
    (4, b"ftyp", "mp4", "MP4"),
    (4, b"moov", "mp4", "MP4"),
    (4, b"mdat", "mp4", "MP4"),
    (4, b"wide", "mp4", "MP4"),
    (4, b"free", "mp4", "MP4"),
    (4, b"\x57\x90\x75\x36", "audio", "Audible"),
    (8, b"WEBP", "other", "a picture"),
    (0, b"RIFF", "audio", "RIFF"),
    (0, b"RIFX", "audio", "RIFF"),
    (0, b"RF64", "audio", "RF64"),
    (0, b"riff\x2e\x91\xcf\x11", "audio", "W64"),
    (0, b"ID3", "audio", "MP3"),
    (0, b"#!AMR", "audio", "AMR"),
    (0, b"OggS", "audio", "Ogg"),
    (0, b"fLaC", "audio", "FLAC"),
    (0, b"caff", "audio", "CAF"),
    (0, b".snd", "audio", "AU"),
    (8, b"AIFF", "audio", "AIFF"),
    (8, b"AIFC", "audio", "AIFF"),
    (0, b"\x1aE\xdf\xa3", "audio", "Matroska"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "audio", "ASF"),
    (0, b"wvpk", "audio", "WavPack"),
    (0, b"MAC ", "audio", "Monkey's Audio"),
    (0, b"%PDF", "other", "a PDF document"),
    (0, b"PK\x03\x04", "other", "a zip archive or an office document"),
    (0, b"PK\x05\x06", "other", "an empty zip archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "other", "a 7z archive"),
    (0, b"Rar!", "other", "a rar archive"),
    (0, b"\x1f\x8b", "other", "a gzip archive"),
    (0, b"BZh", "other", "a bzip2 archive"),
    (0, b"\xfd7zXZ", "other", "an xz archive"),
    (0, b"\x28\xb5\x2f\xfd", "other", "a zstd archive"),
    (257, b"ustar", "other", "a tar archive"),
    (0, b"\x89PNG", "other", "a picture"),
    (0, b"\xff\xd8\xff", "other", "a picture"),
    (0, b"GIF8", "other", "a picture"),
    (0, b"II*\x00", "other", "a picture"),
    (0, b"MM\x00*", "other", "a picture"),
    (0, b"\xd0\xcf\x11\xe0", "other", "an office document"),
    (0, b"SQLite format 3", "other", "a database"),
    (0, b"\x7fELF", "other", "a program"),
    (0, b"\xca\xfe\xba\xbe", "other", "a program"),
    (0, b"MZ", "other", "a program"),
    (0, b"MThd", "other", "MIDI notes, not sound"),
    (0, b"\x00\x05\x16\x07", "other", "macOS metadata"),
    (0, b"\x00\x00\x00\x01Bud1", "other", "macOS metadata"),
    (0, b"bplist00", "other", "macOS metadata"),
    (0, b"\x80\x04\x95", "other", "a Python pickle"),
    (0, b"\x93NUMPY", "other", "a NumPy array"),
)
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")


def sniff(head: bytes, name: str = "") -> Sniffed:
    """head: the first HEAD_BYTES of the file. name: only used to word what a text is."""
    if not head:
        return Sniffed("empty", "an empty file")
    for offset, magic, kind, what in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return Sniffed(kind, what)
    if head[0] in b"BM" and head[:2] == b"BM" and PurePath(name).suffix.lower() == ".bmp":
        return Sniffed("other", "a picture")
    if _is_text(head):
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
        if start.startswith((b"<!doctype html", b"<html")):
            return Sniffed("text", "a web page")
        return Sniffed("text", "a text file")
    return Sniffed("unknown", "unknown bytes")


def _is_text(head: bytes) -> bool:
    """UTF-16 with its mark, or UTF-8 or GB18030 without control characters."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if any(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head):
        return False
    return any(_decodes(head, encoding) for encoding in ("utf-8", "gb18030"))


def _decodes(head: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()  # incremental: the head may end inside a character
    try:
        text = decoder.decode(head)
    except UnicodeDecodeError:
        return False
    return "\x7f" not in text and all(not 0x80 <= ord(character) < 0xA0 for character in text)
