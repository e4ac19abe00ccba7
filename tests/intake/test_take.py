"""From bytes to a Recording and its sound; and each way in which that can fail."""

from __future__ import annotations

import hashlib
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from sounds import RATE, encode, talk, write_wav

from pipeline import errors
from pipeline.intake import take_in
from pipeline.settings import IntakeSettings

SETTINGS = IntakeSettings()
SOUND = talk(3.0)


def taken(path: Path, **changes):
    return take_in(path, name=path.name, settings=IntakeSettings(**changes))


def refused(path: Path, kind: type[errors.RecordingError], **changes) -> str:
    with pytest.raises(errors.RecordingError) as caught:
        taken(path, **changes)
    assert type(caught.value) is kind
    assert caught.value.message.startswith(f"{path.name}: ") and caught.value.tip
    return str(caught.value)


def lag_ms(sound: np.ndarray) -> float:
    size = 1 << 17
    cross = np.fft.irfft(np.conj(np.fft.rfft(SOUND, size)) * np.fft.rfft(sound, size), size)
    best = int(np.argmax(np.abs(cross)))
    return (best - size if best > size // 2 else best) * 1000 / RATE


@pytest.mark.parametrize(
    ("file", "codec", "rate", "extra"),
    [
        ("a.mp3", "libmp3lame", 16_000, {}),
        ("a.m4a", "aac", 16_000, {}),
        ("a.aac", "aac", 16_000, {}),
        ("a.ogg", "libopus", 48_000, {}),
        ("a.webm", "libopus", 48_000, {}),
        ("a.flac", "flac", 16_000, {}),
        ("a.g722", "g722", 16_000, {}),
        ("a.amr", "libopencore_amrnb", 8_000, {}),
        ("a.3gp", "libopencore_amrnb", 8_000, {}),
        ("alaw.wav", "pcm_alaw", 8_000, {}),
        ("mulaw.wav", "pcm_mulaw", 8_000, {}),
        ("a.mkv", "pcm_s16le", 8_000, {"container": "matroska"}),
    ],
)
def test_every_format_keeps_the_time_axis(tmp_path: Path, file: str, codec: str, rate: int, extra) -> None:
    recording, audio = taken(encode(tmp_path / file, codec, SOUND, rate=rate, **extra))
    assert (recording.sample_rate_hz, recording.channels, recording.layout) == (rate, 1, "mono")
    assert recording.codec == {"libmp3lame": "mp3", "libopus": "opus", "libopencore_amrnb": "amrnb"}.get(codec, codec)
    assert audio.sample_rate_hz == RATE and audio.samples.dtype == np.float32 and audio.samples.shape[0] == 1
    assert recording.duration_ms == audio.duration_ms and abs(audio.duration_ms - 3000) <= 100
    assert abs(lag_ms(audio.samples[0])) <= (70 if file == "a.aac" else 6)  # ADTS cannot say its encoder's delay
    assert recording.warnings == ()


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_24", "FLOAT", "ALAW", "ULAW", "GSM610", "IMA_ADPCM"])
def test_the_codings_of_wav_decode(tmp_path: Path, subtype: str) -> None:
    recording, audio = taken(write_wav(tmp_path / "x", SOUND[::2].copy(), rate=8000, subtype=subtype))
    assert recording.container == "wav" and recording.sample_rate_hz == 8000
    assert abs(audio.duration_ms - 3000) <= 70 and abs(lag_ms(audio.samples[0])) <= 2


def test_the_hash_is_of_the_original_bytes(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "x.wav", SOUND)
    recording, _ = taken(path)
    assert recording.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert recording.bytes == path.stat().st_size


def test_the_same_file_gives_the_same_record_and_the_same_samples(tmp_path: Path) -> None:
    path = encode(tmp_path / "x.mp3", "libmp3lame", SOUND)
    (first, one), (second, two) = taken(path), taken(path)
    assert first == second and np.array_equal(one.samples, two.samples)


def test_a_wechat_voice_file_decodes(tmp_path: Path) -> None:
    pilk = pytest.importorskip("pilk")
    (tmp_path / "x.pcm").write_bytes((SOUND * 32767).astype("<i2").tobytes())
    path = tmp_path / "x.silk"
    pilk.encode(str(tmp_path / "x.pcm"), str(path), pcm_rate=RATE, tencent=True)
    recording, audio = taken(path)
    assert (recording.codec, recording.warnings) == ("silk", ()) and abs(audio.duration_ms - 3000) <= 40
    assert abs(lag_ms(audio.samples[0])) <= 10
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    recording, audio = taken(path)
    assert 1000 < audio.duration_ms < 2000 and "ends early" in recording.warnings[0]
    path.write_bytes(b"\x02#!SILK_V3\x30")
    refused(path, errors.TruncatedRecording)


def test_a_wechat_voice_file_without_its_decoder_says_how_to_get_it(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pilk", None)
    (tmp_path / "x.silk").write_bytes(b"\x02#!SILK_V3" + bytes(40))
    assert "callwitness[silk]" in refused(tmp_path / "x.silk", errors.UnsupportedCodec)


def test_a_file_cut_short_is_used_as_far_as_it_goes(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "x.wav", SOUND)
    flac = encode(tmp_path / "x.flac", "flac", SOUND)
    mp3 = encode(tmp_path / "x.mp3", "libmp3lame", SOUND)
    m4a = encode(tmp_path / "x.m4a", "aac", SOUND, options={"movflags": "faststart"})
    for path in (wav, flac, mp3, m4a):
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) * 2 // 3])
        recording, audio = taken(path)
        assert 500 < audio.duration_ms < 2500
        assert recording.warnings == (f"the file ends early: {audio.duration_ms / 1000:.1f} s of 3.0 s could be read",)


def test_an_ogg_without_its_last_page_says_so(tmp_path: Path) -> None:
    path = encode(tmp_path / "x.ogg", "libopus", SOUND, rate=48_000)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"OggS")])
    assert taken(path)[0].warnings[0].endswith("the mark of its end is missing")


