"""WeChat and QQ voice files (Skype's SILK v3), decoded by `pilk`, an extra."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import BinaryIO

import numpy as np

from pipeline.errors import EmptyRecording, NotMedia, TruncatedRecording, UnsupportedCodec
from pipeline.intake.decode import RATE_HZ, Decoded, too_long
from pipeline.intake.sniff import SILK_MAGIC
from pipeline.settings import IntakeSettings

__all__ = ["decode_silk"]

_PACKET_S = 0.02  # the shortest packet, and the one WeChat writes
_MOST_PACKET_BYTES = 1250  # SILK SDK: MAX_BYTES_PER_FRAME 250, MAX_INPUT_FRAMES 5
_WECHAT_RATE_HZ = 24_000  # the header does not say; WeChat's recorder and pilk use this


def decode_silk(file: BinaryIO, *, name: str, settings: IntakeSettings) -> Decoded:
    """Read a silk file. A cut or damaged end is left off and said in the warnings.

    The packets are checked here, because the decoder is C code that trusts their lengths.
    """
    try:
        import pilk
    except ImportError as error:
        raise UnsupportedCodec(
            f"{name}: a WeChat voice file (silk), and the decoder for it is not installed.",
            tip='Install it with: pip install "callwitness[silk]"',
        ) from error
    packets, whole = _packets(file, name, settings)
    with tempfile.TemporaryDirectory(prefix="callwitness-") as folder:
        source, target = Path(folder, "in.silk"), Path(folder, "out.pcm")
        source.write_bytes(b"\x02" + SILK_MAGIC + packets + b"\xff\xff")
        try:
            pilk.decode(str(source), str(target), pcm_rate=RATE_HZ)
        except Exception as error:  # pilk raises plain Exception
            raise NotMedia(
                f"{name}: named and marked as silk, but it does not decode.",
                tip="If the original is still in WeChat, save it again.",
            ) from error
        samples = (np.fromfile(target, dtype="<i2") / np.float32(32768)).astype(np.float32)[np.newaxis, :]
    if not samples.size:
        raise EmptyRecording(f"{name}: a silk header but no sound in it.", tip="Save it again from WeChat.")
    if samples.shape[1] > settings.max_duration_min * 60 * RATE_HZ:
        raise too_long(name, samples.shape[1] / RATE_HZ, settings)
    early = f"the file ends early: {samples.shape[1] / RATE_HZ:.1f} s could be read"
    return Decoded(samples, "silk", "silk", _WECHAT_RATE_HZ, 1, {}, () if whole else (early,))


def _packets(file: BinaryIO, name: str, settings: IntakeSettings) -> tuple[bytes, bool]:
    """The whole packets of the file, each with its length before it, and whether the file ends as it should."""
    head = file.read(len(SILK_MAGIC) + 1)
    if head.startswith(SILK_MAGIC):
        file.seek(-1, 1)
    most = int(settings.max_duration_min * 60 / _PACKET_S)
    kept: list[bytes] = []
    whole = True  # QQ writes no end mark: an end at a packet's edge is an end
    while True:
        prefix = file.read(2)
        if len(prefix) < 2:
            whole = whole and not prefix
            break
        length = struct.unpack("<h", prefix)[0]
        if length < 0:
            break
        packet = file.read(length)
        if len(packet) < length or length > _MOST_PACKET_BYTES:
            whole = False
            break
        kept.append(prefix + packet)
        if len(kept) > most:
            raise too_long(name, None, settings)
    if not kept:
        if whole:
            raise EmptyRecording(f"{name}: a silk header but no sound in it.", tip="Save it again from WeChat.")
        raise TruncatedRecording(
            f"{name}: the file breaks off at once; 0 s could be read.", tip="Save it again from WeChat."
        )
    return b"".join(kept), whole
