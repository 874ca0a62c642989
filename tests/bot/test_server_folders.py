"""Folders of servers: made whole, listed by the servers' ids, and deleted once the servers are left."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.server_folders import (
    LEFT,
    MARKER,
    delete_server,
    feedback_configs,
    finish_deletions,
    kept_server_ids,
    left_at,
    make_server_folder,
    mark_left,
    server_ids,
    unmark_left,
)


def config_of(base: Path) -> BotConfig:
    return BotConfig.model_validate({"base": base, "discord": {"libraries": "per-server"}})


def test_a_folder_is_made_once_with_its_marker(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    folder = make_server_folder(config.of_server(1200))
    (folder / "corpus").mkdir()
    assert make_server_folder(config.of_server(1200)) == folder == tmp_path / "servers" / "1200"
    assert sorted(path.name for path in folder.iterdir()) == ["corpus", MARKER]
    assert list(folder.parent.iterdir()) == [folder]


def test_a_folder_that_a_person_made_gets_no_marker(tmp_path: Path) -> None:
    folder = tmp_path / "servers" / "1200"
    (folder / "corpus").mkdir(parents=True)
    make_server_folder(config_of(tmp_path).of_server(1200))
    assert not (folder / MARKER).exists()


def test_only_folders_named_by_ids_are_servers(tmp_path: Path) -> None:
    config = config_of(tmp_path)
    assert server_ids(config) == []
    for name in ("1200", "98", "0", "012", "notes", ".1300-ab", "-5", "１２"):
        (tmp_path / "servers" / name).mkdir(parents=True)
    (tmp_path / "servers" / "77").write_text("a file")
    assert server_ids(config) == [98, 1200]
    assert server_ids(BotConfig(base=tmp_path)) == []


def server(base: Path, id_: int = 1200) -> BotConfig:
    """Return the configuration of a server whose folder the program made, with an article."""
    config = config_of(base).of_server(id_)
    (make_server_folder(config) / "corpus").mkdir()
    (config.corpus_directory / "a.md").write_text("Bees hum.")
    return config


def test_what_was_stored_of_servers_is_found_after_they_have_no_libraries(tmp_path: Path) -> None:
    """Among the folders of then, those that a person made may be anything."""
    server(tmp_path)
    server(tmp_path, 77)
    (tmp_path / "servers" / "98").mkdir()
    assert kept_server_ids(config_of(tmp_path)) == [77, 98, 1200]
    common = BotConfig(base=tmp_path)
    assert kept_server_ids(common) == [77, 1200]
    assert [each.server for each in feedback_configs(common)] == [None, 77, 1200]
    assert [each.server for each in feedback_configs(common.of_server(77))] == [77]


def test_a_server_is_marked_as_left_once_and_joined_again(tmp_path: Path) -> None:
    config = server(tmp_path)
    assert left_at(config) is None
    assert not unmark_left(config)
    assert mark_left(config)
    since = left_at(config)
    assert since is not None
    assert abs((datetime.now(UTC) - since).total_seconds()) < 60
    assert not mark_left(config)  # the first time counts
    assert unmark_left(config)
    assert left_at(config) is None


def test_what_was_left_is_deleted_and_nothing_else(tmp_path: Path) -> None:
    config, other = server(tmp_path), server(tmp_path, 77)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.md").write_text("mine")
    (config.server_directory / "link").symlink_to(outside)
    delete_server(config)  # it was not left
    assert config.corpus_directory.is_dir()
    mark_left(config)
    delete_server(config)
    assert list(config.servers_directory.iterdir()) == [other.server_directory]
    assert (outside / "mine.md").read_text() == "mine"


def test_a_folder_without_the_proof_is_never_marked_or_deleted(tmp_path: Path) -> None:
    config = server(tmp_path)
    (config.server_directory / MARKER).unlink()
    assert not mark_left(config)
    (config.server_directory / LEFT).write_text("2020-01-01T00:00:00Z\n")
    delete_server(config)
    assert (config.corpus_directory / "a.md").exists()


def test_an_interrupted_deletion_is_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = server(tmp_path)
    mark_left(config)

    def killed(_: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shutil, "rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            delete_server(config)
    assert server_ids(config) == []
    mine = config.servers_directory / ".deleted-1-0123abcd"
    mine.mkdir()
    finish_deletions(config)
    assert list(config.servers_directory.iterdir()) == [mine]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01T00:00:00Z", "é"])
def test_a_date_that_cannot_be_read_deletes_nothing(tmp_path: Path, text: str) -> None:
    config = server(tmp_path)
    (config.server_directory / LEFT).write_text(text)
    assert left_at(config) is None
    delete_server(config)
    assert config.corpus_directory.is_dir()
