"""Articles that come and go: the whole of one or nothing, whatever happens meanwhile."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from index.articles.corpus import corpus_files, read_article
from index.errors import IngestionError, UnknownArticleError, UnreadableFileError
from index.ingestion.corpus_changes import (
    Outcome,
    add_article,
    find_file,
    remove_articles,
    replace_article,
)
from tests.support.small_corpus import put

BEES = b"# Bees\n\nBees hum. They sleep at night.\n"
STEPS = {"open", "os.link", "os.mkdir", "os.remove", "os.rename"}


def files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def make_older(path: Path, seconds: float) -> None:
    time = path.lstat().st_mtime - seconds
    os.utime(path, (time, time), follow_symlinks=False)


def test_an_article_is_read_and_added(tmp_path: Path) -> None:
    added = add_article(tmp_path, "x", "notes/bees.md", BEES)
    assert (added.outcome, added.file, added.title, added.sentences) == ("added", "notes/bees.md", "Bees", 3)
    assert files(tmp_path) == ["notes/bees.md"]
    assert (tmp_path / "notes/bees.md").read_bytes() == BEES
    assert add_article(tmp_path, "x", "notes/bees.md", BEES).outcome is Outcome.UNCHANGED


def test_others_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        add_article(tmp_path, "x", "bees.md", BEES)
    finally:
        os.umask(before)
    assert (tmp_path / "bees.md").stat().st_mode & 0o777 == 0o644


def test_a_description_is_kept_beside_it(tmp_path: Path) -> None:
    assert add_article(tmp_path, "x", "bees.md", BEES, {"title": "Of bees"}).title == "Of bees"
    assert files(tmp_path) == ["bees.md", "bees.md.toml"]
    again = add_article(tmp_path, "x", "bees.md", BEES, {"title": "On bees"})
    assert (again.outcome, again.title) == (Outcome.UPDATED, "On bees")
    assert add_article(tmp_path, "x", "bees.md", BEES, {"title": "On bees"}).outcome is Outcome.UNCHANGED
    assert read_article(*corpus_files(tmp_path)).title == "On bees"


def test_what_a_person_added_to_the_description_stays(tmp_path: Path) -> None:
    add_article(tmp_path, "x", "bees.md", BEES, {"title": "Of bees"})
    beside = tmp_path / "bees.md.toml"
    beside.write_text(beside.read_text() + 'author = "Ada"\n')
    add_article(tmp_path, "x", "bees.md", BEES, {"title": "On bees"})
    assert beside.read_text() == 'title = "On bees"\nauthor = "Ada"\n'


@pytest.mark.parametrize("by_hand", ['# mine\ntitle = "Bees"\n', "tags = ['a']\n", "no toml"])
def test_a_description_written_by_hand_is_never_written_over(by_hand: str, tmp_path: Path) -> None:
    add_article(tmp_path, "x", "bees.md", BEES)
    beside = tmp_path / "bees.md.toml"
    beside.write_text(by_hand)
    for change in (add_article, replace_article):
        with pytest.raises(IngestionError, match=r"bees\.md\.toml beside it was written by hand"):
            change(tmp_path, "x", "bees.md", BEES, {"title": "On bees"})
    assert beside.read_text() == by_hand
    assert files(tmp_path) == ["bees.md", "bees.md.toml"]


def test_another_article_is_never_written_over(tmp_path: Path) -> None:
    put(tmp_path, "bees.md", "My own.")
    with pytest.raises(IngestionError, match="is there already"):
        add_article(tmp_path, "x", "bees.md", BEES, {"title": "Of bees"})
    assert files(tmp_path) == ["bees.md"]
    assert (tmp_path / "bees.md").read_text() == "My own."


@pytest.mark.parametrize(
    "file", ["../a.md", "a/../../a.md", "/etc/a.md", ".a.md", ".git/a.md", "a.png", "a", "out/a.md"]
)
def test_only_places_of_the_corpus_are_written_to(file: str, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "out").symlink_to(tmp_path)
    with pytest.raises(IngestionError):
        add_article(corpus, "x", file, BEES)
    assert files(tmp_path) == []


def test_what_is_no_article_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError):
        add_article(tmp_path, "x", "bees.pdf", b"no PDF", {"title": "Bees"})
    assert files(tmp_path) == []


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left") as raised:
        add_article(tmp_path, "x", "bees.md", BEES, {"title": "Bees"})
    assert raised.value.filename == str(tmp_path / "bees.md"), "not the hidden file"
    assert files(tmp_path) == []


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Not supported")

    monkeypatch.setattr(Path, "hardlink_to", fail)
    assert add_article(tmp_path, "x", "bees.md", BEES).outcome is Outcome.ADDED
    assert files(tmp_path) == ["bees.md"]


def run_and_die(step: int, folder: Path, task: Callable[[], object]) -> bool:
    """Run `task` in a process that dies before its step of that number; return whether it had as many."""
    child = os.fork()
    if not child:
        taken = 0

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal taken
            if event in STEPS and str(folder) in str(arguments[0]):
                if taken == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                taken += 1

        try:
            sys.addaudithook(hook)
            task()
            os._exit(0)
        finally:
            os._exit(1)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_kill_at_any_step_leaves_the_whole_article_or_nothing(tmp_path: Path) -> None:
    add_article(tmp_path / "warm", "x", "bees.md", BEES, {"title": "Of bees"})
    step, died = 0, True
    while died:
        corpus = tmp_path / f"{step}"
        add = partial(add_article, corpus, "x", "a/bees.md", BEES, {"title": "Of bees"})
        died = run_and_die(step, corpus, add)
        found = corpus_files(corpus) if corpus.exists() else []
        whole = [(read_article(file).title, file.path.read_bytes()) for file in found]
        assert whole in ([], [("Of bees", BEES)])
        add()
        assert [file.file for file in corpus_files(corpus)] == ["a/bees.md"]
        step += 1
    assert step > 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_kill_at_any_step_of_a_change_leaves_the_old_article_or_the_new_one(tmp_path: Path) -> None:
    step, died = 0, True
    while died:
        corpus = tmp_path / f"{step}"
        add_article(corpus, "x", "bees.md", BEES, {"title": "Of bees"})
        change = partial(replace_article, corpus, "x", "bees.md", BEES + b"More.", {"title": "More"})
        died = run_and_die(step, corpus, change)
        (file,) = corpus_files(corpus)
        assert file.path.read_bytes() in (BEES, BEES + b"More.")
        assert read_article(file).title in ("Of bees", "More")
        assert change().title == "More"
        step += 1
    assert step > 4


def test_a_full_disk_leaves_the_old_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    add_article(tmp_path, "x", "bees.md", BEES)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        replace_article(tmp_path, "x", "bees.md", BEES + b"More.")
    assert files(tmp_path) == ["bees.md"]
    assert (tmp_path / "bees.md").read_bytes() == BEES


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.parametrize("same", [True, False], ids=["one file system", "two file systems"])
def test_a_kill_at_any_step_of_a_removal_leaves_the_article_in_one_place(
    same: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not same:
        rename = Path.rename

        def fail(self: Path, target: Path) -> Path:
            if ".trash" in str(target):
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            return rename(self, target)

        monkeypatch.setattr(Path, "rename", fail)
    step, died = 0, True
    while died:
        corpus = tmp_path / f"{step}" / "corpus"
        add_article(corpus, "x", "a/bees.md", BEES)
        died = run_and_die(step, corpus.parent, partial(remove_articles, corpus, corpus_files(corpus)))
        places = [path for path in corpus.parent.rglob("*.md") if path.read_bytes() == BEES]
        assert places
        assert died or not places[0].is_relative_to(corpus)
        step += 1
    assert step > 3


def test_what_a_killed_process_left_is_cleared_away(tmp_path: Path) -> None:
    old, new = f".footnote-{'0' * 16}.md", f".footnote-{'1' * 16}.md"
    for name, age in ((old, 7200), (new, 60), (".own.md", 7200)):
        (tmp_path / name).write_text("x")
        make_older(tmp_path / name, age)
    add_article(tmp_path, "x", "bees.md", BEES)
    assert files(tmp_path) == [new, ".own.md", "bees.md"]


def test_what_a_person_called_alike_is_not_cleared_away(tmp_path: Path) -> None:
    names = [".footnote-bot", f".footnote-{'a' * 16}"]
    for name in names:
        (tmp_path / name).mkdir()
    notes = tmp_path / ".footnote-notes.txt"
    notes.write_text("My own.")
    (tmp_path / f".footnote-{'b' * 16}.txt").symlink_to(notes)
    for path in tmp_path.iterdir():
        make_older(path, 7200)
    add_article(tmp_path, "x", "bees.md", BEES)
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert kept == sorted([*names, f".footnote-{'b' * 16}.txt", ".footnote-notes.txt", "bees.md"])


@pytest.mark.parametrize("contents", [[BEES, BEES], [BEES, b"Wasps sting."]], ids=["same", "different"])
def test_two_at_once_add_one(contents: list[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    together = Barrier(2)
    link = Path.hardlink_to

    def link_together(path: Path, target: Path) -> None:
        together.wait()
        link(path, target)

    monkeypatch.setattr(Path, "hardlink_to", link_together)

    def add(content: bytes) -> str:
        try:
            return add_article(tmp_path, "x", "bees.md", content).outcome
        except IngestionError:
            return "refused"

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(add, contents))
    assert sorted(outcomes) == ["added", "unchanged" if contents[0] == contents[1] else "refused"]
    assert files(tmp_path) == ["bees.md"]
    assert (tmp_path / "bees.md").read_bytes() == contents[outcomes.index("added")]


def test_removed_articles_lie_in_the_trash_as_in_the_corpus(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    for title in ("first", "second"):
        add_article(corpus, "x", "a/bees.md", BEES, {"title": title})
        trash = remove_articles(corpus, [find_file(corpus, "a/bees")])
        assert trash.parent == tmp_path / ".trash"
        assert files(trash) == ["a/bees.md", "a/bees.md.toml"]
        assert files(corpus) == []
    assert len(list((tmp_path / ".trash").iterdir())) == 2


def test_an_article_is_found_by_its_id_or_file_alone(tmp_path: Path) -> None:
    put(tmp_path, "bees.md", "Bees hum.")
    assert find_file(tmp_path, "bees") == find_file(tmp_path, "bees.md")
    with pytest.raises(UnknownArticleError, match="nearest: bees"):
        find_file(tmp_path, "bee")
