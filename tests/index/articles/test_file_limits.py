"""Limits of time and memory: what a hostile file does to the others."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest

from index.articles import file_formats
from index.articles.corpus import read_article
from index.articles.file_limits import end_reading_process, read_within_limits, reading_process_id
from index.errors import UnreadableFileError
from tests.support.pdf_files import endless_pdf, pdf, pdf_of_operators, raw_pdf
from tests.support.small_corpus import put


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return put(tmp_path, "good.pdf", pdf(["They dance."])).path


def test_a_file_that_takes_too_long_is_refused_and_the_next_one_is_read(tmp_path: Path, good: Path) -> None:
    endless = put(tmp_path, "endless.pdf", endless_pdf()).path
    with pytest.raises(UnreadableFileError, match=r"^takes too long to read: more than 0\.5 s$") as caught:
        read_within_limits(endless, seconds=0.5)
    assert caught.value.remedy
    assert read_within_limits(good).text == "They dance."


@pytest.mark.slow
def test_a_file_that_needs_too_much_memory_is_refused_and_the_next_one_is_read(
    tmp_path: Path, good: Path
) -> None:
    large = put(tmp_path, "large.txt", b"word " * 40_000_000).path
    with pytest.raises(UnreadableFileError, match="400 MB"):
        read_within_limits(large, memory=400)
    assert read_within_limits(good, memory=400).text == "They dance."


def test_one_process_reads_all_files(tmp_path: Path, good: Path) -> None:
    read_within_limits(good)
    process = reading_process_id()
    with pytest.raises(UnreadableFileError, match="is damaged, or no PDF file"):
        read_within_limits(put(tmp_path, "bad.pdf", b"They dance.").path)
    read_within_limits(good)
    assert reading_process_id() == process


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_process_that_was_killed_is_replaced(good: Path) -> None:
    read_within_limits(good)
    killed = reading_process_id()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    assert read_within_limits(good).text == "They dance."
    assert reading_process_id() != killed


def test_threads_read_one_after_the_other(good: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(read_within_limits(good).text)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["They dance."] * 4


def test_small_files_of_plain_formats_and_large_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    end_reading_process()
    file = put(tmp_path, "a.md", "They *dance*.")
    read_article(file)
    assert reading_process_id() is None, "no process for a small text"
    put(tmp_path, "a.md", b"They dance." + b" " * file_formats.LARGE)
    assert read_article(file).text.startswith("They dance.")
    assert reading_process_id() is not None


@pytest.mark.parametrize(
    "content",
    [
        pdf_of_operators(b"BT /F1 12 Tf 20 400 Td (They dance.) Tj " + b"0 0 Td () Tj " * 80_000 + b"ET"),
        pdf_of_operators(b"q " * 100_000 + b"BT /F1 12 Tf 20 400 Td (They dance.) Tj ET"),
        pdf_of_operators(b"[" * 100_000 + b"BT /F1 12 Tf 20 400 Td (They dance.) Tj ET"),
        raw_pdf([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 9>>"]),
        raw_pdf([b"<</Type/Catalog/Pages " + b"[" * 100_000 + b">>"]),
    ],
    ids=["many operators", "nested states", "nested arrays", "cyclic pages", "nested objects"],
)
def test_hostile_files_end(tmp_path: Path, content: bytes) -> None:
    try:
        assert "dance" in read_article(put(tmp_path, "a.pdf", content)).text
    except UnreadableFileError as error:
        assert "takes too long" not in error.message
