"""Who is who: speakers -> roles, from what they say, how long, who speaks first, and what follows a hand-over.

No single sign decides. Each speaker gets evidence for the far side (caller, human) against the near side (callee); the
network's own voices are told by their wording. The reasons are kept, one sentence a speaker.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import numpy as np
import numpy.typing as npt

from pipeline.phrases import PhraseBook
from pipeline.records import Role, Turn
from pipeline.settings import RoleSettings

_FIRST_GREETING = 1.6  # evidence that a short first turn is the person who picks up
_GREETING_MS = 2_600
_TALK_SHARE = 2.4  # evidence for the far side at all the talking; a robot talks most
_LONG_TURN_MS = 7_000  # a turn this long is a message, not an answer
_LONG_TURN = 0.5
_OTHER_VOICE = (
    0.75  # cosine similarity under which two stretches of a channel are two voices; one voice has 0.9 (CAM++)
)
_CERTAIN = 3.0  # evidence apart at which the confidence is 0.95

_GREETING = 1.6  # evidence that a turn is an announcement or a greeting of the network
_SAME_MACHINE = 0.8  # cosine similarity from which a later turn is the same machine's
_SPEAKER = 3.2  # evidence that a turn belongs to the side of its speaker's cluster or channel
#: share of that evidence by the turn's length: up to so many ms, so much
_TRUST = ((800, 0.25), (1_500, 0.5), (2_500, 0.75), (6_000, 1.0), (10**9, 1.5))
_LIKENESS = 2.0  # evidence in a difference of 1 between the cosine similarities to the two sides

Voices = Mapping[str, npt.NDArray[np.float32]]
_Likeness = float


@dataclass(frozen=True)
class Signs:
    """Evidence in one turn, by side."""

    far: float
    near: float
    carrier: float
    recorder: float
    transfer: float


@cache
def _book(language: str) -> tuple[PhraseBook, dict[str, tuple[str, float]]]:
    raw = tomllib.loads(resources.files("pipeline.speech").joinpath("roles.toml").read_text("utf-8"))["wording"]
    entries = {f"{number}": entry for number, entry in enumerate(raw) if entry["language"] == language}
    book = PhraseBook(language, {key: entry["phrases"] for key, entry in entries.items()}, frozenset(entries))
    return book, {key: (entry["side"], float(entry["weight"])) for key, entry in entries.items()}


def read_signs(turns: Sequence[Turn], language: str) -> list[Signs]:
    """Evidence in each turn's words; all zero in a language without phrases."""
    if language not in ("zh", "en") or not turns:
        return [Signs(0, 0, 0, 0, 0) for _ in turns]
    book, entries = _book(language)
    starts, text = [], ""
    for turn in turns:
        starts.append(len(text))
        text += turn.text + "\n"
    sums = [dict.fromkeys(("far", "near", "carrier", "recorder", "transfer"), 0.0) for _ in turns]
    for hit in book.find(text, breaks=frozenset(starts[1:])):
        side, weight = entries[hit.key]
        index = int(np.searchsorted(starts, hit.start, side="right")) - 1
        sums[index][side] += weight * (1.0 if hit.how == "words" else 0.7 * hit.score)
    return [Signs(**each) for each in sums]


def assign_roles(
    turns: Sequence[Turn],
    language: str | None,
    *,
    settings: RoleSettings,
    voices: Voices | None = None,
    by_channel: bool = False,
) -> tuple[tuple[Turn, ...], tuple[str, ...]]:
    """The turns with role and role_confidence, and the reasons.

    turns: in time order, each with `speaker` where one is known. voices: an embedding for turns long enough, by id; it
    tells a person who takes over from the robot on the same channel or in the same cluster. by_channel: speakers are
    channels, so a turn is certainly its speaker's.
    """
    signs = read_signs(turns, language or "")
    carrier = _network_turns(turns, signs, voices or {})
    speakers = sorted({turn.speaker for turn in turns if turn.speaker is not None})
    heard = {turn.speaker for turn, network in zip(turns, carrier, strict=True) if not network}
    parties = [speaker for speaker in speakers if speaker in heard]
    evidence = {speaker: _evidence(speaker, turns, signs, carrier) for speaker in parties}
    roles, reasons = _sides(evidence, turns, signs, carrier)
    sides = _side_voices(turns, roles, voices or {})
    given: list[Turn] = []
    for turn, sign, network in zip(turns, signs, carrier, strict=True):
        role: Role
        if network:
            role, confidence = "carrier", 0.85
        else:
            role, confidence = _one_turn(turn, sign, roles.get(turn.speaker or ""), sides, certain=by_channel)
        given.append(_with_role(turn, role, confidence, settings))
    taken_over, reason = _hand_over(given, signs, voices or {})
    return tuple(taken_over), tuple(reasons + reason)


def _with_role(turn: Turn, role: Role, confidence: float, settings: RoleSettings) -> Turn:
    if confidence < settings.min_confidence:
        role = "unknown"
    return replace(turn, role=role, role_confidence=round(confidence, 3))


