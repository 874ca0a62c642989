import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.doctor.check import Check
from bot.terminal.blocks import show
from bot.terminal.layouts import check_blocks
from index import checksums
from index.config import DEFAULT_ENCODER
from index.models import model_folders
from tests.support.homes import Home


def statuses(home: Home, *arguments: str) -> dict[str, str]:
    return {check["check"]: check["status"] for check in home.footnote("doctor", "--json", *arguments).json}


def test_all_is_well(built_home: Home) -> None:
    run = built_home.footnote("doctor")
    assert (run.code, run.err) == (0, "")
    assert [line.split("  ")[0] for line in run.out.splitlines()] == ["ok"] * 8
    assert str(built_home.config) in run.out
    assert "2 files" in run.out
    assert "2 articles, 19 sentences" in run.out
    assert "DISCORD_BOT_TOKEN" in run.out  # not set up, which is well too


@pytest.mark.parametrize(("status", "colour"), [("ok", "32"), ("warn", "1;33"), ("fail", "1;31")])
def test_the_status_is_coloured_on_a_terminal(drawn: Callable[..., str], status: str, colour: str) -> None:
    blocks = check_blocks(Check("corpus", status, "long " * 20, "Mend it."))
    first, second, *_ = drawn(lambda: show(blocks)).splitlines()
    assert first.startswith(f"\x1b[{colour}m{status:<5}\x1b[0mcorpus")
    assert second.startswith("     long")


def test_a_missing_index_and_an_outdated_one_are_warnings_with_the_mend(home: Home) -> None:
    (home.corpus / "new.txt").write_text("Something new.")
    run = home.footnote("doctor")
    assert run.code == 0
    assert "warn up to date" in run.out
    assert "Run: footnote index" in run.out
    (home.index / "current").unlink()
    found = statuses(home)
    assert found["index"] == "warn"
    assert "up to date" not in found  # once is enough


def test_a_damaged_index_fails_with_the_mend(home: Home) -> None:
    (home.generation / "articles.sqlite").unlink()
    run = home.footnote("doctor")
    assert run.code == 1
    assert "fail index " in run.out
    assert "footnote index" in run.out


def test_a_missing_corpus_fails(home: Home) -> None:
    home.corpus.rename(home.folder / "elsewhere")
    run = home.footnote("doctor", "--json")
    assert run.code == 1
    checks = {check["check"]: check for check in run.json}
    assert checks["corpus"]["status"] == "fail"
    assert str(home.corpus) in checks["corpus"]["detail"]
    assert checks["index"]["status"] == "ok"


def test_a_missing_model_fails_and_names_how_to_get_it(home: Home) -> None:
    home.config.unlink()
    home.config.write_text("[model]\nencoder = 'nobody/no-such-model'\n")
    run = home.footnote("doctor")
    assert run.code == 1
    assert "fail model " in run.out
    assert "footnote doctor --fetch" in run.out


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


def test_a_folder_that_cannot_be_written_is_a_warning(home: Home, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    home.config.unlink()
    home.config.write_text(f"[index]\ndirectory = '{tmp_path / 'file'}'\n")
    checks = {check["check"]: check for check in home.footnote("doctor", "--json").json}
    assert checks["index folder"]["status"] == "warn"


def test_without_a_file_the_defaults_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built_home: Home
) -> None:
    from click.testing import CliRunner

    from bot.terminal.cli import main

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOOTNOTE_CONFIG", raising=False)
    result = CliRunner().invoke(main, ["doctor"])
    assert f"no file found: the defaults, in {tmp_path}" in result.stdout
    assert result.exit_code == 1  # there is no corpus


def test_only_fetch_fetches_and_first(built_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[str] = []
    monkeypatch.setattr(model_folders, "fetch_encoder", fetched.append)
    assert built_home.footnote("doctor").code == 0
    assert fetched == []
    run = built_home.footnote("doctor", "--fetch")
    assert run.code == 0
    assert fetched == ["sentence-transformers/all-MiniLM-L6-v2"]
    assert run.err == "Fetching sentence-transformers/all-MiniLM-L6-v2 …\n"


def reader_check(home: Home) -> dict[str, str]:
    run = home.footnote("doctor", "--json")
    (found,) = (check for check in run.json if check["check"] == "reader")
    assert run.code == (found["status"] == "fail")
    return found


def use_reader(home: Home, reader: str | Path) -> None:
    home.config.unlink(missing_ok=True)
    home.config.write_text(f"[answer]\nreader = '{reader}'\n")


def test_the_reader_is_named_with_its_hashes(home: Home, tiny_reader_folder: Path) -> None:
    use_reader(home, "none")
    assert reader_check(home)["status"] == "ok"
    use_reader(home, tiny_reader_folder)
    check = reader_check(home)
    assert (check["status"], check["remedy"]) == ("warn", "Run: footnote index")
    assert "not exported yet" in check["detail"]
    assert home.footnote("index").code == 0
    check = reader_check(home)
    (folder,) = (home.index / "readers").iterdir()
    (file,) = folder.glob("*.onnx")
    assert check["status"] == "ok"
    assert f"{file.name} sha256 {checksums.file_sha256(file)[:16]}" in check["detail"]
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
