"""A person corrects a call, and everything follows: evidence, verdicts, findings, page, index; and back again."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import jsonschema
import pytest

from pipeline.batch import Redrawn, redraw, scan
from pipeline.corrections import CORRECTIONS_FILE
from pipeline.corrections.stored import stored_settings
from pipeline.errors import CorrectionsError, EvidenceError
from pipeline.evidence import read_evidence, to_json
from pipeline.evidence.document import reading_mark
from pipeline.evidence.schema import SCHEMA_FILE
from pipeline.records import CallReport, VerdictWord
from pipeline.settings import CueSettings, JudgeSettings, LawSettings, Settings
from pipeline.speech.fake import FakeSpeech
from tests.recordings import PUSHY, conversation, quiet, write_wav

LAW = Settings(law=LawSettings(jurisdiction=("CN",), facts={"call_kind": "marketing", "line": "mobile"}))
CALLS_CSV = "file,voice,direction,started_at\na.wav,prerecorded,to_user,2026-05-01T12:00:00\n"
OTHER = conversation(("caller", "This is an automated message from Acme."), ("callee", "Take me off your list."))


def seller(settings: Settings) -> FakeSpeech:
    return FakeSpeech(PUSHY)


def someone_else(settings: Settings) -> FakeSpeech:
    return FakeSpeech(OTHER)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the recordings and, under out, what a scan made of them."""
    folder = tmp_path_factory.mktemp("scanned")
    write_wav(folder / "calls" / "a.wav", 31_000)
    (folder / "calls" / "calls.csv").write_text(CALLS_CSV, encoding="utf-8")
    scan([folder / "calls"], folder / "out", make_speech=seller, settings=LAW)
    return folder


@pytest.fixture
def place(scanned: Path, tmp_path: Path) -> Path:
    shutil.copytree(scanned, tmp_path / "place")
    return tmp_path / "place"


def evidence(place: Path) -> Path:
    return next((place / "out").glob("*/evidence.json"))


def report_in(place: Path) -> CallReport:
    return read_evidence(evidence(place))


def write_corrections(place: Path, entries: str, *, head: str | None = None) -> Path:
    """A corrections.toml beside the evidence, for its reading unless head says otherwise."""
    start = f'reading = "{reading_mark(report_in(place))}"\nby = "Li Hua"\n' if head is None else head
    path = evidence(place).with_name(CORRECTIONS_FILE)
    path.write_text(start + entries, encoding="utf-8")
    return path


def corrected(place: Path, entries: str) -> CallReport:
    write_corrections(place, entries)
    drawn = redraw(place / "out")
    assert drawn.refused == ()
    return report_in(place)


def words(report: CallReport) -> Mapping[str, VerdictWord]:
    return {verdict.obligation: verdict.verdict for verdict in report.verdicts}


def reason(report: CallReport, obligation: str) -> str:
    return next(verdict.reason.en for verdict in report.verdicts if verdict.obligation == obligation)


def cue_of(report: CallReport, label: str) -> str:
    return next(cue.id for cue in report.cues if cue.label == label)


def refused(drawn: Redrawn) -> CorrectionsError:
    (error,) = drawn.refused
    assert isinstance(error, CorrectionsError) and drawn.reports == {}
    return error


def files(place: Path) -> dict[str, bytes]:
    out = place / "out"
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.startswith(".")}


def test_what_the_machine_made_of_the_call_is_what_the_tests_below_start_from(place: Path) -> None:
    found = words(report_in(place))
    assert (found["bot_disclosure"], found["opt_out"]) == ("heard", "ignored")
    assert found["consent"] == "continued_after_refusal"
    assert {finding.obligation for finding in report_in(place).findings if finding.kind == "finding"}


def test_an_absence_after_a_rejected_cue_says_that_a_person_rejected_it(place: Path) -> None:
    before = report_in(place)
    after = corrected(place, f'[[reject]]\ncue = "{cue_of(before, "bot_disclosure")}"\nnote = "not said"\n')
    assert words(after)["bot_disclosure"] == "not_heard"
    said = reason(after, "bot_disclosure")
    assert "“This is an automated message from Acme Insurance”) for it; a person rejected that." in said
    assert "the machine alone had: “Heard”" in said
    assert after.machine is not None and after.machine.verdicts == before.verdicts
    assert (after.machine.cues, after.machine.findings) == (before.cues, before.findings)


def test_findings_follow_the_corrected_verdicts(place: Path) -> None:
    before = report_in(place)
    refusals = [cue.id for cue in before.cues if cue.label == "refusal"]
    after = corrected(place, "".join(f'[[reject]]\ncue = "{name}"\n' for name in refusals))
    assert words(after)["opt_out"] != "ignored" and words(after)["consent"] != "continued_after_refusal"
    assert not {"ignored", "continued_after_refusal"} & {finding.verdict for finding in after.findings}
    index = json.loads((place / "out" / "index.json").read_bytes())
    assert index["calls"][0]["verdicts"] == dict(words(after))
    assert index["calls"][0]["corrections"] == len(refusals)


