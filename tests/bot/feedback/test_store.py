import json
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.feedback.export import Export, export
from bot.feedback.store import (
    FILE,
    KEY_FILE,
    NOTE_LIMIT,
    Feedback,
    FeedbackError,
    Judgement,
    NoRoomError,
    Stored,
)
from bot.terminal.feedback_list import entry_object
from index.evaluation.gold_questions import read_questions
from tests.support.homes import ROOT, Home

SENTENCE = "The centre of the cluster is kept at about 35 degrees Celsius."
RIGHT = Judgement(
    right=True,
    question="How warm is the cluster?",
    answer="35 degrees Celsius",
    index="0123abcd",
    article="notes/bees",
    sentence=SENTENCE,
)
WRONG = replace(RIGHT, right=False)
DECLINED = Judgement(right=True, question="What is the price of bitcoin?", answer=None, index="0123abcd")
ANN, BOB = 111222333444555666, 777888999000111222


@pytest.fixture
def feedback(tmp_path: Path) -> Feedback:
    return Feedback.open(tmp_path / "bot")


def test_a_judgement_is_read_as_it_was_stored(feedback: Feedback) -> None:
    whole = replace(RIGHT, asked_in="notes/bees", question="Wie „warm“ ist’s?\n\0")
    row = feedback.add(whole, user=ANN, message=1).row
    assert feedback.add(DECLINED, user=ANN, message=2).row > row
    first, second = feedback.list()
    assert (first.row, first.judgement, first.note) == (row, whole, None)
    assert second.judgement == DECLINED
    assert first.judged <= second.judged
    assert len(first.judged) == len("2026-01-01T00:00:00Z")


def test_it_is_still_there_in_another_process(feedback: Feedback) -> None:
    feedback.add(RIGHT, user=ANN, message=1)
    again = Feedback.open(feedback.path.parent)
    assert [entry.judgement for entry in again.list()] == [RIGHT]
    again.add(WRONG, user=ANN, message=1)  # the key is the same, so the person is known
    assert [entry.judgement for entry in feedback.list()] == [WRONG]


def test_a_person_has_one_verdict_on_a_message(feedback: Feedback) -> None:
    row = feedback.add(RIGHT, user=ANN, message=1).row
    assert feedback.add(replace(WRONG, index="ffff"), user=ANN, message=1).row == row
    (entry,) = feedback.list()
    assert (entry.judgement.right, entry.judgement.index) == (False, "ffff")
    feedback.add(RIGHT, user=BOB, message=1)
    feedback.add(RIGHT, user=ANN, message=2)
    assert len(feedback.list()) == 3


def test_a_note_goes_with_the_verdict_that_it_was_written_to(feedback: Feedback) -> None:
    stored = feedback.add(RIGHT, user=ANN, message=1)
    assert not stored.changed
    assert feedback.note(stored.row, user=ANN, text="It says so.")
    assert feedback.add(RIGHT, user=ANN, message=1) == stored  # the same once more
    assert feedback.list()[0].note == "It says so."
    assert feedback.add(WRONG, user=ANN, message=1) == Stored(stored.row, changed=True)
    assert feedback.list()[0].note is None
    assert feedback.note(stored.row, user=ANN, text="It does not.")
    assert not feedback.add(RIGHT, user=BOB, message=1).changed  # another's verdict is another's
    assert [entry.note for entry in feedback.list()] == ["It does not.", None]


def test_only_who_judged_can_add_a_note(feedback: Feedback) -> None:
    row = feedback.add(RIGHT, user=ANN, message=1).row
    assert not feedback.note(row, user=BOB, text="Mine!")
    assert not feedback.note(row + 1, user=ANN, text="Elsewhere.")
    assert not feedback.note(10**30, user=ANN, text="Nowhere.")
    assert feedback.list()[0].note is None
    assert feedback.note(row, user=ANN, text="a" * (NOTE_LIMIT + 1))
    assert feedback.note(row, user=ANN, text="b" * (NOTE_LIMIT + 1))
    assert feedback.list()[0].note == "b" * NOTE_LIMIT


def test_neither_people_nor_messages_can_be_told(feedback: Feedback) -> None:
    row = feedback.add(RIGHT, user=ANN, message=987654321987654321).row
    feedback.note(row, user=ANN, text="Well.")
    stored = b"".join(path.read_bytes() for path in feedback.path.parent.iterdir())
    for number in (ANN, 987654321987654321):
        assert str(number).encode() not in stored
        assert number.to_bytes(8, "big") not in stored
    assert str(ANN) not in json.dumps(list(map(entry_object, feedback.list())))
    (feedback.path.parent / KEY_FILE).unlink()  # then nobody is known any more
    assert not feedback.note(row, user=ANN, text="Again.")
    for name in (FILE, KEY_FILE):
        assert stat.S_IMODE((feedback.path.parent / name).stat().st_mode) == 0o600


def test_text_that_utf_8_cannot_hold_is_stored(feedback: Feedback) -> None:
    feedback.add(replace(RIGHT, question="half \ud83d of it"), user=ANN, message=1)
    assert feedback.list()[0].judgement.question == "half \ufffd of it"


