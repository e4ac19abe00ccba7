"""The witness that reads names: whom a caller calls for, where wording alone cannot tell a body from a person or place.

Capitals show a name; a word such as "bank" or "department" shows a body where a recogniser wrote no capitals. English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .names_words import BODIES, COMPANIES, NO_BODIES, NO_PART

_IS = "(?: is|['’]?s)"
_GAP = r"[\t\x20,]+"  # between words said on; never a new line, which is another speaker
_GREETED = r"[\t\x20,.!]"


def _spaced(pattern: str) -> re.Pattern[str]:
    """The pattern, in capitals or not; each blank in it stands for any blanks."""
    return re.compile(pattern.replace(" ", r"[\t\x20]+"), re.IGNORECASE)


#: "this is Ann with, uh, Northway Systems", "calling on behalf of Alder Mobile", "a message from the Water Board"
_FROM = _spaced(
    rf"\b(?P<lead>this{_IS}|it{_IS}|here{_IS}|i am|i['’]?m|we are|we['’]re|my name{_IS}|the name{_IS}"
    r"|call(?:ing|er|s|ed)?|ringing|phoning|message|notice|reminder|speaking|reaching out|myself|your friends"
    r"|all of us)\b"
    rf"(?P<middle>(?:{_GAP}[\w'’&-]+){{0,5}}?){_GAP}(?P<by>on behalf of|over at|with|from|for|at|in|of)\b"
)
#: "this is Copperfield Receivables", "hello, first source recovery llc"
_IS_BODY = _spaced(
    rf"\b(?:this{_IS}|it{_IS}|here{_IS}|we are|we['’]re|welcome to|hello|hi|hiya|hey|good (?:morning|afternoon|evening)"
    rf"|greetings)\b{_GREETED}+(?:(?:there|again)\b{_GREETED}*)?"
)
#: What follows the name with which a turn begins: "Meridian customer care, this is Bernadette".
_ANSWERS = _spaced(
    rf"{_GREETED}+(?:this{_IS}|my name|calling|speaking|here|how (?:can|may)|what can|you['’]re speaking)\b"
)
#: "this is the last UPS notice", "your second and final Fedex notification"
_NOTICE = _spaced(
    rf"\b(?:this|here)(?:{_IS}| was)"
    r" (?:(?:a|an|the|your|our|final|last|first|second|third|urgent|important|and|one) ){1,4}"
    r"(?P<name>[\w&-]+(?: [\w&-]+)??)(?: [\w'’-]+){0,3}?"
    r" (?:notice|notification|message|call|reminder|alert|announcement|warning)\b"
)
#: Words right before a frame that make it a question, or somebody else's.
_NOT_SAID = _spaced(
    r"\b(?:am|is|are|was|were|may|can|could|did|do|does|have|who|whom|if|whether|when|not|never|you|get|got|gets"
    r"|getting|receive|received|receiving|missed|expect|expecting|had|left|return|returning|like)"
    r"(?: (?:a|an|the|your|this|that|my|any|phone))* $"
)
#: What follows initials that are the caller's: "This is CVS with", "it's ADT calling".
_GOES_ON = _spaced(rf"{_GAP}(?:with|calling|about|regarding|customer|support|here|reminding|letting)\b")
_FILLER = _spaced(
    r"(?:uh|um|er|erm|the|our|a company called|your (?:local|friendly)"
    r"|your (?:\w+ ){0,3}(?:provider|company|supplier|carrier|servicer))\b"
)
_SHOUTED = re.compile(r"^[^a-z\n]{12,}$", re.MULTILINE)  # a whole line in capitals: they tell nothing
_SPACE = re.compile(_GAP)
_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|[^\W_][\w&'’+-]*|&")
_ACRONYM = re.compile(r"(?:[A-Z]&?){2,6}\Z|(?:[A-Z]\.){2,}\Z")
_CALLING = {"calling", "calls", "called", "ringing", "phoning"}
_BEFORE = 40  # characters before a frame in which words turn it into something else
_MOST_WORDS = 7  # of a body's name
_MOST_AFTER = 2  # small words after capitals up to one that shows a body: "Meridian customer care"
_MOST_BEFORE = 5  # words before the one that shows a body, where there are no capitals


@dataclass(frozen=True)
class _Name:
    """words: as written. sure: one of them shows a body, so that it is neither a person nor a place."""

    words: tuple[str, ...]
    end: int
    sure: bool

    @property
    def says_body(self) -> bool:
        """Whether it can stand without words such as "from" before it."""
        return len(self.words) > 1 and any(_shows_body(word) for word in self.words)

    @property
    def is_initials(self) -> bool:
        """ "CVS", "AT&T": no word shouted, such as "NOT"."""
        return len(self.words) == 1 and 3 <= len(self.words[0]) <= 4 and _is_acronym(self.words[0])


def named_bodies(text: str) -> Iterator[tuple[int, int]]:
    """Spans (start, end) of text in which a caller names whom it calls for, in order of start."""
    text = _SHOUTED.sub(lambda line: _lowered(line[0]), text)
    yield from sorted({*_said_from(text), *_said_to_be(text), *_notices(text)})


def _lowered(text: str) -> str:
    """In lower case, every letter in its place."""
    return "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)


def _said_from(text: str) -> Iterator[tuple[int, int]]:
    position = 0
    while match := _FROM.search(text, position):
        position = match.start() + len(match["lead"])
        if _NOT_SAID.search(text, max(0, match.start() - _BEFORE), match.start()):
            continue
        name = _name_at(text, match.end())
        if name and (_plainly(match) or (name.sure and not _is_place(match))):
            yield match.start(), name.end
            position = name.end


def _plainly(match: re.Match[str]) -> bool:
    """Whether these words introduce a body even by a mere name.

    "A message for" names who is called, "I'm from" a place. Who calls for a mere name may mean either; it is taken for
    a body, since a name passed over becomes a wrong "not heard".
    """
    lead, by = match["lead"].lower(), " ".join(match["by"].lower().split())
    middle = match["middle"].lower().replace(",", " ").split()
    if by in ("in", "of"):
        return False
    if by == "for":
        return not middle if lead in _CALLING else bool(_CALLING & {*middle[-1:]})
    if not middle and (_is_place(match) or (by == "from" and lead.startswith("i"))):
        return False
    return not (lead == "speaking" and by in ("with", "at"))


def _is_place(match: re.Match[str]) -> bool:
    """ "I'm at the bank", "it's in the office": where somebody or something is."""
    somebody = match["lead"].lower().startswith(("your", "all"))  # "your friends at", "all of us at"
    return match["by"].lower() in ("at", "in") and not match["middle"].strip(" ,") and not somebody


def _said_to_be(text: str) -> Iterator[tuple[int, int]]:
    for match in _IS_BODY.finditer(text):
        if _NOT_SAID.search(text, max(0, match.start() - _BEFORE), match.start()):
            continue
        name = _name_at(text, match.end())
        if name and (name.says_body or (name.is_initials and _GOES_ON.match(text, name.end))):
            yield match.start(), name.end
    for line in re.finditer(r"[^\n]+", text):
        name = _name_at(text, line.start(), hesitating=False)
        if name and name.says_body and _ANSWERS.match(text, name.end):
            yield line.start(), name.end


def _notices(text: str) -> Iterator[tuple[int, int]]:
    for match in _NOTICE.finditer(text):
        words = match["name"].split()
        if any(word.lower() in COMPANIES or (_ACRONYM.match(word) and word.lower() not in NO_BODIES) for word in words):
            yield match.span()


def _name_at(text: str, start: int, *, hesitating: bool = True) -> _Name | None:
    """The name of a body that begins at start, after what hesitates."""
    position = start
    while hesitating:
        gap = _SPACE.match(text, position)
        filler = _FILLER.match(text, gap.end() if gap else position)
        if not filler:
            break
        position = filler.end()
    words, ends = _run(text, position)
    return _capitals(words, ends) or _lower_case(words, ends)


def _run(text: str, start: int) -> tuple[list[str], list[int]]:
    """The words from start to the end of the clause, a few."""
    words: list[str] = []
    ends: list[int] = []
    gap = _SPACE.match(text, start)
    position = gap.end() if gap else start
    while len(words) < _MOST_WORDS and (word := _WORD.match(text, position)):
        words.append(word[0])
        ends.append(word.end())
        position = word.end()
        if position >= len(text) or text[position] not in " \t":
            break
        while position < len(text) and text[position] in " \t":
            position += 1
    return words, ends


def _capitals(words: list[str], ends: list[int]) -> _Name | None:
    """Words with capitals, joined by small ones."""
    count = 0
    for number, word in enumerate(words):
        if word[0].isupper() or (count and word[0].isdigit()):
            count = number + 1
        elif word.lower() not in ("and", "of", "the", "&", "for") or count != number:
            break
    if not count:
        return None
    for number, word in enumerate(words[count : count + _MOST_AFTER], count):
        if word.lower() in NO_PART:
            break
        if _shows_body(word):
            count = number + 1
            break
    named = words[:count]
    if named[0].lower().strip("'’") in NO_BODIES and not any(_shows_body(word) for word in named[1:]):
        return None
    sure = any(_shows_body(word) for word in named) or any(_is_acronym(word) for word in named)
    return _Name(tuple(named), ends[count - 1], sure)


def _lower_case(words: list[str], ends: list[int]) -> _Name | None:
    """Words up to the last one that shows a body, none of which breaks off a name."""
    count = 0
    for number, word in enumerate(words[: _MOST_BEFORE + 1]):
        if word.lower() in NO_PART:
            break
        if _shows_body(word):
            count = number + 1
    if count < 2 and not (count and words[0].lower() in COMPANIES):  # "the bank" names none
        return None
    return _Name(tuple(words[:count]), ends[count - 1], True)


def _shows_body(word: str) -> bool:
    return word.lower().removesuffix("'s").removesuffix("’s") in BODIES or word.lower() in COMPANIES


def _is_acronym(word: str) -> bool:
    return bool(_ACRONYM.match(word)) and word.lower().replace(".", "") not in NO_BODIES
