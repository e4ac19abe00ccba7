"""A call as it is written down: who says what, with which voice, and what a careful reader would mark in it.

The JSON has the shape of the gold beside a sample, without times. samples/README.md describes every key.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from pipeline.records import CALLEE_LABELS, CALLER_LABELS, OBLIGATIONS, Role

from .errors import SampleError

__all__ = ["VERDICT_WORDS", "Event", "Line", "Script", "Setup", "read_script"]

#: The words each obligation may get, in the order of the project's vocabulary.
VERDICT_WORDS: dict[str, tuple[str, ...]] = {
    "bot_disclosure": ("contradicted", "heard", "heard_late", "not_heard"),
    "human_transfer": ("provided", "asked_not_provided", "offered", "not_heard"),
    "consent": ("continued_after_refusal", "not_applicable", "obtained", "claimed", "gap"),
    "opt_out": ("ignored", "acknowledged", "offered", "not_heard"),
    "caller_identity": ("heard", "not_heard"),
}
CODECS = ("pcm", "alaw", "mulaw", "gsm", "amr", "mp3", "m4a", "opus")
MONO_ONLY = ("amr", "gsm")
CALL_KINDS = (
    "marketing",
    "debt_collection",
    "service_notice",
    "survey",
    "political",
    "charity",
    "suspected_fraud",
    "inbound_customer_service",
)
KEYS = "0123456789*#"


@dataclass(frozen=True)
class Line:
    """One turn as written. gap: seconds after the end of what came before, negative to talk over it.

    keys: pressed instead of speaking, by the callee. rhythm: the AI label's tone just before the words.
    beep: the recorder's beep after them. hold_s: seconds of hold music after them. speed: 1 is the voice's own.
    """

    role: Role
    text: str = ""
    gap: float = 0.5
    voice: str = ""
    speed: float = 1.0
    keys: str = ""
    rhythm: bool = False
    beep: bool = False
    hold_s: float = 0.0


@dataclass(frozen=True)
class Event:
    """What a reader marks: a label on a turn (0-based) with the words it rests on. level: 1-4, for refusal only."""

    turn: int
    label: str
    quote: str
    level: int | None = None


@dataclass(frozen=True)
class Setup:
    """The line and the recorder. snr_db: None is no noise. starts "late": no ring, the first words already under way.

    layout "stereo" has the caller's side on the left and the callee's on the right. near_db: the callee's level against
    the caller's. crosstalk_db: how far below its own level each side leaks into the other's channel. late_cut_s: cut
    off the first turn's beginning, so that its first syllable is torn. region: whose
    tones ("CN", "TW", "US", "GB", "IN").
    """

    layout: str = "mono"
    codec: str = "pcm"
    snr_db: float | None = None
    noise: str = "pink"
    ringback_s: float = 0.0
    starts: str = "complete"
    late_cut_s: float = 0.0
    callee_hangs_up: bool = False
    busy_tone_s: float = 0.0
    region: str = "US"
    near_db: float = 0.0
    crosstalk_db: float | None = None


@dataclass(frozen=True)
class Script:
    id: str
    language: str
    scenario: str
    call_kind: str
    setup: Setup
    voices: dict[str, str]
    turns: tuple[Line, ...]
    events: tuple[Event, ...]
    verdicts: dict[str, str]


def read_script(path: Path) -> Script:
    """The script in a JSON file. Raises SampleError naming the file, the place and what is wrong there."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SampleError(f"{path}: cannot be read as a call script: {error}") from error
    try:
        script = _build(raw)
        _check(script)
    except SampleError as error:
        raise SampleError(f"{path}: {error}\n  samples/README.md describes the form of a script.") from error
    return script


def _build(raw: Any) -> Script:
    top = _only(Script, raw, "the script")
    for name in ("id", "language", "voices", "turns"):
        if name not in top:
            raise SampleError(f"the script has no {name!r}")
    return Script(
        id=str(top["id"]),
        language=str(top["language"]),
        scenario=str(top.get("scenario", "")),
        call_kind=str(top.get("call_kind", "")),
        setup=Setup(**_only(Setup, top.get("setup", {}), "setup")),
        voices=dict(top["voices"]),
        turns=tuple(Line(**_only(Line, turn, f"turn {i}")) for i, turn in enumerate(top["turns"])),
        events=tuple(Event(**_only(Event, event, f"event {i}")) for i, event in enumerate(top.get("events", []))),
        verdicts=dict(top.get("verdicts", {})),
    )


