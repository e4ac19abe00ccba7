"""corrections.toml: what can be written there, and what is said about a slip of the pen."""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path

import pytest

from pipeline.corrections import Corrections, read_corrections
from pipeline.corrections.entries import Add, Confirm, FixRole, FixText, FixWord, Reject
from pipeline.errors import CorrectionsError


def written(folder: Path, text: str) -> Corrections:
    path = folder / "corrections.toml"
    path.write_text(text, encoding="utf-8")
    return read_corrections(path)


WHOLE = """
reading = "3f9a1c22b0d4"
by = "Li Hua"

[[reject]]
cue = "c4"
note = "她说的是人工智能"

[[reject]]
turn = "t2"
label = "human_offer"
by = "Wang"

[[confirm]]
cue = "c1"

[[add]]
turn = "t5"
label = "refusal"
level = 3
quote = "别再打了"

[[role]]
speaker = "speaker-1"
role = "callee"

[[text]]
turn = "t5"
text = "别再打了。"

[[word]]
turn = "t6"
was = "人功"
now = "人工"
nth = 2
"""


def test_every_kind_of_entry_is_read_with_its_author_and_its_line(tmp_path: Path) -> None:
    corrections = written(tmp_path, WHOLE)
    assert (corrections.reading, corrections.sha256) == ("3f9a1c22b0d4", None)
    kinds = [type(entry) for entry in corrections.entries]
    assert kinds == [Confirm, Reject, Reject, Add, FixRole, FixText, FixWord]
    reject, of_turn = (entry for entry in corrections.entries if isinstance(entry, Reject))
    assert (reject.cue, reject.by, reject.note) == ("c4", "Li Hua", "她说的是人工智能")
    assert (of_turn.turn, of_turn.label, of_turn.by) == ("t2", "human_offer", "Wang")
    assert reject.where.endswith("corrections.toml, line 5, [[reject]] number 1")
    assert of_turn.where.endswith("corrections.toml, line 9, [[reject]] number 2")


def test_an_empty_file_corrects_nothing(tmp_path: Path) -> None:
    assert written(tmp_path, "").entries == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[reject]\n", "not TOML"),
        ("[[rejct]]\ncue = 'c1'\n", "nothing here is called rejct.*\n.*Did you mean reject"),
        ("[reject]\ncue = 'c1'\n", r"\[reject\] is not a list.*\n.*two brackets"),
        ("\n\n[[reject]]\nque = 'c1'\n", "line 3, .*nothing here is called que.*\n.*Did you mean cue"),
        ("[[confirm]]\nnote = 'yes'\n", "cue is missing"),
        ("[[confirm]]\ncue = 4\n", "cue = 4: Input should be a valid string"),
        ("[[reject]]\nnote = 'which?'\n", "what is rejected is not clear"),
        ("[[reject]]\ncue = 'c1'\nturn = 't1'\nlabel = 'refusal'\n", "what is rejected is not clear"),
        ("[[reject]]\nturn = 't1'\n", "what is rejected is not clear"),
        ("[[role]]\nrole = 'callee'\n", "either a turn or a speaker"),
        ("[[role]]\nturn = 't1'\nrole = 'robot'\n", "role = 'robot': Input should be 'caller'"),
        ("[[add]]\nturn = 't1'\nlabel = 'refusal'\nquote = 'no'\n", "a refusal has a level"),
        ("[[add]]\nturn = 't1'\nlabel = 'asks_human'\nquote = 'no'\nlevel = 2\n", "a refusal has a level"),
        ("[[add]]\nturn = 't1'\nlabel = 'refusal'\nquote = 'no'\nlevel = 5\n", "level = 5"),
        ("[[text]]\nturn = 't1'\ntext = '  '\n", "text = '  '"),
        ("reading = 12\n", "reading = 12 is no text"),
    ],
)
def test_a_slip_is_named_with_its_place_and_what_to_do(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(CorrectionsError, match=says) as caught:
        written(tmp_path, text)
    assert str(tmp_path / "corrections.toml") in str(caught.value) and caught.value.tip


def test_a_file_in_another_encoding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "corrections.toml"
    path.write_bytes("by = '李'\n".encode("gb18030"))
    with pytest.raises(CorrectionsError, match="not UTF-8"):
        read_corrections(path)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_example_in_the_readme_is_one_that_can_be_read(page: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    lines = text[text.index("    reading = ") :].splitlines()
    example = itertools.takewhile(lambda line: not line or line.startswith("    "), lines)
    corrections = written(tmp_path, textwrap.dedent("\n".join(example)))
    assert [type(entry) for entry in corrections.entries] == [Reject, Add, FixRole, FixWord]
