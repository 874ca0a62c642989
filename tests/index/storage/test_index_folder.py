"""An index folder holds an index and nothing else."""

import shutil
from pathlib import Path

import pytest

from index.config import Config, IndexSection
from index.errors import ConfigurationError, Reason
from index.storage.index_folder import MARKER, check_index_folder, check_ownership, is_marked, mark
from tests.support.generations import publish


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
    (tmp_path / "killed at once" / "generations").mkdir(parents=True)
    (tmp_path / "killed at once" / "lock").touch()
    (tmp_path / "killed at once" / "writer").write_text("4711")
    (tmp_path / "killed at once" / f"{MARKER}.new").write_text("Footnote wrote")
    (tmp_path / "marked").mkdir()
    mark(tmp_path / "marked")
    (tmp_path / "marked" / "letter.txt").touch()
    for directory in ("empty", "killed at once", "marked", "none", "corpus/.footnote"):
        check_index_folder(Config(base=tmp_path, index=IndexSection(directory=directory)))


@pytest.mark.parametrize(
    "name",
    [
        "lock",
        "writer",
        "current",
        "generations",
        "generations/draft-novel/chapter1.txt",
        "generations/202401/holiday.jpg",
        "generations/000001/manifest.json",
        "encoders/0123456789abcdef/precious",
        "readers/0123456789abcdef0123456789abcdef/precious",
        MARKER,
        f"{MARKER}.new",
    ],
)
def test_entries_that_are_only_called_like_those_of_an_index_are_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "index" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text('{"files": {"holiday.jpg": {"size": 3, "sha256": "0"}}}')
    config = Config(base=tmp_path, index=IndexSection(directory="index"))
    with pytest.raises(ConfigurationError, match="nothing proves that Footnote wrote") as caught:
        check_index_folder(config)
    assert caught.value.reason == Reason.INDEX_FOLDER_OCCUPIED


@pytest.mark.parametrize("lost", ["", "current", "encoders", "generations", "generations/000001/text"])
def test_an_index_of_an_earlier_version_is_recognised_by_its_manifests(tmp_path: Path, lost: str) -> None:
    publish(tmp_path, "one")
    (tmp_path / MARKER).unlink()
    if (tmp_path / lost).is_dir() and lost:
        shutil.rmtree(tmp_path / lost)
    elif lost:
        (tmp_path / lost).unlink()
    check_ownership(tmp_path)
    publish(tmp_path, "two", "f" * 32)
    assert is_marked(tmp_path)


@pytest.mark.parametrize("name", ["lock", "writer"])
def test_a_file_of_others_beside_an_earlier_index_is_not_overwritten(tmp_path: Path, name: str) -> None:
    publish(tmp_path, "one")
    (tmp_path / MARKER).unlink()
    (tmp_path / name).write_text("mine")
    with pytest.raises(ConfigurationError, match="nothing proves"):
        check_ownership(tmp_path)


@pytest.mark.parametrize(
    ("directory", "kind"), [("file", "a file"), ("file/index", "a file"), ("/dev/null", "a device")]
)
def test_a_file_is_no_folder(tmp_path: Path, directory: str, kind: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=f"index.directory: expected a folder .* is {kind}"):
        check_index_folder(Config(base=tmp_path, index=IndexSection(directory=directory)))


def test_the_file_that_names_the_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[index]\ndirectory = '.'\n")
    with pytest.raises(ConfigurationError, match=r"config\.toml: index\.directory: expected a folder of"):
        check_index_folder(Config.read(path))