def test_many_threads_judge_at_once(feedback: Feedback) -> None:
    with ThreadPoolExecutor(16) as pool:
        rows = list(pool.map(lambda n: feedback.add(RIGHT, user=n % 10, message=n % 5).row, range(40)))
    assert len(feedback.list()) == len(set(rows)) == 10


def test_many_processes_start_and_judge_at_once(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from bot.feedback.store import Feedback, Judgement\n"
        "feedback = Feedback.open(Path(sys.argv[1]))\n"
        "for message in range(20):\n"
        "    feedback.add(Judgement(True, 'Why?', 'So.', 'x'), user=7, message=message)\n"
        "    feedback.add(Judgement(True, 'Why?', 'So.', 'x'), user=int(sys.argv[2]), message=message)\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "bot")]
    shards = [subprocess.Popen([*command, str(100 + n)], cwd=ROOT) for n in range(4)]
    assert [shard.wait(60) for shard in shards] == [0, 0, 0, 0]
    assert len(Feedback(tmp_path / "bot").list()) == 20 + 4 * 20  # they share the key, so 7 is one person
    assert sorted(path.name for path in (tmp_path / "bot").iterdir()) == [KEY_FILE, FILE]


def test_nothing_is_made_by_reading(tmp_path: Path) -> None:
    assert Feedback(tmp_path / "bot").list() == []
    assert not (tmp_path / "bot").exists()


def test_a_damaged_file_is_named_and_left_alone(feedback: Feedback) -> None:
    for message in range(10):
        feedback.add(replace(RIGHT, question="Why? " * 1000), user=ANN, message=message)
    whole = feedback.path.read_bytes()
    for damaged in (b"not a database at all" * 100, whole[: len(whole) // 2], whole[:100] + b"\xff" * 8000):
        feedback.path.write_bytes(damaged)
        with pytest.raises(FeedbackError, match="is damaged"):
            Feedback.open(feedback.path.parent)
        with pytest.raises(FeedbackError, match="is damaged"):
            feedback.add(RIGHT, user=BOB, message=1)
        assert feedback.path.read_bytes() == damaged


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE) as database:
        database.execute("CREATE TABLE cats (name TEXT)")
    database.close()
    before = (tmp_path / FILE).read_bytes()
    for use in (Feedback.open, lambda folder: Feedback(folder).list()):
        with pytest.raises(FeedbackError, match="another program's") as caught:
            use(tmp_path)
        assert "[discord] directory" in caught.value.remedy
    assert (tmp_path / FILE).read_bytes() == before


def test_a_newer_versions_file_is_left_alone(feedback: Feedback) -> None:
    feedback.add(RIGHT, user=ANN, message=1)
    with sqlite3.connect(feedback.path) as database:
        database.execute("PRAGMA user_version = 2")
    database.close()
    with pytest.raises(FeedbackError, match="another version of Footnote"):
        feedback.add(WRONG, user=ANN, message=1)


def test_a_damaged_key_is_named(feedback: Feedback) -> None:
    (feedback.path.parent / KEY_FILE).write_bytes(b"")
    with pytest.raises(FeedbackError, match=KEY_FILE):
        feedback.add(RIGHT, user=ANN, message=1)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FeedbackError, match="file"):
        Feedback.open(tmp_path / "file" / "bot")
    (tmp_path / FILE).mkdir()
    with pytest.raises(FeedbackError, match=FILE):
        Feedback.open(tmp_path)


def test_a_full_disk_keeps_what_there_is(feedback: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    feedback.add(RIGHT, user=ANN, message=1)
    connect = sqlite3.connect

    def connect_without_room(*arguments: object, **options: object) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        database.execute("PRAGMA max_page_count = 1")  # SQLite takes that as the disk's end
        return database

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_without_room)
        with pytest.raises(NoRoomError, match="the disk is full"):
            feedback.add(replace(RIGHT, question="a" * 100_000), user=BOB, message=1)
    assert [entry.judgement for entry in feedback.list()] == [RIGHT]


def test_a_writer_that_hangs_is_said(feedback: Feedback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.feedback.store._WAIT", 0.1)
    writer = sqlite3.connect(feedback.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(FeedbackError, match="another process") as caught:
        feedback.add(RIGHT, user=ANN, message=1)
    assert caught.value.remedy
    writer.close()
    feedback.add(RIGHT, user=ANN, message=1)


def exported(*judgements: Judgement) -> Export:
    from bot.feedback.store import Entry

    return export(Entry(row, "2026-01-01T00:00:00Z", None, it) for row, it in enumerate(judgements, 1))


def test_what_was_right_is_exported_as_an_eval_file(tmp_path: Path) -> None:
    narrowed = replace(RIGHT, question="Why?", asked_in="notes/bees")
    found = exported(RIGHT, WRONG, RIGHT, DECLINED, narrowed)
    file = tmp_path / "judged.jsonl"
    file.write_text(found.lines, "utf-8")
    bees, bitcoin, why = read_questions(file)
    assert (bees.id, bees.question, bees.answerable) == ("feedback-1", RIGHT.question, True)
    assert (bees.gold_sentences, bees.gold_answer, bees.article) == ((SENTENCE,), RIGHT.answer, None)
    assert (bitcoin.answerable, bitcoin.gold_sentences, bitcoin.gold_answer) == (False, (), None)
    assert why.article == "notes/bees"
    assert found.counts == {"questions": 3, "wrong": 1, "disputed": 0, "changed": 0}


def test_what_as_many_call_wrong_is_not_exported() -> None:
    found = exported(RIGHT, WRONG, replace(WRONG, question="Other?"))
    assert (found.questions, found.wrong, found.disputed) == ((), 2, 1)


def test_an_answer_whose_sentence_changed_is_not_exported() -> None:
    found = exported(replace(RIGHT, sentence=None, article=None), replace(WRONG, sentence=None))
    assert (found.questions, found.wrong, found.changed) == ((), 1, 1)


def test_right_answers_to_one_question_are_one_question() -> None:
    other = replace(RIGHT, question="how WARM is  the cluster?", sentence="It is 35 °C.", answer="35 °C")
    found = exported(RIGHT, other, replace(DECLINED, question=RIGHT.question))
    (gold,) = found.questions
    assert gold.gold_sentences == (SENTENCE, "It is 35 °C.")
    assert (gold.gold_answer, gold.answerable, found.disputed) == ("35 °C", True, 1)


@pytest.mark.parametrize("answer", [SENTENCE, "35 degrees Cel…"])
def test_a_gold_answer_is_a_span_of_the_sentence(answer: str) -> None:
    (gold,) = exported(replace(RIGHT, answer=answer)).questions
    assert (gold.gold_sentences, gold.gold_answer) == ((SENTENCE,), None)


@pytest.fixture
def judged(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.config.write_text("")
    feedback = Feedback.open(tmp_path / ".footnote-bot")
    row = feedback.add(RIGHT, user=ANN, message=1).row
    feedback.note(row, user=ANN, text="Nice\x1b[31m.")
    feedback.add(replace(WRONG, question="Why?", sentence=None, answer="So."), user=ANN, message=2)
    feedback.add(replace(DECLINED, right=False), user=ANN, message=3)
    return home


def test_the_command_lists_feedback(judged: Home) -> None:
    run = judged.footnote("feedback")
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[0] == "1 right, 2 wrong"
    assert lines[2].startswith("right, 20")
    assert lines[3:6] == [
        "  asked  How warm is the cluster?",
        "  said   35 degrees Celsius (notes/bees)",
        "  note   Nice\ufffd[31m.",
    ]
    assert lines[-1] == "  said   The articles do not say."


def test_the_command_lists_feedback_as_json(judged: Home) -> None:
    first, *others = judged.footnote("feedback", "--json").json
    assert first.pop("judged").endswith("Z")
    assert first == {
        "id": "feedback-1",
        "right": True,
        "note": "Nice\x1b[31m.",
        "question": RIGHT.question,
        "answer": RIGHT.answer,
        "asked_in": None,
        "article": "notes/bees",
        "sentence": SENTENCE,
        "index": "0123abcd",
    }
    assert len(others) == 2


def test_the_command_lists_nothing_where_nothing_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_text("")
    assert home.footnote("feedback").out == f"no verdicts yet in {tmp_path / '.footnote-bot' / FILE}\n"
    assert home.footnote("feedback", "--json").out == "[]\n"
    assert list(tmp_path.iterdir()) == [home.config]


def test_the_command_exports_what_eval_reads(judged: Home) -> None:
    file = judged.folder / "judged.jsonl"
    run = judged.footnote("feedback", "--export", str(file))
    assert (run.code, run.err) == (0, "")
    assert run.out == "exported 1 question\nleft out: 2 wrong, 0 disputed, 0 of changed articles\n"
    assert [gold.gold_sentences for gold in read_questions(file)] == [(SENTENCE,)]
    run = judged.footnote("feedback", "--json", "--export", str(file))
    assert run.json == {"questions": 1, "wrong": 2, "disputed": 0, "changed": 0}
    for options in ((), ("--json",)):
        run = judged.footnote("feedback", *options, "--export", "-")
        assert run.out == file.read_text("utf-8")
        assert run.err == "left out: 2 wrong, 0 disputed, 0 of changed articles\n"
    assert judged.footnote("-q", "feedback", "--export", "-").err == ""


def test_an_export_of_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_text("")
    file = tmp_path / "judged.jsonl"
    file.write_text("dear\n")
    run = home.footnote("feedback", "--export", str(file))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: there is no question to export\n  Verdicts that were left out: 0 wrong")
    assert file.read_text() == "dear\n"


def test_an_export_that_cannot_be_written_is_said(judged: Home) -> None:
    run = judged.footnote("feedback", "--export", str(judged.folder / "no" / "judged.jsonl"))
    assert run.code == 1
    assert "judged.jsonl" in run.err
    assert "Traceback" not in run.err


def test_a_damaged_file_is_named_by_the_command(judged: Home) -> None:
    file = judged.folder / ".footnote-bot" / FILE
    file.write_bytes(b"nonsense" * 100)
    run = judged.footnote("feedback")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: {file} is damaged\n  Move it away")
