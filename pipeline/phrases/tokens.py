"""spaCy's tokenizers, blank: one token a character in Mandarin, words with their norms in English."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_CONTRACTION = re.compile(r"[A-Za-z]+('[A-Za-z]+)+")
#: spaCy writes "i've" out as "i have", but leaves "could've" as it is. 'd and 's may each be two words and stay.
_WRITTEN_OUT = {"'ve": "have"}


@cache
def blank(language: str) -> Any:
    """The tokenizer and language data for "zh" or "en", without trained parts."""
    import spacy

    nlp = spacy.blank(language)
    if language == "en":
        _read_without_apostrophes(nlp)
    return nlp


def _read_without_apostrophes(nlp: Any) -> None:
    """Contractions as machine transcripts have them: "im", "hes", "couldve" get the norms of "i'm", "he's", "could've".

    spaCy splits such a form, mostly where it is no other word, but not always with those norms. What it leaves whole
    stays whole: were, well, hell, ill, shell, shed, its, lets, whore.
    """
    from spacy.symbols import NORM, ORTH

    split = dict(nlp.tokenizer.rules)
    for written in filter(_CONTRACTION.fullmatch, split):
        norms = [_WRITTEN_OUT.get(token.norm_, token.norm_) for token in nlp.make_doc(written)]
        for form in (written, written.replace("'", "")):
            parts = [token.text for token in nlp.make_doc(form)]
            if form in split and len(parts) == len(norms):
                nlp.tokenizer.add_special_case(
                    form, [{ORTH: part, NORM: norm} for part, norm in zip(parts, norms, strict=True)]
                )
