"""Turns that neither party said: the network, a mailbox, a recorder's notice, a call screener."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.records import Turn

from .likeness import Voices, similarity
from .signs import Signs

_GREETING = 1.6  # evidence that a turn is an announcement or a greeting of the network
_SAME_MACHINE = 0.8  # cosine similarity from which a later turn is the same machine's


def network_turns(turns: Sequence[Turn], signs: Sequence[Signs], voices: Voices) -> list[bool]:
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
        if network[i] or turn.id not in voices or similarity([voices[turn.id]], machine) < _SAME_MACHINE:
            continue
        others = [voices[other.id] for j, other in enumerate(turns) if j != i and not network[j] and other.id in voices]
        nearest = max((similarity([voices[turn.id]], [other]) for other in others), default=0.0)
        network[i] = nearest < similarity([voices[turn.id]], machine)


def _same_screener(turns: Sequence[Turn], network: list[bool], screeners: set[str | None]) -> None:
    """A screener goes on in its own voice: all turns of a speaker most of whose speech is the network's are."""
    for speaker in screeners - {None}:
        own = [i for i, turn in enumerate(turns) if turn.speaker == speaker]
        spoken = sum(length_ms(turns[i]) for i in own)
        announced = sum(length_ms(turns[i]) for i in own if network[i])
        if spoken and announced / spoken >= 0.5:
            for i in own:
                network[i] = True


def length_ms(turn: Turn) -> int:
    """At least 1, also for text without times."""
    return max(1, (turn.end_ms or 0) - (turn.start_ms or 0))