def _only(kind: type[Any], raw: Any, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise SampleError(f"{where} is not an object")
    unknown = sorted(set(raw) - {field.name for field in fields(kind)})
    if unknown:
        raise SampleError(f"{where} has a key nobody knows: {', '.join(unknown)}")
    return raw


def _check(script: Script) -> None:
    _check_setup(script.setup)
    if script.call_kind and script.call_kind not in CALL_KINDS:
        raise SampleError(f"call_kind {script.call_kind!r} is none of {', '.join(CALL_KINDS)}")
    if not script.turns:
        raise SampleError("the script has no turns")
    for i, line in enumerate(script.turns):
        _check_line(line, i, script.voices)
    for i, event in enumerate(script.events):
        _check_event(event, i, script.turns)
    for obligation, word in script.verdicts.items():
        if obligation not in OBLIGATIONS:
            raise SampleError(f"verdicts: {obligation!r} is no obligation")
        if word not in (*VERDICT_WORDS[obligation], "cannot_tell"):
            raise SampleError(f"verdicts: {word!r} is no word for {obligation}")


def _check_setup(setup: Setup) -> None:
    if setup.codec not in CODECS:
        raise SampleError(f"setup: codec {setup.codec!r} is none of {', '.join(CODECS)}")
    if setup.layout not in ("mono", "stereo"):
        raise SampleError(f"setup: layout {setup.layout!r} is neither mono nor stereo")
    if setup.layout == "stereo" and setup.codec in MONO_ONLY:
        raise SampleError(f"setup: {setup.codec} has one channel only; choose layout mono or another codec")
    if setup.noise not in ("pink", "babble"):
        raise SampleError(f"setup: noise {setup.noise!r} is neither pink nor babble")
    if setup.starts not in ("complete", "late"):
        raise SampleError(f"setup: starts {setup.starts!r} is neither complete nor late")
    if setup.starts == "late" and setup.ringback_s:
        raise SampleError("setup: a recording that starts late has no ring-back tone; set ringback_s to 0")


def _check_line(line: Line, i: int, voices: dict[str, str]) -> None:
    if line.role not in get_args(Role) or line.role == "unknown":
        raise SampleError(f"turn {i}: role {line.role!r} is none of caller, human, callee, carrier")
    if bool(line.text.strip()) == bool(line.keys):
        raise SampleError(f"turn {i}: needs either text or keys")
    if line.keys and (line.role != "callee" or set(line.keys) - set(KEYS)):
        raise SampleError(f"turn {i}: keys are pressed by the callee and are of {KEYS}")
    if line.text and not (line.voice or voices.get(line.role)):
        raise SampleError(f"turn {i}: no voice for the role {line.role!r} in voices")


def _check_event(event: Event, i: int, turns: tuple[Line, ...]) -> None:
    where = f"event {i} ({event.label})"
    if not 0 <= event.turn < len(turns):
        raise SampleError(f"{where}: there is no turn {event.turn}")
    turn = turns[event.turn]
    labels = CALLEE_LABELS if turn.role == "callee" else CALLER_LABELS if turn.role in ("caller", "human") else ()
    if event.label not in labels:
        raise SampleError(f"{where}: is no label for a turn of the {turn.role}")
    if event.quote not in turn.text:
        raise SampleError(f"{where}: the quote is not in turn {event.turn}: {event.quote!r}")
    if not event.quote and not turn.keys and not (event.label == "ai_label" and turn.rhythm):
        raise SampleError(f"{where}: only a key press or the rhythm tone has an empty quote")
    if (event.label == "refusal") != (event.level in (1, 2, 3, 4)):
        raise SampleError(f"{where}: a refusal, and nothing else, has a level from 1 to 4")
