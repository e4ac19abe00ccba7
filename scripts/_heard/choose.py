"""Which utterances of the corpus are spoken: whole families, every label in proportion, weak ones topped up."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["TARGETS", "Utterance", "choose", "read_corpus"]

SEED = "heard-1"  # another seed draws other families
#: Utterances shared out in proportion to the corpus; topping up the weak labels makes 412 (zh) and 353 (en) of them.
TARGETS = {"zh": 315, "en": 200}
AT_LEAST = 12  # utterances a label
#: Parts of the corpus drawn from, by file name. A part added later would shift the draw, so it is named here by hand.
PARTS = ("a", "b")
#: Longest text, characters: about 12 s at 4 characters (zh) or 13 letters and spaces (en) a second.
LONGEST = {"zh": 48, "en": 155}
#: Signs of written Cantonese, which a Mandarin voice cannot read.
CANTONESE = frozenset("嘅唔冇㗎喇哋嚟咗啲睇揾搵剷佢係乜咩嗰喺啱攞畀俾嘢")


@dataclass(frozen=True)
class Utterance:
    """One line of the corpus. spans: as written there."""

    language: str
    role: str
    text: str
    before: str
    family: str
    region: str
    spans: tuple[dict[str, Any], ...] = field(compare=False)

    @property
    def key(self) -> str:
        """Stable while what is said stays the same; labels may be mended without a new recording."""
        said = "\n".join((self.language, self.role, self.before, self.text))
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def head(self) -> str:
        """The label the family was written for, or "none"."""
        return self.family.split("/")[0]

    @property
    def is_speakable(self) -> bool:
        """Short enough, and in a language that the voices have."""
        return len(self.text) <= LONGEST[self.language] and not CANTONESE & set(self.text)


def read_corpus(folder: Path, language: str, *, parts: Sequence[str] = PARTS) -> tuple[Utterance, ...]:
    """The lines of folder/<language>-<part>-*.jsonl, in the files' order."""
    files = sorted(file for part in parts for file in folder.glob(f"{language}-{part}-*.jsonl"))
    raw = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line]
    return tuple(
        Utterance(
            u["language"], u["role"], u["text"], u["before"], u["family"], u.get("region", "other"), tuple(u["spans"])
        )
        for u in raw
    )


def choose(utterances: Sequence[Utterance]) -> tuple[Utterance, ...]:
    """The draw for one language. Families come in an order whose every beginning is stratified too.

    Depends on the families' names and sizes only, so a mended label changes nothing. The label furthest behind its
    target is served next, with the family whose seeded hash is lowest.
    """
    speakable = [u for u in utterances if u.is_speakable]
    families: dict[str, list[Utterance]] = {}
    for utterance in speakable:
        families.setdefault(utterance.family, []).append(utterance)
    targets = _targets(speakable)
    waiting = {
        head: sorted((name for name in families if name.split("/")[0] == head), key=_draw, reverse=True)
        for head in targets
    }
    taken: Counter[str] = Counter()
    chosen: list[Utterance] = []
    while True:
        behind = [head for head in targets if taken[head] < targets[head] and waiting[head]]
        if not behind:
            return tuple(chosen)
        head = min(behind, key=lambda head: (taken[head] / targets[head], _draw(head)))
        family = families[waiting[head].pop()]
        chosen += family
        taken[head] += len(family)


def _targets(utterances: Sequence[Utterance]) -> dict[str, float]:
    sizes = Counter(utterance.head for utterance in utterances)
    share = {head: size / len(utterances) for head, size in sizes.items()}
    language = utterances[0].language
    return {head: max(AT_LEAST, share[head] * TARGETS[language]) for head in sorted(sizes)}


def _draw(name: str) -> str:
    return hashlib.sha256(f"{SEED}\n{name}".encode()).hexdigest()