def test_an_acceptance_that_a_person_heard_answers_the_request_before_it(place: Path) -> None:
    assert "asked to stop calling at 00:09.0" in reason(report_in(place), "opt_out")
    entry = '[[text]]\nturn = "t4"\ntext = "All right, we will not call you again."\n'
    after = corrected(place, entry)
    assert "optout_ack" in {cue.label for cue in after.cues}
    turn = after.transcript.turns[3]
    assert turn.text == "All right, we will not call you again."
    assert after.machine is not None and after.machine.transcript.turns[3].text == PUSHY.turns[3].text
    assert words(after)["opt_out"] == "ignored"  # the callee asks a second time, and the selling goes on
    assert "asked to stop calling at 00:21.0" in reason(after, "opt_out")


def test_swapping_the_speakers_swaps_who_said_what(place: Path) -> None:
    after = corrected(
        place,
        '[[role]]\nspeaker = "caller"\nrole = "callee"\n[[role]]\nspeaker = "callee"\nrole = "caller"\n',
    )
    assert {turn.role for turn in after.transcript.turns if turn.speaker == "caller"} == {"callee"}
    assert not {cue.label for cue in after.cues} & {"bot_disclosure", "marketing_pitch"}
    assert words(after)["opt_out"] != "ignored" and words(after)["consent"] != "continued_after_refusal"


def test_one_turn_given_to_the_other_side_keeps_the_names_of_all_other_cues(place: Path) -> None:
    before = {(cue.label, cue.turn_id, cue.quote): cue.id for cue in report_in(place).cues}
    after = corrected(place, '[[role]]\nturn = "t4"\nrole = "unknown"\n')
    kept = {(cue.label, cue.turn_id, cue.quote): cue.id for cue in after.cues if cue.turn_id != "t4"}
    assert kept == {key: name for key, name in before.items() if key[1] != "t4"}


def test_report_twice_gives_the_same_bytes_and_without_the_file_the_first_ones(place: Path) -> None:
    start = files(place)
    path = write_corrections(place, f'[[reject]]\ncue = "{cue_of(report_in(place), "refusal")}"\n')
    redraw(place / "out")
    first = files(place)
    redraw(place / "out")
    assert files(place) == first
    assert first != {**start, **{path.relative_to(place / "out").as_posix(): path.read_bytes()}}
    path.unlink()
    redraw(place / "out")
    assert files(place) == start


