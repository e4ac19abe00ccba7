"""The witness that hears where a body's name must stand: Mandarin, after a recogniser that garbled the name.

A name is what a recogniser knows least: 我是仁和口腔门诊的 comes back as 物事人和口腔文整的. A listener still
understands that a body was named, by what leads up to it (这里是, 我是, an opening that goes straight to the name, the
question who is calling), by the kind of body at the name's end (人寿, 口腔, 中心), by what follows (的 and a role,
提醒您, a pause), and by the room left for a name of a few syllables. Each part is compared by sound and is worth
points; no part is enough alone. The lists are in lexicons/zh_bodies.toml.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from pipeline.phrases import Sounds, match_copy

from .bodies_words import Spoken, body_words

# These belong in settings.py (CueSettings); chosen on the corpus' folds 2-4, as written and as heard.
ENOUGH_POINTS = 3.0  # lead + kind + tail from which a body counts as named
_SURE_POINTS = 5.0
_LEAST_WEIGHT, _MOST_WEIGHT = 0.75, 0.90  # a vote's weight at ENOUGH_POINTS, and from _SURE_POINTS on
_LONGEST_NAME = 9  # syllables before the kind of body
_SHORTEST_NAME = 2
_GREETED, _MID_CLAUSE = 0.4, 0.4  # points more for a frame that opens a clause, less for one that does not
_BARE = 1.2  # points of the lead that a kind of body needs more than, where no name stands before it
#: Points for an opening without a frame: the first words after "who is calling?", after a greeting, first words at all,
#: after the caller said who speaks, any other clause.
_ASKED, _AFTER_GREETING, _FIRST_WORDS, _WHO_SPEAKS, _CLAUSE = 1.6, 1.3, 1.1, 1.1, 0.4
#: Points for what follows a name: a pause, the end of the turn, a role at once, 小 or 这边, 的 and a pause, 的 and a
#: name, 的 and anything else.
_PAUSE, _LAST_WORDS, _ROLE, _HERE, _OF_PAUSE, _OF_NAME, _OF = 0.5, 0.6, 0.8, 0.6, 0.8, 1.0, 0.4
_OF_ANYTHING = "的 …"  # worth nothing after an opening that does not say who speaks: 手机银行的密码
_UNTOLD = ("greeting", "first words", "clause")
_LATER = 0.6  # share that is left of the points for a 的 up to three syllables on
_SOON = 12  # characters of a turn within which it still answers "who is calling?"
_SUBJECT = 0.5  # points for a whole unknown word between a greeting and what only a body says
_DOUBT = 0.6  # points less for a sign that names seldom have
_PARTICLES = "呀啊啦嘛哦喔哈呗呢"
_LONGER, _LONG = 0.1, 4  # points more for each syllable of a phrase after the second, up to so many
_BY_SOUND = 0.85  # what a phrase is worth that only sounds like itself

#: How unlike a part may sound: the cost of all its syllables together (phrases/sound.py), by their number.
_SLACK = {1: 0.0, 2: 0.20, 3: 0.45, 4: 0.75}
_SLACK_LONG = 0.90
_FRAME_SLACK = {1: 0.0, 2: 0.40, 3: 0.70, 4: 0.70, 5: 0.70}


class NamedBody(NamedTuple):
    """text[start:end] names a body. weight 0-1. detail: what it was recognised by."""

    start: int
    end: int
    weight: float
    detail: str


@dataclass(frozen=True)
class _Part:
    """A phrase heard at syllables [start, end). points: less for one heard badly."""

    phrase: str
    start: int
    end: int
    points: float


def garbled_bodies(text: str, breaks: frozenset[int]) -> list[NamedBody]:
    """Places of a Mandarin text where a body is named, free of overlap.

    breaks: offsets where another speaker begins.
    """
    copy = match_copy(text, "zh")
    sounds = Sounds(copy, breaks)
    kept: list[NamedBody] = []
    if not len(sounds):
        return kept
    heard = _Heard(copy, sounds, breaks)
    found = [*heard.by_kind(), *heard.by_role(), *heard.by_speech()]
    for body in sorted(found, key=lambda body: (-body.weight, body.start - body.end, body.start)):
        if all(body.end <= other.start or body.start >= other.end for other in kept):
            kept.append(body)
    return sorted(kept)


class _Heard:
    """One text's syllables, with everything of the lists that is heard in them."""

    def __init__(self, copy: str, sounds: Sounds, breaks: frozenset[int]) -> None:
        self._copy = copy
        self._sounds = sounds
        self._at = sounds.offsets
        self._breaks = sounds.is_break()
        self._turns = sorted({0, *breaks})
        self._edge = [self._begins_a_clause(place) for place in range(len(sounds))] + [True]
        lists = body_words()
        self._frames: dict[int, _Part] = {}  # the best, by where it ends
        for listed in lists.frames:
            for part in self._hear(listed, _FRAME_SLACK):
                _keep(self._frames, part.end, self._in_place(part))
        self._roles: dict[int, _Part] = {}  # the best, by where it starts
        self._speaks: dict[int, _Part] = {}
        for part in self._hear(lists.roles, _SLACK):
            _keep(self._roles, part.start, part)
        for listed in lists.speaks:
            for part in self._hear(listed, _SLACK):
                _keep(self._speaks, part.start, part)

    def by_kind(self) -> Iterator[NamedBody]:
        """A lead, a name, a kind of body, and what follows."""
        lists = body_words()
        for kind in (part for listed in lists.kinds for part in self._hear(listed, _SLACK)):
            written = self._written(kind.start, kind.end)
            if written != kind.phrase and (written in lists.homophones or lists.signs.search(written)):
                continue
            if kind.start in self._roles and self._roles[kind.start].end > kind.end:
                continue
            shortest = 0 if kind.phrase in lists.alone else _SHORTEST_NAME
            tail, followed = self._tail(kind.end)
            for first, lead, why in self._leads(kind.start, shortest):
                doubt = self._doubt(first, kind.start)
                if doubt is not None and (first < kind.start or lead > _BARE):
                    if followed == _OF_ANYTHING and why in _UNTOLD:
                        doubt += tail
                    points = lead + kind.points + tail - doubt
                    yield from self._named(first, kind.end, points, f"{why} + {kind.phrase} + {followed}")

    def by_role(self) -> Iterator[NamedBody]:
        """A frame or a greeting, a name of no kind, 的 and a role."""
        for role in self._roles.values():
            end = role.start - 1
            if end < 0 or self._edge[role.start] or not self._is_of(end):
                continue
            for first, lead, why in self._leads(end, _SHORTEST_NAME + 1):
                greeted = why == "greeting"
                if self._doubt(first, end) == 0.0 and (first in self._frames or greeted):
                    points = lead + role.points + (_SUBJECT if greeted else 0.0)
                    yield from self._named(first, role.end, points, f"{why} + 的 + {role.phrase}")

    def by_speech(self) -> Iterator[NamedBody]:
        """A greeting, a name of no kind, and what only a body does to whom it calls."""
        for speaks in self._speaks.values():
            for first, lead, why in self._leads(speaks.start, _SHORTEST_NAME + 1):
                doubt = self._doubt(first, speaks.start)
                if why == "greeting" and doubt == 0.0 and len(speaks.phrase) > 2:
                    points = lead + speaks.points + _SUBJECT
                    yield from self._named(first, speaks.start, points, f"{why} + {speaks.phrase}")

    def _named(self, first: int, end: int, points: float, detail: str) -> Iterator[NamedBody]:
        if points >= ENOUGH_POINTS:
            start = self._frames[first].start if first in self._frames else first
            share = min(1.0, (points - ENOUGH_POINTS) / (_SURE_POINTS - ENOUGH_POINTS))
            weight = round(_LEAST_WEIGHT + (_MOST_WEIGHT - _LEAST_WEIGHT) * share, 3)
            yield NamedBody(self._at[start], self._at[end - 1] + 1, weight, detail)

    def _hear(self, listed: Spoken, slack: Mapping[int, float]) -> Iterator[_Part]:
        """Every place at which a phrase of the list is heard within one clause."""
        for phrase, spoken in listed.phrases:
            length = len(spoken)
            places = len(self._sounds) - length + 1
            if places < 1:
                continue
            cost = np.sum([self._sounds.costs(sound)[i : i + places] for i, sound in enumerate(spoken)], axis=0)
            for start in np.flatnonzero(cost <= slack.get(length, _SLACK_LONG)).tolist():
                end = start + length
                if any(self._edge[start + 1 : end]):
                    continue
                like = 1.0 if self._written(start, end) == phrase else _BY_SOUND * (1.0 - float(cost[start]) / length)
                yield _Part(phrase, start, end, like * (listed.points + _LONGER * min(_LONG, length - 2)))

    def _in_place(self, frame: _Part) -> _Part:
        """A frame that opens a clause is worth more, one in the middle of words less."""
        opens = self._edge[frame.start] or body_words().greeting.search(self._before(frame.start))
        return replace(frame, points=frame.points + (_GREETED if opens else -_MID_CLAUSE))

    def _leads(self, end: int, shortest: int) -> Iterator[tuple[int, float, str]]:
        """Where a name that ends before syllable `end` may begin: (place, points, what leads up to it)."""
        for first in range(end, max(-1, end - _LONGEST_NAME - 1), -1):
            if first < end and (self._breaks[first] or self._edge[first + 1]):
                return
            if end - first < shortest:
                continue
            frame = self._frames.get(first)
            if frame is not None:
                yield first, frame.points, frame.phrase
            opening = self._opening(first)
            if opening is not None and (frame is None or opening[0] > frame.points):
                yield first, *opening

    def _opening(self, place: int) -> tuple[float, str] | None:
        """What an opening without a frame is worth; None in the middle of a clause."""
        before, lists = self._before(place), body_words()
        if lists.greeting.search(before) or lists.address.search(before):
            return (
                (_ASKED, "asked") if self._was_asked(place) and len(before) < _SOON else (_AFTER_GREETING, "greeting")
            )
        if not self._edge[place]:
            return None
        if not any(character.isalnum() for character in before):
            return (_ASKED, "asked") if self._was_asked(place) else (_FIRST_WORDS, "first words")
        who = lists.introduced.search(before) or self._was_introduced(place)
        return (_WHO_SPEAKS, "who speaks") if who else (_CLAUSE, "clause")

    def _was_introduced(self, place: int) -> bool:
        """Whether the words just before are a role and a name: 人工客服小王."""
        small = self._sounds.costs("xiao")[place - 2] == 0.0 if place > 2 else False
        return bool(small) and any(role.end == place - 2 for role in self._roles.values())

    def _tail(self, place: int) -> tuple[float, str]:
        """What the words from syllable `place` on say for a name before them."""
        if place in self._speaks:
            return self._speaks[place].points, self._speaks[place].phrase
        if self._edge[place]:
            return (_LAST_WORDS, "end of turn") if self._ends_a_turn(place) else (_PAUSE, "end")
        if self._copy[self._at[place]] in _PARTICLES and self._edge[place + 1]:
            return _PAUSE, "end"
        if self._is_of(place):
            return self._of(place + 1)
        if place in self._roles:
            return _ROLE, self._roles[place].phrase
        rest = self._written(place, place + 2)
        if rest[0] == "小" or rest in ("这边", "这里"):
            return _HERE, rest
        if body_words().goes_on.match(self._written(place, place + 3)):
            return body_words().goes_on_points, rest
        for later in range(place + 1, place + 4):
            if self._edge[later]:
                break
            if self._is_of(later) and not self._no_name(place, later):
                points, followed = self._of(later + 1)
                return _LATER * points, f"… {followed}"
        return 0.0, "…"

    def _of(self, place: int) -> tuple[float, str]:
        """What follows a 的."""
        if self._edge[place]:
            return _OF_PAUSE, "的"
        if place in self._roles:
            return self._roles[place].points, f"的 {self._roles[place].phrase}"
        if body_words().opens.match(self._written(place, place + 2)):
            return _OF_PAUSE, "的"
        return (_OF_NAME, "的 小") if self._copy[self._at[place]] in "小姓" else (_OF, _OF_ANYTHING)

    def _is_of(self, place: int) -> bool:
        """的, or what only sounds like it."""
        sounds_so = min(self._sounds.costs(syllable)[place] for syllable in ("de", "di")) == 0.0
        return bool(sounds_so) and self._copy[self._at[place]] not in "第低抵递"

    def _doubt(self, first: int, end: int) -> float | None:
        """Points against syllables [first, end) as a name, None where they are none."""
        if self._no_name(first, end):
            return None
        return _DOUBT * len(body_words().doubtful.findall(self._written(first, end)))

    def _no_name(self, first: int, end: int) -> bool:
        name, lists = self._written(first, end), body_words()
        return name in lists.generic or bool(lists.signs.search(name) or lists.never.search(name))

    def _written(self, start: int, end: int) -> str:
        end = min(end, len(self._at))
        return self._copy[self._at[start] : self._at[end - 1] + 1] if start < end else ""

    def _before(self, place: int) -> str:
        """What was said in the turn before syllable `place`."""
        return self._copy[self._turns[bisect_right(self._turns, self._at[place]) - 1] : self._at[place]]

    def _was_asked(self, place: int) -> bool:
        """Whether the turn before asks who is calling."""
        turn = bisect_right(self._turns, self._at[place]) - 1
        return turn > 0 and bool(body_words().asked.search(self._copy[self._turns[turn - 1] : self._turns[turn]]))

    def _ends_a_turn(self, place: int) -> bool:
        return place >= len(self._at) or bool(self._breaks[place])

    def _begins_a_clause(self, place: int) -> bool:
        if place == 0 or self._breaks[place] or self._breaks[place - 1]:
            return True
        return self._at[place] - self._at[place - 1] > 1


def _keep(parts: dict[int, _Part], place: int, part: _Part) -> None:
    """The part of most points at a place, the longer of equal ones."""
    known = parts.get(place)
    if known is None or (part.points, part.end - part.start) > (known.points, known.end - known.start):
        parts[place] = part
