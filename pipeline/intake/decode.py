"""Any sound file PyAV can read, as float32 at 16 kHz on the file's own clock.

The demuxers are a fixed list: one that follows references to other files or addresses (playlists, image sequences)
is never opened, so a recording cannot make this tool read anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
import numpy.typing as npt

from pipeline.errors import EmptyRecording, NotMedia, TooLongRecording, TruncatedRecording, UnsupportedCodec
from pipeline.intake.header import ends_as_ogg, stated_seconds
from pipeline.settings import IntakeSettings

if TYPE_CHECKING:
    from av import AudioFrame, AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer

__all__ = ["RATE_HZ", "Decoded", "clock_text", "decode", "holds_sound", "too_long"]

RATE_HZ = 16_000  # of the arrays inside; what the speech models take
_DEMUXERS = (
    "wav,w64,aiff,caf,au,mp3,aac,flac,ogg,mov,matroska,amr,amrnb,amrwb,gsm,g722,asf,avi,mpegts,mpeg,ape,wv,ac3,3gp"
)
_PROBED_BY_EXTENSION = {".g722": "g722", ".gsm": "gsm"}  # no header: only the name can say it
_RATES_HZ = range(2_000, 768_001)


@dataclass(frozen=True)
class Decoded:
    """samples: float32 (channels, n) at RATE_HZ, at most two channels. The rest is of the source.

    tags: lower-case key -> value. warnings: sentences.
    """

    samples: npt.NDArray[np.float32]
    codec: str
    container: str
    sample_rate_hz: int
    channels: int
    tags: Mapping[str, str]
    warnings: tuple[str, ...]


class _Unnamed:
    """The file without its name, so that no demuxer is chosen by extension."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.seek = file.seek
        self.tell = file.tell


def holds_sound(path: Path) -> bool:
    """Whether a decoder finds a sound track whose first frame can be read."""
    import av

    try:
        with path.open("rb") as file, _open(file, "") as container:
            return next(container.decode(audio=0), None) is not None
    except (av.FFmpegError, OSError, ValueError, IndexError):
        return False


def decode(file: BinaryIO, *, name: str, size: int, settings: IntakeSettings) -> Decoded:
    """Read the first sound track of an open file of `size` bytes. name: for messages and headerless formats.

    Gaps in the file's clock become silence, so a time in the samples is a time in the original. Raises
    NotMedia, UnsupportedCodec, TooLongRecording, EmptyRecording, TruncatedRecording.
    """
    import av

    try:
        container = _open(file, name)
    except (av.FFmpegError, ValueError) as error:
        raise NotMedia(
            f"{name}: no sound could be found inside; the file is damaged or is no recording.",
            tip="Play it in any player. If it plays there, convert it to WAV (ffmpeg -i IN OUT.wav) and examine that.",
        ) from error
    with container:
        stream = _sound_track(container, name)
        stated_s = stated_seconds(container, stream, file, size)
        if stated_s > settings.max_duration_min * 60:
            raise too_long(name, stated_s, settings)
        try:
            cut = container.format.name == "ogg" and not ends_as_ogg(file, size)
            track = _Track(stream, name=name, stated_s=stated_s, cut=cut, settings=settings)
            return track.read(container)
        except (av.FFmpegError, ValueError, MemoryError) as error:
            raise NotMedia(
                f"{name}: the sound inside cannot be read ({_short(error)}).",
                tip="If the original is still on the phone, copy it again.",
            ) from error


def too_long(name: str, seconds: float | None, settings: IntakeSettings) -> TooLongRecording:
    """seconds: the whole length where the header states it; None: reading was stopped at the limit."""
    length = f"{clock_text(seconds)} long" if seconds else "longer than that"
    return TooLongRecording(
        f"{name}: at most {settings.max_duration_min:g} minutes are examined, and this is {length}.",
        tip="Cut out the call, or raise max_duration_min under [intake] in the --config file.",
    )


def clock_text(seconds: float) -> str:
    """Seconds as a person reads them: "41 s", "12 min 5 s", "3 h 2 min"."""
    whole = round(seconds)
    if whole < 120:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _open(file: BinaryIO, name: str) -> InputContainer:
    """Open by content; only where that fails, by the extension of a headerless format."""
    import av

    options = {"format_whitelist": _DEMUXERS}
    start = file.tell()
    try:
        return av.open(_Unnamed(file), "r", container_options=options, metadata_errors="replace")
    except av.FFmpegError:
        by_name = _PROBED_BY_EXTENSION.get(Path(name).suffix.lower())
        if by_name is None:
            raise
        file.seek(start)
        return av.open(_Unnamed(file), "r", format=by_name, container_options=options)