def _network_turns(turns: Sequence[Turn], signs: Sequence[Signs], voices: Voices) -> list[bool]:
    """Announcements and greetings of the network, the mailbox, the recorder or a call screener.

    A recorder's notice counts only on its own and before the call proper; inside a caller's sentence it is theirs.
    """
    network = [False] * len(turns)
    screeners: set[str | None] = set()
    for i, (turn, sign) in enumerate(zip(turns, signs, strict=True)):
        length = (turn.end_ms or 0) - (turn.start_ms or 0)
        early = i <= 2
        alone = sign.recorder > 0 and early and length < 5_000 and len(turn.text) < 60 and sign.far < 2.4
        greeting = sign.carrier >= _GREETING and sign.carrier > sign.far - 1.0
        if greeting and early:
            screeners.add(turn.speaker)
        network[i] = alone or (greeting and (early or turn.speaker in screeners))
    _same_screener(turns, network, screeners)
    _same_machine(turns, network, voices)
    return network


def _same_machine(turns: Sequence[Turn], network: list[bool], voices: Voices) -> None:
    """On a shared channel a screener is told by its voice: later turns that sound like it and like nobody else."""
    machine = [voices[turn.id] for turn, own in zip(turns, network, strict=True) if own and turn.id in voices]
    if not machine:
        return
    for i, turn in enumerate(turns):
        if network[i] or turn.id not in voices or _similarity([voices[turn.id]], machine) < _SAME_MACHINE:
            continue
        others = [voices[other.id] for j, other in enumerate(turns) if j != i and not network[j] and other.id in voices]
        nearest = max((_similarity([voices[turn.id]], [other]) for other in others), default=0.0)
        network[i] = nearest < _similarity([voices[turn.id]], machine)


def _same_screener(turns: Sequence[Turn], network: list[bool], screeners: set[str | None]) -> None:
    """A screener goes on in its own voice: all turns of a speaker most of whose speech is the network's are."""
    for speaker in screeners - {None}:
        own = [i for i, turn in enumerate(turns) if turn.speaker == speaker]
        spoken = sum(_length(turns[i]) for i in own)
        announced = sum(_length(turns[i]) for i in own if network[i])
        if spoken and announced / spoken >= 0.5:
            for i in own:
                network[i] = True


def _length(turn: Turn) -> int:
    return max(1, (turn.end_ms or 0) - (turn.start_ms or 0))


def _evidence(speaker: str, turns: Sequence[Turn], signs: Sequence[Signs], network: Sequence[bool]) -> float:
    """For the far side (above 0) or the near side (below)."""
    own = [i for i, turn in enumerate(turns) if turn.speaker == speaker and not network[i]]
    parties = [i for i in range(len(turns)) if not network[i]]
    words = sum(max(-2.5, min(2.5, signs[i].far - signs[i].near)) for i in own) / math.sqrt(len(own))
    share = sum(_length(turns[i]) for i in own) / sum(_length(turns[i]) for i in parties)
    long_turns = _LONG_TURN * sum(_length(turns[i]) >= _LONG_TURN_MS for i in own)
    first = parties[0]
    greets = first in own and _length(turns[first]) <= _GREETING_MS and len(parties) > 1 and signs[first].far < 1.0
    return words + _TALK_SHARE * (share - 0.5) + min(1.5, long_turns) - _FIRST_GREETING * greets


def _sides(
    evidence: Mapping[str, float], turns: Sequence[Turn], signs: Sequence[Signs], network: Sequence[bool]
) -> tuple[dict[str, tuple[Role, float]], list[str]]:
    if not evidence:
        return {}, []
    ranked = sorted(evidence, key=lambda speaker: (-evidence[speaker], speaker))
    if len(ranked) == 1:
        only = ranked[0]
        role: Role = "caller" if evidence[only] > -0.5 else "callee"
        confidence = _confidence(abs(evidence[only] + 0.5))
        return {only: (role, confidence)}, [f"{only} is the only voice; evidence for the far side {evidence[only]:.1f}"]
    callee = ranked[-1]
    caller = _who_called(ranked, turns, signs)
    confidence = _confidence(evidence[ranked[0]] - evidence[callee])
    roles: dict[str, tuple[Role, float]] = {caller: ("caller", confidence), callee: ("callee", confidence)}
    reasons = [
        f"{caller} is taken for the caller (evidence {evidence[caller]:.1f}), {callee} for the callee "
        f"({evidence[callee]:.1f}): what they say, who speaks first, how long they talk"
    ]
    for other in (speaker for speaker in ranked[:-1] if speaker != caller):
        handed = _first_after_transfer(other, turns, signs, roles)
        if handed:
            role = "human"
        else:
            middle = (evidence[caller] + evidence[callee]) / 2
            role = "caller" if evidence[other] >= middle else "callee"
        apart = abs(evidence[other] - (evidence[callee] if role != "callee" else evidence[caller]))
        sure = min(confidence, _confidence(apart))  # of the side; whether caller or human, the hand-over says
        roles[other] = (role, max(0.8, sure) if handed else sure)
        reasons.append(f"{other} is taken for {role}" + (": first heard after a hand-over" if handed else ""))
    return roles, reasons


