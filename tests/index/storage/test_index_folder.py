"""An index folder holds an index and nothing else."""

from pathlib import Path

import pytest

from index.config import Config, IndexSection
from index.errors import ConfigurationError, Reason
from index.storage.index_folder import check_index_folder


@pytest.mark.parametrize("directory", [".", "corpus", "notes", ".."])
def test_an_index_among_other_files_is_refused(tmp_path: Path, directory: str) -> None:
    here = tmp_path / "here"
    (here / "corpus").mkdir(parents=True)
    (here / "notes").mkdir()
    (here / "notes" / "list.txt").touch()
    config = Config(base=here, index=IndexSection(directory=directory))
    with pytest.raises(
        ConfigurationError, match=r"index\.directory: expected a folder of the index's own"
    ) as caught:
        check_index_folder(config)
    assert caught.value.reason == Reason.INDEX_FOLDER_OCCUPIED


def test_an_index_has_an_empty_folder_an_index_or_none_at_all(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "old" / "generations").mkdir(parents=True)
    (tmp_path / "old" / ".gitignore").touch()
    for directory in ("empty", "old", "none", "corpus/.footnote"):
        check_index_folder(Config(base=tmp_path, index=IndexSection(directory=directory)))


def test_the_file_that_names_the_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[index]\ndirectory = '.'\n")
    with pytest.raises(ConfigurationError, match=r"config\.toml: index\.directory: expected a folder of"):
        check_index_folder(Config.read(path))