def _sound_track(container: InputContainer, name: str) -> AudioStream:
    if not container.streams.audio:
        raise NotMedia(
            f"{name}: the file holds pictures but no sound track.", tip="Record the call with its sound, or skip it."
        )
    stream = container.streams.audio[0]
    context = stream.codec_context
    if context is None:
        raise UnsupportedCodec(
            f"{name}: its sound is in a coding that has no decoder here.",
            tip="Play it with the app that recorded it and export it as WAV, M4A or MP3.",
        )
    return stream


def _short(error: BaseException) -> str:
    return str(getattr(error, "strerror", None) or error or type(error).__name__).split(":")[0]


class _Track:
    """One sound track being read: places frames on the clock, fills gaps, resamples, counts."""

    def __init__(self, stream: AudioStream, *, name: str, stated_s: float, cut: bool, settings: IntakeSettings) -> None:
        self.stream = stream
        self.name = name
        self.stated_s = stated_s
        self.cut = cut  # the container's end mark is missing
        self.unclocked = False  # the format has no clock of its own: times are counted
        self.settings = settings
        self.most_samples = round(settings.max_duration_min * 60 * RATE_HZ)
        self.chunks: list[npt.NDArray[np.float32]] = []
        self.length = 0  # samples at RATE_HZ so far
        self.source_time = 0.0  # s of source fed to the resampler
        self.filled_s = 0.0
        self.damaged = 0  # packets that would not decode
        self.damaged_inside = 0  # of those, the ones with sound after them
        self.resampler: AudioResampler | None = None
        self.shape: tuple[str, str, int] | None = None  # sample format, layout, rate the resampler was made for

    def read(self, container: InputContainer) -> Decoded:
        start_s: float | None = None if container.start_time is None else container.start_time / 1_000_000
        self.unclocked = container.format.name in ("mp3", "aac", "amr", "amrnb", "amrwb", "gsm", "g722")
        for frame in self._frames(container):
            self.damaged_inside = self.damaged
            if frame.sample_rate not in _RATES_HZ:
                raise NotMedia(
                    f"{self.name}: the header states an impossible sample rate ({frame.sample_rate} Hz).",
                    tip="The file is damaged. If the original is still on the phone, copy it again.",
                )
            if frame.time is not None:
                start_s = frame.time if start_s is None else start_s
                self._fill_up_to(frame.time - start_s, frame)
            self._feed(frame)
        self._flush()
        if not self.length:
            raise self._nothing()
        context = self.stream.codec_context
        return Decoded(
            samples=self._joined(),
            codec=_codec_name(context.name),
            container=container.format.name.split(",")[0] if "mp4" not in container.format.name else "mp4",
            sample_rate_hz=context.sample_rate,
            channels=context.channels,
            tags=_tags(container, self.stream),
            warnings=tuple(self._warnings(len(container.streams.audio), context.channels)),
        )

    def _frames(self, container: InputContainer) -> Iterator[AudioFrame]:
        """Frames in order; a packet that will not decode is counted and passed over."""
        import av

        packets = container.demux(self.stream)
        while True:
            try:
                packet = next(packets, None)
            except av.FFmpegError:
                self.damaged += 1
                return
            if packet is None:
                return
            try:
                yield from packet.decode()
            except av.error.DecoderNotFoundError as error:
                raise UnsupportedCodec(
                    f"{self.name}: its sound is in a coding that has no decoder here.",
                    tip="Play it with the app that recorded it and export it as WAV, M4A or MP3.",
                ) from error
            except av.FFmpegError:
                self.damaged += 1

    def _fill_up_to(self, time_s: float, like: AudioFrame) -> None:
        """Silence where the file's clock jumps ahead, unless it jumps past the stated end (a broken time stamp)."""
        gap_s = time_s - self.source_time
        if gap_s * 1000 <= self.settings.fill_gap_ms or (self.stated_s and time_s > self.stated_s + 1):
            return
        if not self.stated_s and gap_s > 60:  # with no length to check against, a minute is not a gap in a call
            return
        self.filled_s += gap_s
        remaining = round(gap_s * like.sample_rate)
        while remaining > 0:
            self._feed(_silence(like, min(remaining, 65_536)))
            remaining -= 65_536

    def _feed(self, frame: AudioFrame) -> None:
        from av import AudioResampler

        shape = (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != self.shape:
            self._flush()
            layout = {1: "mono", 2: "stereo"}.get(frame.layout.nb_channels, frame.layout.name)
            self.resampler = AudioResampler(format="fltp", layout=layout, rate=RATE_HZ)
            self.shape = shape
        assert self.resampler is not None
        self.source_time += frame.samples / frame.sample_rate
        frame.pts = None  # the clock is kept here; the resampler must not invent its own
        self._keep(self.resampler.resample(frame))

    def _flush(self) -> None:
        if self.resampler is not None:
            self._keep(self.resampler.resample(None))
            self.resampler = None

    def _keep(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            chunk: npt.NDArray[np.float32] = frame.to_ndarray()[:2].astype(np.float32, copy=True)
            self.chunks.append(chunk)
            self.length += chunk.shape[1]
        if self.length > self.most_samples:
            self.chunks.clear()
            raise too_long(self.name, None, self.settings)

    def _joined(self) -> npt.NDArray[np.float32]:
        """One array; chunks are given back as they are copied, so the peak is about one copy."""
        channels = max(chunk.shape[0] for chunk in self.chunks)
        joined = np.empty((channels, self.length), dtype=np.float32)
        at = self.length
        while self.chunks:
            chunk = self.chunks.pop()
            joined[:, at - chunk.shape[1] : at] = chunk  # a mono stretch of a stereo file is copied to both
            at -= chunk.shape[1]
        np.nan_to_num(joined, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        peak = max(float(joined.max()), -float(joined.min()))
        if peak > 1:  # resampling overshoots a little; some recorders write floats on the scale of integers
            joined /= np.float32(peak)
        return joined

    def _nothing(self) -> EmptyRecording | TruncatedRecording:
        if self.stated_s or self.damaged:
            about = f"about {clock_text(self.stated_s)}" if self.stated_s else "it"
            return TruncatedRecording(
                f"{self.name}: the file breaks off at once; 0 s of {about} could be read.",
                tip="If you have the original on the phone, copy it again.",
            )
        return EmptyRecording(
            f"{self.name}: the file has a header but no sound in it.",
            tip="The recorder was stopped before it wrote anything. If the original is on the phone, copy it again.",
        )

    def _warnings(self, tracks: int, channels: int) -> Iterator[str]:
        read_s = self.length / RATE_HZ
        short = (self.stated_s - read_s) * 1000 > self.settings.cut_short_ms
        if self.damaged_inside and (short or self.unclocked):
            of = f" of {self.stated_s:.1f} s" if short else ""
            yield f"the file is damaged inside: {read_s:.1f} s{of} could be read; times after the damage may be early"
        elif short:
            yield f"the file ends early: {read_s:.1f} s of {self.stated_s:.1f} s could be read"
        elif self.cut:
            yield f"the file ends early: {read_s:.1f} s could be read, and the mark of its end is missing"
        elif self.damaged:
            yield f"{self.damaged} damaged part(s) of the file could not be decoded"
        if self.filled_s >= 0.5:
            yield f"{self.filled_s:.1f} s missing inside the recording are kept as silence, so that times stay true"
        if tracks > 1:
            yield f"the file holds {tracks} sound tracks; the first was examined"
        if channels > 2:
            yield f"the file has {channels} channels; the first two were examined"


def _silence(like: AudioFrame, samples: int) -> AudioFrame:
    from av import AudioFrame

    frame = AudioFrame(format=like.format.name, layout=like.layout.name, samples=samples)
    frame.sample_rate = like.sample_rate
    middle = 0x80 if like.format.name.startswith("u8") else 0
    for plane in frame.planes:
        plane.update(bytes([middle]) * plane.buffer_size)
    return frame


def _codec_name(decoder: str) -> str:
    """The codec, not the implementation that read it."""
    return {"mp3float": "mp3", "mp2float": "mp2", "libopus": "opus", "libopencore_amrnb": "amrnb"}.get(decoder, decoder)


def _tags(container: InputContainer, stream: AudioStream) -> dict[str, str]:
    """Container and track tags in one mapping; the container's win."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    tags.update({key.lower(): value for key, value in container.metadata.items()})
    return tags