def _who_called(ranked: Sequence[str], turns: Sequence[Turn], signs: Sequence[Signs]) -> str:
    """Of the speakers, most like the far side first, the one who began the call and did not come in by a hand-over.

    A person who takes over often talks more, and more like a seller, than the robot that handed over.
    """
    first = ranked[0]
    for other in ranked[1:-1]:
        before = next(i for i, turn in enumerate(turns) if turn.speaker == first)
        begun = any(turn.speaker == other for turn in turns[:before])
        if begun and _first_after_transfer(first, turns, signs, {other: ("caller", 1.0)}):
            return other
    return first


def _first_after_transfer(
    speaker: str, turns: Sequence[Turn], signs: Sequence[Signs], roles: Mapping[str, tuple[Role, float]]
) -> bool:
    """Whether this voice is first heard after the caller began a hand-over."""
    first = next(i for i, turn in enumerate(turns) if turn.speaker == speaker)
    return any(
        signs[i].transfer > 0 and roles.get(turns[i].speaker or "", ("unknown", 0))[0] == "caller"
        for i in range(max(0, first - 3), first)
    )


def _hand_over(turns: Sequence[Turn], signs: Sequence[Signs], voices: Voices) -> tuple[list[Turn], list[str]]:
    """A person who takes over in the robot's own channel or cluster: another voice after a hand-over."""
    changed = list(turns)
    for i, turn in enumerate(turns):
        if turn.role != "caller" or signs[i].transfer <= 0:
            continue
        after = next((j for j in range(i + 1, len(turns)) if turns[j].role in ("caller", "human")), None)
        if after is None or turns[after].role == "human":
            continue
        before = [voices[other.id] for other in turns[: i + 1] if other.role == "caller" and other.id in voices]
        later = [voices[other.id] for other in turns[after:] if other.role == "caller" and other.id in voices]
        if not before or not later or _similarity(before, later) >= _OTHER_VOICE:
            continue
        for j in range(after, len(turns)):
            if turns[j].role == "caller":
                changed[j] = replace(turns[j], role="human")
        return changed, [f"another voice on the caller's side from turn {turns[after].id} on, after a hand-over: human"]
    return changed, []


def _similarity(one: Sequence[npt.NDArray[np.float32]], other: Sequence[npt.NDArray[np.float32]]) -> float:
    a, b = np.mean(one, axis=0), np.mean(other, axis=0)
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-9))


def _side_voices(
    turns: Sequence[Turn], roles: Mapping[str, tuple[Role, float]], voices: Voices
) -> dict[str, _Likeness]:
    """For each turn with an embedding: how much more it sounds like the far side than like the near, -2 to 2."""
    far = [turn.id for turn in turns if roles.get(turn.speaker or "", ("unknown", 0))[0] in ("caller", "human")]
    near = [turn.id for turn in turns if roles.get(turn.speaker or "", ("unknown", 0))[0] == "callee"]
    likeness = {}
    for turn in turns:
        if turn.id not in voices:
            continue
        sets = [[voices[name] for name in names if name in voices and name != turn.id] for names in (far, near)]
        if all(sets):
            likeness[turn.id] = _similarity([voices[turn.id]], sets[0]) - _similarity([voices[turn.id]], sets[1])
    return likeness


def _one_turn(
    turn: Turn, sign: Signs, speaker: tuple[Role, float] | None, likeness: Mapping[str, _Likeness], *, certain: bool
) -> tuple[Role, float]:
    """A turn's role: its speaker's, unless it is too short to be told by voice and its words say the other side.

    A short turn's embedding is unreliable, so the shorter it is the less its cluster counts against its words.
    """
    words = max(-2.5, min(2.5, sign.far - sign.near))
    if speaker is None:
        return ("caller" if words > 0 else "callee"), _confidence(abs(words)) - 0.15
    role, sure = speaker
    if certain:
        return role, sure
    trust = next(share for longest, share in _TRUST if _length(turn) <= longest)
    base = trust * _SPEAKER * (2 * sure - 1) * (-1 if role == "callee" else 1)
    total = base + words + _LIKENESS * likeness.get(turn.id, 0.0)
    if (total > 0) == (role != "callee"):
        return role, max(sure - 0.15, min(sure, _confidence(abs(total))))
    return ("callee" if role != "callee" else "caller"), min(0.9, _confidence(abs(total)))


def _confidence(apart: float) -> float:
    """Logistic in the evidence; 0.5 for none, 0.95 at _CERTAIN."""
    return 1.0 / (1.0 + math.exp(-apart * math.log(19) / _CERTAIN))
