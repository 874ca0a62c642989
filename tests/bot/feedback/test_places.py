"""Where feedback is kept: in a file, or in the database as soon as one holds the library."""

from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.feedback.database import StoredFeedback
from bot.feedback.places import feedback_of, open_feedback
from bot.feedback.store import FEEDBACK_FILE, Feedback
from tests.support.judgements import ANN, RIGHT
from tests.support.postgres_server import PASSWORD

SERVER = 1098273645546372819


def test_without_a_database_it_is_a_file(tmp_path: Path) -> None:
    config = BotConfig(base=tmp_path)
    assert isinstance(feedback_of(config), Feedback)
    assert not list(tmp_path.iterdir())
    assert isinstance(open_feedback(config, tmp_path / "bot"), Feedback)
    assert (tmp_path / "bot" / FEEDBACK_FILE).is_file()
    assert feedback_of(config).place.endswith(FEEDBACK_FILE)


def test_with_a_database_it_is_there(tmp_path: Path, database_url: str) -> None:
    config = BotConfig.model_validate(
        {
            "base": tmp_path,
            "store": {"url": database_url},
            "discord": {"libraries": "per-server"},
            "corpus": {"servers": "servers"},
        }
    )
    common, own = open_feedback(config, tmp_path), open_feedback(config.of_server(SERVER), tmp_path)
    assert isinstance(common, StoredFeedback)
    own.add(RIGHT, user=ANN, message=1)
    assert not list(tmp_path.iterdir())
    assert common.list() == []
    assert [entry.judgement for entry in feedback_of(config.of_server(SERVER)).list()] == [RIGHT]


def test_a_password_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = tmp_path / "address"
    address.write_text(f"postgresql://me:{PASSWORD}@host/x\n")
    config = BotConfig.model_validate({"base": tmp_path, "store": {"url_file": "address"}})
    assert feedback_of(config).place == "postgresql://me:***@host/x"
