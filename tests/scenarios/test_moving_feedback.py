"""Feedback that was kept in a file before there was a database is moved there, and stays its people's."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.feedback.database import PartlyDeletedError, StoredFeedback
from bot.feedback.places import feedback_of, open_feedback
from bot.feedback.store import Feedback, FeedbackContents, FeedbackError
from bot.feedback.unanswered import UnansweredQuestions
from index.storage.postgres.database import Database
from tests.support.judgements import ANN, BOB, DECLINED, RIGHT, WRONG

MOON, SUN = "Who owns the moon?", "Who owns the sun?"


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> BotConfig:
    """A bot whose library went to a database; its folder holds what people said before."""
    file = Feedback.open(tmp_path / "bot")
    noted = file.add(RIGHT, user=ANN, message=1)
    file.note(noted.row, user=ANN, text="Thank you")
    file.add(DECLINED, user=BOB, message=2)
    for question in (MOON, SUN, MOON):
        UnansweredQuestions(file, 90).add(question)
    return BotConfig.model_validate(
        {"base": tmp_path, "discord": {"directory": "bot"}, "store": {"url": database_url, "wait": 30}}
    )


def contents(config: BotConfig) -> tuple[list[object], list[str]]:
    kept = feedback_of(config)
    verdicts = [(entry.judgement, entry.note) for entry in kept.list()]
    return verdicts, [each.question for each in UnansweredQuestions(kept, 90).list()]  # type: ignore[return-value]


EVERYTHING = ([(RIGHT, "Thank you"), (DECLINED, None)], [MOON, SUN, MOON])


def test_the_bot_finds_all_of_it_once(config: BotConfig) -> None:
    for _ in range(2):
        open_feedback(config, config.bot_directory)
        assert contents(config) == EVERYTHING
    file = Feedback(config.bot_directory)
    assert file.list() == []
    assert UnansweredQuestions(file, 90).list() == []


def test_whoever_reads_first_finds_it_too(config: BotConfig) -> None:
    assert contents(config) == EVERYTHING


def test_it_is_still_its_persons(config: BotConfig) -> None:
    """The first file's key becomes the key of all, so that nothing changes for anybody."""
    kept = open_feedback(config, config.bot_directory)
    assert kept.add(WRONG, user=ANN, message=1).changed
    assert [entry.judgement for entry in kept.list()] == [WRONG, DECLINED]
    assert kept.forget(BOB) == 1
    assert [entry.judgement for entry in kept.list()] == [WRONG]


def test_the_files_of_two_machines_have_keys_of_their_own(config: BotConfig, tmp_path: Path) -> None:
    other = Feedback.open(tmp_path / "other")
    for message in (1, 7):
        other.add(RIGHT, user=ANN, message=message)
    other.add(WRONG, user=BOB, message=7)
    UnansweredQuestions(other, 90).add(MOON)
    open_feedback(config, config.bot_directory)
    kept = open_feedback(config, tmp_path / "other")
    assert isinstance(kept, StoredFeedback)
    assert len(kept.list()) == 5
    assert len(UnansweredQuestions(kept, 90).list()) == 4
    again = kept.add(WRONG, user=ANN, message=7)
    assert again.changed
    assert len(kept.list()) == 5
    assert kept.note(again.row, user=ANN, text="No")
    moved = next(entry for entry in kept.list() if entry.judgement == WRONG and entry.row != again.row)
    assert kept.note(moved.row, user=BOB, text="Mine")
    assert not kept.note(moved.row, user=ANN, text="Not mine")
    assert kept.forget(ANN) == 3
    assert kept.forget(BOB) == 2
    assert kept.list() == []


def test_a_move_that_was_cut_short_is_made_up_for(config: BotConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database has it, but the process ended before the file was emptied."""
    hand_over = Feedback.hand_over

    def ended(self: Feedback, take: Callable[[FeedbackContents], None]) -> None:
        def take_and_end(kept: FeedbackContents) -> None:
            take(kept)
            raise KeyboardInterrupt

        hand_over(self, take_and_end)

    with monkeypatch.context() as patch:
        patch.setattr(Feedback, "hand_over", ended)
        with pytest.raises(KeyboardInterrupt):
            open_feedback(config, config.bot_directory)
    assert len(Feedback(config.bot_directory).list()) == 2
    open_feedback(config, config.bot_directory)
    assert contents(config) == EVERYTHING
    assert Feedback(config.bot_directory).list() == []


def test_without_the_database_the_file_stays_as_it_is(config: BotConfig, tmp_path: Path) -> None:
    nowhere = BotConfig.model_validate(
        {**config.model_dump(), "store": {"url": f"postgresql://me@/x?host={tmp_path}", "wait": 0.1}}
    )
    with pytest.raises(FeedbackError, match="cannot be reached"):
        open_feedback(nowhere, config.bot_directory)
    assert len(Feedback(config.bot_directory).list()) == 2


def test_what_is_in_the_database_is_forgotten_while_a_file_is_damaged(config: BotConfig) -> None:
    kept = open_feedback(config, config.bot_directory)
    kept.add(RIGHT, user=ANN, message=5)
    file = Feedback(config.bot_directory).path
    file.write_bytes(b"nonsense" * 100)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    with pytest.raises(PartlyDeletedError, match=f"{re.escape(str(file))} is damaged") as caught:
        feedback_of(config).forget(ANN)
    assert caught.value.deleted == 2
    assert "Move it away" in caught.value.remedy
    assert [entry.judgement for entry in kept.list()] == [DECLINED]
    with pytest.raises(PartlyDeletedError) as caught:
        UnansweredQuestions(feedback_of(config), 90).forget()
    assert caught.value.deleted == 3
    file.unlink()
    assert feedback_of(config).forget(ANN) == 0


def test_what_was_said_is_gone_from_the_files_free_space(config: BotConfig) -> None:
    open_feedback(config, config.bot_directory)
    with closing(sqlite3.connect(Feedback(config.bot_directory).path)) as file:
        file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert MOON.encode() not in Feedback(config.bot_directory).path.read_bytes()


def test_a_database_that_can_only_be_read_shows_what_it_has(
    config: BotConfig, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    Database(database_url, wait=30).make_schema()
    with Database(database_url, wait=30).connect(autocommit=True) as connection:
        connection.execute(
            "ALTER ROLE CURRENT_USER IN DATABASE "
            f"{connection.info.dbname} SET default_transaction_read_only = on"
        )
    assert contents(config) == ([], [])
    assert "what is kept in a file is not in the database yet: the database is read-only" in caplog.text
    assert len(Feedback(config.bot_directory).list()) == 2