def test_keys_that_a_later_version_wrote_come_back_unchanged(place: Path) -> None:
    plain = json.loads(evidence(place).read_bytes())
    plain["signatures"] = ["x"]
    plain["cues"][0]["heard_by"] = 2
    original = (json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
    evidence(place).write_bytes(original)
    path = write_corrections(place, f'[[confirm]]\ncue = "{cue_of(report_in(place), "refusal")}"\n')
    redraw(place / "out")
    assert json.loads(evidence(place).read_bytes())["signatures"] == ["x"] and report_in(place).corrections
    path.unlink()
    redraw(place / "out")
    assert evidence(place).read_bytes() == original


def test_corrected_evidence_follows_the_schema_and_can_be_read_back(place: Path) -> None:
    after = corrected(place, f'[[confirm]]\ncue = "{cue_of(report_in(place), "refusal")}"\n[[add]]\nturn = "t6"\n'
                             'label = "asks_if_robot"\nquote = "I said"\n')  # fmt: skip
    content = evidence(place).read_bytes()
    jsonschema.Draft202012Validator(json.loads(SCHEMA_FILE.read_bytes())).validate(json.loads(content))
    assert to_json(after) == content
    assert {"corrections", "machine"} <= set(json.loads(content))


def test_corrections_without_entries_change_nothing(place: Path) -> None:
    before = evidence(place).read_bytes()
    write_corrections(place, "")
    redraw(place / "out")
    assert evidence(place).read_bytes() == before


def test_corrections_of_another_recording_or_reading_are_refused_and_nothing_is_written(place: Path) -> None:
    before = files(place)
    mark = reading_mark(report_in(place))
    entry = '[[reject]]\ncue = "c1"\n'
    for head, says in (
        (f'reading = "{mark}"\nsha256 = "{"0" * 64}"\n', "made for another recording"),
        ('reading = "000000000000"\n', f'made for the reading 000000000000(.|\n)*reading = "{mark}"'),
        ("", f'does not say which reading(.|\n)*reading = "{mark}"'),
        (f'reading = "{mark}"\n[[reject]]\ncue = "c99"\n', "there is no cue c99"),
    ):
        path = write_corrections(place, entry if "c99" not in head else "", head=head)
        assert re.search(says, str(refused(redraw(place / "out"))))
        assert files(place) == {**before, path.relative_to(place / "out").as_posix(): path.read_bytes()}
    right = f'reading = "{mark}"\nsha256 = "{report_in(place).recording.sha256}"\n'
    write_corrections(place, entry, head=right)
    assert redraw(place / "out").refused == ()


def test_a_call_that_could_not_be_examined_has_nothing_to_correct(tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "empty.wav").write_bytes(b"")
    scan([tmp_path / "calls"], tmp_path / "out", make_speech=quiet)
    write_corrections(tmp_path, '[[reject]]\ncue = "c1"\n')
    assert "empty.wav could not be examined" in str(refused(redraw(tmp_path / "out")))


def test_a_scan_of_what_is_finished_leaves_the_corrections_in_force(place: Path) -> None:
    corrected(place, f'[[reject]]\ncue = "{cue_of(report_in(place), "bot_disclosure")}"\n')
    before = files(place)
    summary = scan([place / "calls"], place / "out", make_speech=seller, settings=LAW)
    assert summary.already_done == 1 and files(place) == before


def test_hearing_the_same_again_applies_the_corrections_again(place: Path) -> None:
    corrected(place, f'[[reject]]\ncue = "{cue_of(report_in(place), "bot_disclosure")}"\n')
    before = files(place)
    summary = scan([place / "calls"], place / "out", make_speech=seller, settings=LAW, force=True)
    assert summary.unapplied == () and files(place) == before


def test_hearing_something_else_keeps_the_file_but_does_not_apply_it_to_other_words(place: Path) -> None:
    corrected(place, f'[[reject]]\ncue = "{cue_of(report_in(place), "bot_disclosure")}"\n')
    path = evidence(place).with_name(CORRECTIONS_FILE)
    written = path.read_bytes()
    summary = scan([place / "calls"], place / "out", make_speech=someone_else, settings=LAW, force=True)
    (message,) = summary.unapplied
    assert "heard anew" in message and str(path) in message
    assert path.read_bytes() == written
    assert report_in(place).machine is None and words(report_in(place))["bot_disclosure"] == "heard"
    assert "heard anew" in str(refused(redraw(place / "out")))


def test_the_settings_of_the_scan_judge_again_and_not_today_s(tmp_path: Path) -> None:
    write_wav(tmp_path / "calls" / "a.wav", 31_000)
    strict = Settings(
        judge=JudgeSettings(min_coverage=1.0, min_role_confidence=0.99),
        cues=CueSettings(min_confidence=0.6, trace_confidence=0.3),
    )
    scan([tmp_path / "calls"], tmp_path / "out", make_speech=seller, settings=strict)
    assert words(report_in(tmp_path))["opt_out"] != "ignored"
    after = corrected(tmp_path, f'[[confirm]]\ncue = "{cue_of(report_in(tmp_path), "refusal")}"\n')
    assert words(after)["opt_out"] != "ignored" and after.settings == strict.as_dict()


def test_settings_of_another_version_are_used_as_far_as_they_are_known_and_named() -> None:
    plain = Settings(judge=JudgeSettings(min_coverage=0.95)).as_dict()
    del plain["judge"]["opening_ms"]
    plain["judge"]["mood"] = 3
    plain["stars"] = {}
    settings, remarks = stored_settings(plain)
    assert settings.judge == JudgeSettings(min_coverage=0.95)
    assert remarks == (
        "stars is not known to this version",
        "judge.mood is not known to this version",
        "judge.opening_ms is today's default",
    )
    with pytest.raises(EvidenceError, match="min_coverage"):
        stored_settings({"judge": {"min_coverage": "high"}})


def test_settings_come_back_from_the_evidence_as_they_were() -> None:
    assert stored_settings(LAW.as_dict()) == (LAW, ())


def test_the_page_shows_who_changed_what_and_the_machine_s_reading_beside_it(place: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    write_corrections(
        place,
        f'[[reject]]\ncue = "{cue_of(report_in(place), "bot_disclosure")}"\nnote = "{hostile}"\n'
        '[[word]]\nturn = "t3"\nwas = "list"\nnow = "lists"\nby = "Wang Wei"\n',
    )
    redraw(place / "out")
    page = evidence(place).with_name("report.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<(style|script)>.*?</\1>|<[^>]*>", "", page, flags=re.DOTALL).split())
    for shown in (
        "What a person changed", "人工更正", "Li Hua", "Wang Wei", "words corrected by Wang Wei", "词语由Wang Wei更正",
        "The machine had:", "Stop calling me. Take me off your list.", "Take me off your lists",
    ):  # fmt: skip
        assert shown in text, shown
    assert re.search(r"Heard\s*听到\s*→\s*Not heard", text)
    assert hostile not in page and "&lt;img" in page
    index = (place / "out" / "index.html").read_text(encoding="utf-8")
    assert "corrected by a person" in index and "经人工更正" in index


def test_a_page_nobody_corrected_names_the_reading_turns_and_cues_for_who_wants_to(place: Path) -> None:
    report = report_in(place)
    page = evidence(place).with_name("report.html").read_text(encoding="utf-8")
    assert f'reading = "{reading_mark(report)}"' in page and "What a person changed" not in page
    for name in (*(turn.id for turn in report.transcript.turns), *(cue.id for cue in report.cues)):
        assert f'<span class="id">{name}</span>' in page
