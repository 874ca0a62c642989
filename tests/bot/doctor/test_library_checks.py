"""The doctor's checks of articles, models and index folder."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from bot.doctor import library_checks
from index import checksums
from index.config import DEFAULT_ENCODER
from index.models import model_folders
from tests.support.homes import Home


def statuses(home: Home, *arguments: str) -> dict[str, str]:
    return {check["check"]: check["status"] for check in home.footnote("doctor", "--json", *arguments).json}


@pytest.mark.slow
def test_a_missing_corpus_fails(home: Home) -> None:
    home.corpus.rename(home.folder / "elsewhere")
    run = home.footnote("doctor", "--json")
    assert run.code == 1
    checks = {check["check"]: check for check in run.json}
    assert checks["corpus"]["status"] == "fail"
    assert str(home.corpus) in checks["corpus"]["detail"]
    assert checks["index"]["status"] == "ok"


@pytest.mark.slow
def test_a_missing_model_fails_and_names_how_to_get_it(home: Home) -> None:
    home.config.unlink()
    home.config.write_text("[model]\nencoder = 'nobody/no-such-model'\n")
    run = home.footnote("doctor")
    assert run.code == 1
    assert "fail model " in run.out
    assert "footnote doctor --fetch" in run.out


@pytest.mark.slow
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "1_Pooling/config.json"])
def test_a_model_with_a_broken_file_fails(home: Home, name: str) -> None:
    model = home.folder / "model"
    shutil.copytree(model_folders.resolve_encoder(DEFAULT_ENCODER), model, copy_function=os.link)
    home.config.unlink()
    home.config.write_text("[model]\nencoder = './model'\n")
    assert statuses(home)["model"] == "ok"
    content = (model / name).read_bytes()
    (model / name).unlink()
    (model / name).write_bytes(content[: len(content) // 2])
    checks = {check["check"]: check for check in home.footnote("doctor", "--json").json}
    assert (checks["model"]["status"], checks["model"]["detail"]) == ("fail", f"{model / name}: not JSON")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "free some space on its disk"), (errno.EROFS, "make the folder writable")],
)
def test_a_folder_that_cannot_be_written_fails_without_an_index(
    home: Home, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuse(folder: Path) -> None:
        raise OSError(number, os.strerror(number), str(folder))

    monkeypatch.setattr(library_checks, "try_to_write", refuse)
    run = home.footnote("doctor")
    assert run.code == 0
    assert f"warn index folder   {home.index} cannot be written to: {os.strerror(number)}" in run.out
    assert f"Questions are answered from the last index; to update it, {remedy}." in run.out
    (home.index / "current").unlink()
    run = home.footnote("doctor")
    assert run.code == 1
    assert f"fail index folder   {home.index} cannot be written to: {os.strerror(number)}" in run.out
    assert f"There is no index to answer from: {remedy}" in run.out


@pytest.mark.slow
def test_a_folder_that_is_not_an_index_s_fails(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home.config.unlink()
    home.config.write_text(f"[index]\ndirectory = '{tmp_path / 'file'}'\n")
    checks = {check["check"]: check for check in home.footnote("doctor", "--json").json}
    assert checks["index folder"]["status"] == "fail"


@pytest.mark.slow
def test_a_corpus_without_articles_fails_and_says_what_is_there(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.corpus.mkdir()
    home.config.touch()
    run = home.footnote("doctor")
    assert run.code == 1
    assert f"fail corpus         {home.corpus}: no articles\n" in run.out
    (home.corpus / "rules.xlsx").touch()
    assert f"{home.corpus}: no articles; of unsupported types: 1 .xlsx\n" in home.footnote("doctor").out


@pytest.mark.slow
def test_skipped_files_are_named_with_what_to_do(home: Home) -> None:
    (home.corpus / "away.md").symlink_to("/etc/hostname")
    (home.corpus / "empty.md").touch()
    (home.corpus / "rules.xlsx").touch()
    assert home.footnote("index").code == 1
    run = home.footnote("doctor")
    assert run.code == 0
    assert "4 files; of unsupported types: 1 .xlsx" in run.out
    assert "warn skipped file   away.md: is a link that leaves the corpus folder" in run.out
    assert "Copy the file into the folder." in run.out
    assert "warn skipped file   empty.md: is empty" in run.out
    (home.corpus / "boat.md").write_text("T h e b o a t l e a v e s a t n o o n.")
    for number in range(20):
        (home.corpus / f"empty-{number}.md").touch()
    assert home.footnote("index").code == 1
    again = home.footnote("doctor").out
    assert "warn skipped file   and 12 more files" in again
    assert "warn poor text      boat.md: its words are cut by spaces" in again


def reader_check(home: Home) -> dict[str, str]:
    run = home.footnote("doctor", "--json")
    (found,) = (check for check in run.json if check["check"] == "reader")
    assert run.code == (found["status"] == "fail")
    return found


def use_reader(home: Home, reader: str | Path) -> None:
    home.config.unlink(missing_ok=True)
    home.config.write_text(f"[answer]\nreader = '{reader}'\n")


@pytest.mark.slow
def test_the_reader_is_named_with_its_hashes(home: Home, tiny_reader_folder: Path) -> None:
    use_reader(home, "none")
    assert reader_check(home)["status"] == "ok"
    use_reader(home, tiny_reader_folder)
    check = reader_check(home)
    assert check["status"] == "warn"
    assert "not exported yet" in check["detail"]
    assert check["remedy"].startswith("Run `footnote index`")
    assert home.footnote("index").code == 0
    check = reader_check(home)
    (folder,) = (home.index / "readers").iterdir()
    (file,) = folder.glob("*.onnx")
    assert check["status"] == "ok"
    digest = f"{file.name} sha256 {checksums.file_sha256(file)[:16]}"
    assert digest in check["more"]
    assert "sha256" not in home.footnote("doctor").out
    assert digest in home.footnote("doctor", "-v").out
    file.unlink()
    check = reader_check(home)
    assert check["status"] == "fail"
    assert "footnote index" in check["remedy"]


def test_a_missing_reader_fails_and_names_how_to_get_it(home: Home) -> None:
    use_reader(home, "nobody/no-such-reader")
    check = reader_check(home)
    assert check["status"] == "fail"
    assert "nobody/no-such-reader" in check["detail"]
    assert "footnote doctor --fetch" in check["remedy"]
