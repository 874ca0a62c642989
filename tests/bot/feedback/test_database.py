"""Feedback in the database: the same as in a file, apart for each server, and nothing lost or doubled."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.feedback.database import StoredFeedback
from bot.feedback.places import FeedbackStore
from bot.feedback.store import NOTE_LIMIT, Feedback, FeedbackError, NoRoomError, Receipt
from bot.feedback.unanswered import UnansweredQuestions
from index.storage.postgres.database import Connection, Database
from index.storage.postgres.publishing import delete_library
from tests.support.judgements import ANN, BOB, DECLINED, RIGHT, WRONG
from tests.support.postgres_server import PASSWORD, Server

ONE, OTHER = 1098273645546372819, 42
MOON = "Who owns the moon?"


@pytest.fixture
def database(database_url: str) -> Database:
    return Database(database_url, wait=30)


def opened(database: Database, tenant: int = 0) -> StoredFeedback:
    feedback = StoredFeedback(database, tenant, f"postgresql://me:{PASSWORD}@host/x")
    feedback.make()
    return feedback


@pytest.fixture(params=["file", "database"])
def feedback(request: pytest.FixtureRequest, tmp_path: Path) -> FeedbackStore:
    """The feedback in either place, without anything in it."""
    if request.param == "file":
        return Feedback.open(tmp_path / "bot")
    return opened(request.getfixturevalue("database"))


def test_judgements_are_read_as_they_were_stored(feedback: FeedbackStore) -> None:
    whole = replace(RIGHT, asked_in="notes/bees", question="Wie „warm“ ist’s?\n")
    row = feedback.add(whole, user=ANN, message=1).row
    assert feedback.add(replace(DECLINED, question="half \ud83d of it"), user=ANN, message=2).row > row
    first, second = feedback.list()
    assert (first.row, first.judgement, first.note) == (row, whole, None)
    assert second.judgement == replace(DECLINED, question="half \ufffd of it")
    assert first.message != second.message
    assert len(first.judged) == len("2026-01-01T00:00:00Z")


def test_a_person_has_one_verdict_on_a_message_and_its_note(feedback: FeedbackStore) -> None:
    stored = feedback.add(RIGHT, user=ANN, message=1)
    assert not stored.changed
    assert feedback.note(stored.row, user=ANN, text="a" * (NOTE_LIMIT + 1))
    assert feedback.add(RIGHT, user=ANN, message=1) == stored
    assert feedback.list()[0].note == "a" * NOTE_LIMIT
    assert feedback.add(WRONG, user=ANN, message=1) == Receipt(stored.row, changed=True)
    assert feedback.list()[0].note is None
    assert not feedback.add(RIGHT, user=BOB, message=1).changed
    assert not feedback.note(stored.row, user=BOB, text="Mine!")
    assert not feedback.note(10**30, user=ANN, text="Nowhere.")
    assert [entry.judgement.right for entry in feedback.list()] == [False, True]


def test_what_a_person_said_is_forgotten(feedback: FeedbackStore) -> None:
    feedback.add(RIGHT, user=ANN, message=1)
    feedback.add(WRONG, user=ANN, message=2)
    feedback.add(RIGHT, user=BOB, message=1)
    assert feedback.forget(ANN) == 2
    assert feedback.forget(ANN) == 0
    assert [entry.judgement for entry in feedback.list()] == [RIGHT]


@pytest.fixture
def of_two_questions(
    feedback: FeedbackStore, request: pytest.FixtureRequest, tmp_path: Path
) -> FeedbackStore:
    """The same feedback, opened so that two unanswered questions are kept."""
    if isinstance(feedback, Feedback):
        return Feedback(tmp_path / "bot", most_questions=2)
    return StoredFeedback(request.getfixturevalue("database"), 0, "", most_questions=2)


def test_unanswered_questions(feedback: FeedbackStore, of_two_questions: FeedbackStore) -> None:
    unanswered = UnansweredQuestions(feedback, 90)
    assert unanswered.list() == []
    for question in (MOON, "Why \ud83d?", "Who?"):
        unanswered.add(question)
    assert [each.question for each in unanswered.list()] == ["Who?", "Why \ufffd?", MOON]
    feedback.add_question("2020-01-01T00:00:00Z", "Old?", "2019-01-01T00:00:00Z")
    assert next(each.question for each in UnansweredQuestions(feedback, 36500).list()) == "Old?"
    assert [each.question for each in unanswered.list()] == ["Who?", "Why \ufffd?", MOON]
    assert unanswered.delete_expired() == 1
    UnansweredQuestions(of_two_questions, 90).add("The latest?")
    assert [each.question for each in unanswered.list()] == ["The latest?", "Who?"]
    assert unanswered.forget() == 2
    assert UnansweredQuestions(feedback, 0).delete_expired() == 0


def test_many_threads_judge_at_once(feedback: FeedbackStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda n: feedback.add(RIGHT, user=n % 10, message=n % 5).row, range(40)))
    assert len(feedback.list()) == len(set(rows)) == 10


def test_machines_share_it_and_its_key(database: Database, database_url: str) -> None:
    with ThreadPoolExecutor(4) as machines:  # which start at once
        stores = list(machines.map(lambda _: opened(Database(database_url, wait=30)), range(4)))
    for right, store in zip((True, False, True, False), stores, strict=True):
        store.add(replace(RIGHT, right=right), user=ANN, message=1)
    (entry,) = stores[0].list()
    assert not entry.judgement.right


def test_a_server_sees_its_own_alone(database: Database) -> None:
    own, other, common = opened(database, ONE), opened(database, OTHER), opened(database)
    own.add(RIGHT, user=ANN, message=1)
    UnansweredQuestions(own, 90).add(MOON)
    for store in (other, common):
        assert store.list() == []
        assert UnansweredQuestions(store, 90).list() == []
        assert store.forget(ANN) == 0
    keys = {database.query(tenant, "SELECT key FROM feedback_keys")[0] for tenant in (ONE, OTHER, 0)}
    assert len(keys) == 3
    with database.writing(ONE, "articles", 0) as connection:
        delete_library(connection, ONE)  # the server was left
    assert own.list() == []
    assert UnansweredQuestions(own, 90).list() == []


def test_neither_people_nor_messages_nor_passwords_can_be_told(database: Database) -> None:
    store = opened(database)
    store.add(RIGHT, user=ANN, message=987654321987654321)
    stored = str(database.query(0, "SELECT feedback::text FROM feedback"))
    assert str(ANN) not in stored
    assert "987654321987654321" not in stored
    assert store.place == "postgresql://me:***@host/x"


def test_before_anything_is_stored(database: Database) -> None:
    store = StoredFeedback(database, 0, "")
    assert store.list() == []
    assert store.forget(ANN) == 0
    assert UnansweredQuestions(store, 90).forget() == 0


@pytest.mark.parametrize(("state", "kind"), [("53100", NoRoomError), ("25006", FeedbackError)])
def test_a_database_that_cannot_be_written(
    database: Database, database_url: str, state: str, kind: type[Exception]
) -> None:
    store = opened(database)
    store.add(RIGHT, user=ANN, message=1)
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "CREATE FUNCTION footnote.refused() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{state}'; END$$"
        )
        connection.execute(
            "CREATE TRIGGER refused BEFORE INSERT OR UPDATE ON footnote.feedback"
            " EXECUTE FUNCTION footnote.refused()"
        )
    with pytest.raises(kind) as caught:
        store.add(WRONG, user=ANN, message=1)
    assert type(caught.value) is kind
    assert [entry.judgement for entry in store.list()] == [RIGHT]


def test_a_schema_of_a_newer_version_is_left_alone(database: Database, database_url: str) -> None:
    store = opened(database)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE footnote.schema_version SET version = 99")
    with pytest.raises(FeedbackError, match="newer version of Footnote"):
        store.make()
    with pytest.raises(FeedbackError, match="newer version of Footnote"):
        store.list()


@pytest.mark.slow
@pytest.mark.parametrize("at", ["before", "after"])
def test_a_server_killed_around_a_commit_stores_it_once(
    killable_server: Server, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whether or not the first try was stored, what people said is there once in the end."""
    database = Database(killable_server.database(), wait=120)
    store = opened(database)
    transaction, kills = psycopg.Connection.transaction, [1]

    def restart() -> None:
        killable_server.kill()
        killable_server.start()

    @contextmanager
    def killed(connection: Connection) -> Iterator[psycopg.Transaction]:
        with transaction(connection) as begun:
            yield begun
            if at == "before" and kills:
                kills.pop()
                restart()
        if kills:
            kills.pop()
            restart()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(psycopg.Connection, "transaction", killed)
    UnansweredQuestions(store, 90).add(MOON)
    assert not kills
    kills.append(1)
    store.add(RIGHT, user=ANN, message=1)
    assert not kills
    assert [each.question for each in UnansweredQuestions(store, 90).list()] == [MOON]
    assert [entry.judgement for entry in store.list()] == [RIGHT]
    database.close()