def test_a_hole_in_the_middle_is_said(tmp_path: Path) -> None:
    path = encode(tmp_path / "x.mp3", "libmp3lame", SOUND)
    whole = path.read_bytes()
    path.write_bytes(whole[:3000] + bytes(2000) + whole[5000:])
    assert taken(path)[0].warnings[0].startswith("the file is damaged inside")


def test_a_pause_in_the_files_own_clock_becomes_silence(tmp_path: Path) -> None:
    import av

    path = tmp_path / "x.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for start in (0, 2 * RATE):
            samples = (SOUND[np.newaxis, :RATE] * 32767).astype(np.int16)
            frame = av.AudioFrame.from_ndarray(samples, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE, start
            output.mux(stream.encode(frame))
    recording, audio = taken(path)
    assert abs(audio.duration_ms - 3000) <= 2
    assert not audio.samples[0, RATE + 100 : 2 * RATE - 100].any() and audio.samples[0, 2 * RATE + 100 :].any()
    assert "kept as silence" in recording.warnings[0]


def test_an_m4a_without_its_index_is_truncated(tmp_path: Path) -> None:
    path = encode(tmp_path / "x.m4a", "aac", SOUND)
    path.write_bytes(path.read_bytes()[:8000])
    assert "ends in the middle (no index found)" in refused(path, errors.TruncatedRecording)


def test_no_bytes_and_no_samples_are_empty(tmp_path: Path) -> None:
    (tmp_path / "zero.m4a").write_bytes(b"")
    assert "0 bytes" in refused(tmp_path / "zero.m4a", errors.EmptyRecording)
    refused(write_wav(tmp_path / "header.wav", SOUND[:0]), errors.EmptyRecording)
    (tmp_path / "header.amr").write_bytes(b"#!AMR\n")
    refused(tmp_path / "header.amr", errors.EmptyRecording)


@pytest.mark.parametrize("level", [0.0, 0.0005])
def test_silence_is_said_with_its_length(tmp_path: Path, level: float) -> None:
    path = write_wav(tmp_path / "x.wav", talk(2.0, level=level) + np.float32(0.1))
    assert "2.0 s of silence" in refused(path, errors.SilentRecording)


def test_what_holds_no_sound_is_not_media(tmp_path: Path) -> None:
    (tmp_path / "page.mp3").write_text("<!DOCTYPE html><title>404</title>")
    assert "a web page" in refused(tmp_path / "page.mp3", errors.NotMedia)
    (tmp_path / "noise.wav").write_bytes(np.random.default_rng(0).bytes(5000))
    refused(tmp_path / "noise.wav", errors.NotMedia)
    (tmp_path / "list.m4a").write_bytes(b"#EXTM3U\n#EXTINF:1,\nother.wav\n")
    refused(tmp_path / "list.m4a", errors.NotMedia)


def test_raw_telephone_sound_gets_the_command_that_converts_it(tmp_path: Path) -> None:
    (tmp_path / "x.alaw").write_bytes(bytes(np.random.default_rng(0).integers(0, 256, 8000, dtype=np.uint8)))
    assert "ffmpeg -f alaw -ar 8000" in refused(tmp_path / "x.alaw", errors.NotMedia)


@pytest.mark.parametrize(("mark", "scheme"), [(b"drms", "FairPlay"), (b"enca", "Widevine"), (b"aavd", "Audible")])
def test_protected_sound_is_named_as_such(tmp_path: Path, mark: bytes, scheme: str) -> None:
    path = encode(tmp_path / "x.m4a", "aac", SOUND)
    head, found, tail = path.read_bytes().rpartition(b"mp4a")
    assert found and b"stsd" in head[-20:]
    path.write_bytes(head + mark + tail)
    assert scheme in refused(path, errors.ProtectedRecording)


def test_protected_windows_media_and_old_audible_files_are_named_as_such(tmp_path: Path) -> None:
    asf = (
        bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
        + bytes(14)
        + bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e")
    )
    (tmp_path / "x.wma").write_bytes(asf + bytes(100))
    refused(tmp_path / "x.wma", errors.ProtectedRecording)
    (tmp_path / "x.aa").write_bytes(bytes(4) + b"\x57\x90\x75\x36" + bytes(100))
    refused(tmp_path / "x.aa", errors.ProtectedRecording)


def test_a_long_recording_is_refused_by_its_header_and_without_one_at_the_limit(tmp_path: Path) -> None:
    stated = refused(write_wav(tmp_path / "x.wav", SOUND), errors.TooLongRecording, max_duration_min=0.02)
    assert "this is 3.0 s long" in stated
    unstated = refused(
        encode(tmp_path / "x.amr", "libopencore_amrnb", SOUND, rate=8000),
        errors.TooLongRecording,
        max_duration_min=0.02,
    )
    assert "longer than that" in unstated


def wav_bytes(tag: int, stated: int, rate: int = 8000) -> bytes:
    pcm = (SOUND[::2] * 32767).astype("<i2").tobytes()
    form = struct.pack("<IHHIIHH", 16, tag, 1, rate, rate * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt " + form + b"data" + struct.pack("<I", stated) + pcm


@pytest.mark.parametrize("stated", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_recorder_that_never_wrote_the_length_loses_nothing(tmp_path: Path, stated: int) -> None:
    (tmp_path / "x.wav").write_bytes(wav_bytes(1, stated))
    assert taken(tmp_path / "x.wav")[1].duration_ms == 3000


def test_a_coding_without_a_decoder_is_unsupported(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(wav_bytes(0x9999, 48_000))
    refused(tmp_path / "x.wav", errors.UnsupportedCodec)


@pytest.mark.parametrize("rate", [1, 0x7FFFFFFF])
def test_an_impossible_sample_rate_is_refused(tmp_path: Path, rate: int) -> None:
    (tmp_path / "x.wav").write_bytes(wav_bytes(1, 48_000, rate))
    refused(tmp_path / "x.wav", errors.NotMedia)


def test_a_file_that_is_gone_is_a_recording_error(tmp_path: Path) -> None:
    refused(tmp_path / "gone.wav", errors.RecordingError)


@pytest.mark.parametrize("source", ["x.m4a", "x.mp3", "x.ogg", "x.3gp", "x.flac"])
def test_damaged_bytes_never_raise_anything_else(tmp_path: Path, source: str) -> None:
    codec, rate = {
        "x.m4a": ("aac", RATE),
        "x.mp3": ("libmp3lame", RATE),
        "x.ogg": ("libopus", 48_000),
        "x.3gp": ("libopencore_amrnb", 8000),
        "x.flac": ("flac", RATE),
    }[source]
    whole = encode(tmp_path / source, codec, SOUND[:RATE], rate=rate).read_bytes()
    rng = np.random.default_rng(7)
    for _ in range(25):
        damaged = bytearray(whole)
        for at in rng.integers(0, len(whole), 12):
            damaged[at] = int(rng.integers(256))
        (tmp_path / source).write_bytes(bytes(damaged[: rng.integers(1, len(whole))]))
        try:
            _, audio = taken(tmp_path / source)
        except errors.RecordingError:
            continue
        assert np.isfinite(audio.samples).all()


def test_two_sides_stay_two_channels_and_copies_become_one(tmp_path: Path) -> None:
    recording, audio = taken(write_wav(tmp_path / "two.wav", talk(3, 1), talk(3, 2)))
    assert (recording.layout, recording.channels, audio.samples.shape[0]) == ("dual_channel", 2, 2)
    recording, audio = taken(write_wav(tmp_path / "one.wav", talk(3, 1), talk(3, 1)))
    assert (recording.layout, recording.channels, audio.samples.shape[0]) == ("dual_mono", 2, 1)


def test_of_more_than_two_channels_the_first_two_are_kept(tmp_path: Path) -> None:
    recording, audio = taken(write_wav(tmp_path / "x.wav", *(talk(2, seed) for seed in range(4))))
    assert (recording.layout, recording.channels, audio.samples.shape[0]) == ("dual_channel", 4, 2)
    assert "4 channels" in recording.warnings[0]
    assert np.abs(audio.samples[1] - talk(2, 1)).max() < 0.01


def test_numbers_that_are_none_do_not_spread(tmp_path: Path) -> None:
    broken = SOUND.copy()
    broken[1000:1010] = np.nan
    soundfile.write(tmp_path / "x.wav", broken, RATE, subtype="FLOAT")
    assert np.isfinite(taken(tmp_path / "x.wav")[1].samples).all()


def test_samples_on_another_scale_are_brought_within_one(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "x.wav", SOUND * 20_000, RATE, subtype="FLOAT")
    samples = taken(tmp_path / "x.wav")[1].samples
    assert np.isclose(np.abs(samples).max(), 1.0) and np.corrcoef(samples[0], SOUND)[0, 1] > 0.999


def test_facts_come_from_calls_csv_then_the_name_then_the_tags(tmp_path: Path) -> None:
    path = encode(
        tmp_path / "10086(10086)_20240501123000.m4a",
        "aac",
        SOUND,
        metadata={"title": "a call", "creation_time": "2024-05-01T04:31:00Z"},
    )
    recording, _ = take_in(path, name=path.name, settings=SETTINGS)
    known = {fact.name: (fact.value, fact.source) for fact in recording.facts}
    assert recording.started_at == "2024-05-01T12:30:00" and recording.other_party == "10086"
    assert known["started_at"] == ("2024-05-01T12:30:00", "file_name:xiaomi")
    assert known["title"] == ("a call", "tag:title")
    row = {"started_at": "2024-05-01T12:31:00", "direction": "to_user"}
    recording, _ = take_in(path, name=path.name, settings=SETTINGS, facts=row)
    known = {fact.name: (fact.value, fact.source) for fact in recording.facts}
    assert recording.started_at == "2024-05-01T12:31:00"
    assert known["started_at"] == ("2024-05-01T12:31:00", "calls.csv") and known["direction"] == (
        "to_user",
        "calls.csv",
    )
    assert known["overridden_started_at"] == ("2024-05-01T12:30:00", "file_name:xiaomi")
    assert len({fact.name for fact in recording.facts}) == len(recording.facts)
