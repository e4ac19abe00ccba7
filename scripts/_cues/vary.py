"""Copies of an utterance as a recogniser might have written it: the right sounds in other characters, no punctuation,
words lost. Offsets stay: every copy is as long as what it copies."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace

from pipeline.phrases import match_copy, syllable_cost, syllables

from .corpus import Utterance

__all__ = ["COPIES", "Homophones", "varied"]

COPIES = 2  # of every utterance
MISHEARD = (0.05, 0.25)  # share of the characters written with another of the same or nearly the same sound
NEAR = 0.15  # of those, how many are only nearly the same
NEAR_COST = 0.3  # what `syllable_cost` may be between the two
LOST = 0.05  # share of English words that are dropped
NO_PUNCTUATION = 0.5  # copies without any
_MARKS = re.compile(r"[^\w\s']")


class Homophones:
    """Characters by their sound, as often as they occur in `texts`."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._by_sound: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            copy = match_copy(text, "zh")
            for character, spoken in zip(copy, syllables(copy), strict=True):
                if "\u3400" <= character <= "\u9fff":
                    self._by_sound[spoken][character] += 1
        sounds = sorted(self._by_sound)
        self._near = {
            one: [other for other in sounds if other != one and syllable_cost(one, other) <= NEAR_COST]
            for one in sounds
        }

    def draw(self, spoken: str, rng: random.Random) -> str | None:
        if rng.random() < NEAR and self._near.get(spoken):
            spoken = rng.choice(self._near[spoken])
        found = self._by_sound.get(spoken)
        return rng.choices(list(found), list(found.values()))[0] if found else None


def varied(utterance: Utterance, homophones: Homophones, seed: str) -> Utterance:
    rng = random.Random(f"{seed} {utterance.key}")
    text = utterance.text
    if utterance.language == "zh":
        rate = rng.uniform(*MISHEARD)
        copy = match_copy(text, "zh")
        written = [
            (homophones.draw(spoken, rng) or character) if rng.random() < rate else character
            for character, spoken in zip(copy, syllables(copy), strict=True)
        ]
        text = "".join(written)
    else:
        text = re.sub(r"\S+", lambda word: " " * len(word[0]) if rng.random() < LOST else word[0], text)
        text = text if text.strip() else utterance.text
    if rng.random() < NO_PUNCTUATION:
        text = _MARKS.sub(" ", text)
    return replace(utterance, text=text if text.strip() else utterance.text)
