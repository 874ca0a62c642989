"""Process that reads files for another one: what it says, and that it ends with the other one."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from index.articles import reading_process
from index.articles.document import Document
from index.articles.file_limits import REPLY
from index.articles.front_matter import Description
from tests.support.pdf_files import endless_pdf
from tests.support.small_corpus import put


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
def test_the_process_ends_with_the_other_one(tmp_path: Path, ending: signal.Signals) -> None:
    """Ctrl-C and a kill in the middle of a hostile file leave no process behind."""
    small = put(tmp_path, "small.txt", "They dance.").path
    endless = put(tmp_path, "endless.pdf", endless_pdf()).path
    program = (
        "import sys; from pathlib import Path\n"
        "from index.articles.file_limits import read_within_limits, reading_process_id\n"
        "read_within_limits(Path(sys.argv[1])); print(reading_process_id(), flush=True)\n"
        "read_within_limits(Path(sys.argv[2]))"
    )
    reading = subprocess.Popen(
        [sys.executable, "-c", program, str(small), str(endless)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with reading:
        assert reading.stdout is not None
        child = int(reading.stdout.readline())
        reading.send_signal(ending)
        reading.wait(60)
    for _ in range(600):
        if not _runs(child):
            break
        threading.Event().wait(0.1)
    assert not _runs(child)


def test_the_process_ends_by_itself_when_it_can_be_asked_for_no_more_files() -> None:
    program = "from index.articles.reading_process import serve; serve(1024)"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b"\n", "it is ready"
        process.stdin.close()
        assert process.wait(60) == 0


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/status")
    return not (status.exists() and "State:\tZ" in status.read_text())  # its new parent has not waited for it


def test_a_document_that_cannot_be_sent_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_process, "parse_document", lambda _: Document(Description(), "a \ud83d", ()))
    reply = REPLY.validate_json(reading_process.reply_to(Path("a.docx"), 1024))
    assert reply.document is None
    assert reply.reason.startswith("cannot be read: ")
