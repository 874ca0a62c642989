"""The store of feedback: what people said, kept whatever happens."""

import errno
import json
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from bot.feedback.store import (
    FEEDBACK_FILE,
    KEY_FILE,
    NOTE_LIMIT,
    Feedback,
    FeedbackError,
    NoRoomError,
    Receipt,
)
from bot.terminal.feedback_list import entry_object
from tests.support.judgements import ANN, BOB, DECLINED, RIGHT, WRONG
from tests.support.paths import ROOT


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


def test_what_one_person_said_is_deleted_from_the_file(feedback: Feedback) -> None:
    private = "a question that must be gone"
    row = feedback.add(replace(RIGHT, question=private), user=ANN, message=1).row
    feedback.note(row, user=ANN, text=f"note: {private}")
    feedback.add(WRONG, user=ANN, message=2)
    feedback.add(RIGHT, user=BOB, message=1)
    assert feedback.forget(ANN) == 2
    assert [entry.judgement for entry in feedback.list()] == [RIGHT]
    files = [file.read_bytes() for file in feedback.path.parent.iterdir()]
    assert not any(private.encode() in content for content in files)
    assert feedback.forget(ANN) == 0


def test_without_its_key_nobody_is_forgotten(feedback: Feedback, tmp_path: Path) -> None:
    assert Feedback(tmp_path / "nothing").forget(ANN) == 0
    feedback.add(RIGHT, user=ANN, message=1)
    key = feedback.path.with_name(KEY_FILE)
    key.unlink()
    with pytest.raises(FeedbackError, match="nobody can tell whose"):
        feedback.forget(ANN)
    assert not key.exists()
    assert len(feedback.list()) == 1


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
    assert feedback.add(WRONG, user=ANN, message=1) == Receipt(stored.row, changed=True)
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
    for name in (FEEDBACK_FILE, KEY_FILE):
        assert stat.S_IMODE((feedback.path.parent / name).stat().st_mode) == 0o600


def test_text_that_utf_8_cannot_hold_is_stored(feedback: Feedback) -> None:
    feedback.add(replace(RIGHT, question="half \ud83d of it"), user=ANN, message=1)
    assert feedback.list()[0].judgement.question == "half \ufffd of it"


def test_many_threads_judge_at_once(feedback: Feedback) -> None:
    with ThreadPoolExecutor(16) as pool:
        rows = list(pool.map(lambda n: feedback.add(RIGHT, user=n % 10, message=n % 5).row, range(40)))
    assert len(feedback.list()) == len(set(rows)) == 10


@pytest.mark.slow
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
    assert sorted(path.name for path in (tmp_path / "bot").iterdir()) == [KEY_FILE, FEEDBACK_FILE]


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
    with sqlite3.connect(tmp_path / FEEDBACK_FILE) as database:
        database.execute("CREATE TABLE cats (name TEXT)")
    database.close()
    before = (tmp_path / FEEDBACK_FILE).read_bytes()
    for use in (Feedback.open, lambda folder: Feedback(folder).list()):
        with pytest.raises(FeedbackError, match="another program's") as caught:
            use(tmp_path)
        assert "[discord] directory" in caught.value.remedy
    assert (tmp_path / FEEDBACK_FILE).read_bytes() == before


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
    (tmp_path / FEEDBACK_FILE).mkdir()
    with pytest.raises(FeedbackError, match=FEEDBACK_FILE):
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


def test_a_writer_that_hangs_is_reported(feedback: Feedback) -> None:
    hurried = Feedback(feedback.path.parent, patience=0.1)
    writer = sqlite3.connect(feedback.path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(FeedbackError, match="another process") as caught:
        hurried.add(RIGHT, user=ANN, message=1)
    assert caught.value.remedy
    writer.close()
    feedback.add(RIGHT, user=ANN, message=1)


def test_the_key_needs_no_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    feedback = Feedback.open(tmp_path)
    feedback.add(RIGHT, user=ANN, message=1)
    assert len((tmp_path / KEY_FILE).read_bytes()) == 64


def test_of_those_who_start_at_once_one_makes_the_key(tmp_path: Path) -> None:
    barrier = threading.Barrier(8)

    def start(message: int) -> int:
        barrier.wait()
        return Feedback.open(tmp_path).add(RIGHT, user=ANN, message=message % 2).row

    with ThreadPoolExecutor(8) as threads:
        rows = list(threads.map(start, range(8)))
    assert len(set(rows)) == 2, "all have the same key, so a person has one verdict on a message"
