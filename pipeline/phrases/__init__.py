"""Phrases as data, found in text by words and, in Mandarin, by sound. Used wherever wording decides something."""

from .book import Hit, PhraseBook
from .normalise import CLAUSE_ENDS, match_copy
from .sound import Sounds, sound_parts, syllable_cost, syllables
from .syntax import Phrase, read_phrase
from .tokens import blank

__all__ = [
    "CLAUSE_ENDS",
    "Hit",
    "Phrase",
    "PhraseBook",
    "Sounds",
    "blank",
    "match_copy",
    "read_phrase",
    "sound_parts",
    "syllable_cost",
    "syllables",
]
