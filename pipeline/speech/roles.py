"""Who is who: speakers -> roles, from what they say, how long, who speaks first, and what follows a hand-over.

No single sign decides. Each speaker gets evidence for the far side (caller, human) against the near side (callee); the
network's own voices are told by their wording. The reasons are kept, one sentence a speaker.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.records import Role, Turn
from pipeline.settings import RoleSettings

from .likeness import Voices, likeness_to_sides, similarity
from .network import length_ms, network_turns
from .signs import Signs, read_signs

_FIRST_GREETING = 1.6  # evidence that a short first turn is the person who picks up
_GREETING_MS = 2_600
_TALK_SHARE = 2.4  # evidence for the far side at all the talking; a robot talks most
_LONG_TURN_MS = 7_000  # a turn this long is a message, not an answer
_LONG_TURN = 0.5
_OTHER_VOICE = 0.75  # cosine similarity under which stretches of a channel are two voices; one voice has 0.9 (CAM++)
_CERTAIN = 3.0  # evidence apart at which the confidence is 0.95
_SPEAKER = 3.2  # evidence that a turn belongs to the side of its speaker's cluster or channel
#: share of that evidence by the turn's length: up to so many ms, so much
_TRUST = ((800, 0.25), (1_500, 0.5), (2_500, 0.75), (6_000, 1.0), (10**9, 1.5))
_LIKENESS = 2.0  # evidence in a difference of 1 between the cosine similarities to the two sides


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
    carrier = network_turns(turns, signs, voices or {})
    speakers = sorted({turn.speaker for turn in turns if turn.speaker is not None})
    heard = {turn.speaker for turn, network in zip(turns, carrier, strict=True) if not network}
    parties = [speaker for speaker in speakers if speaker in heard]
    evidence = {speaker: _evidence(speaker, turns, signs, carrier) for speaker in parties}
    roles, reasons = _sides(evidence, turns, signs, carrier)
    sides = likeness_to_sides(turns, roles, voices or {})
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


def _evidence(speaker: str, turns: Sequence[Turn], signs: Sequence[Signs], network: Sequence[bool]) -> float:
    """For the far side (above 0) or the near side (below)."""
    own = [i for i, turn in enumerate(turns) if turn.speaker == speaker and not network[i]]
    parties = [i for i in range(len(turns)) if not network[i]]
    words = sum(max(-2.5, min(2.5, signs[i].far - signs[i].near)) for i in own) / math.sqrt(len(own))
    share = sum(length_ms(turns[i]) for i in own) / sum(length_ms(turns[i]) for i in parties)
    long_turns = _LONG_TURN * sum(length_ms(turns[i]) >= _LONG_TURN_MS for i in own)
    first = parties[0]
    greets = first in own and length_ms(turns[first]) <= _GREETING_MS and len(parties) > 1 and signs[first].far < 1.0
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
        if not before or not later or similarity(before, later) >= _OTHER_VOICE:
            continue
        for j in range(after, len(turns)):
            if turns[j].role == "caller":
                changed[j] = replace(turns[j], role="human")
        return changed, [f"another voice on the caller's side from turn {turns[after].id} on, after a hand-over: human"]
    return changed, []


def _one_turn(
    turn: Turn, sign: Signs, speaker: tuple[Role, float] | None, likeness: Mapping[str, float], *, certain: bool
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
    trust = next(share for longest, share in _TRUST if length_ms(turn) <= longest)
    base = trust * _SPEAKER * (2 * sure - 1) * (-1 if role == "callee" else 1)
    total = base + words + _LIKENESS * likeness.get(turn.id, 0.0)
    if (total > 0) == (role != "callee"):
        return role, max(sure - 0.15, min(sure, _confidence(abs(total))))
    return ("callee" if role != "callee" else "caller"), min(0.9, _confidence(abs(total)))


def _confidence(apart: float) -> float:
    """Logistic in the evidence; 0.5 for none, 0.95 at _CERTAIN."""
    return 1.0 / (1.0 + math.exp(-apart * math.log(19) / _CERTAIN))
