"""Folders of servers: made whole, and listed by the servers' ids."""

from pathlib import Path

from bot.config import BotConfig
from bot.server_folders import MARKER, make_server_folder, server_ids


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
