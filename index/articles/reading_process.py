"""Process that reads files for another one: paths come in on stdin, documents go out on stdout."""

import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO

from index.articles.file_formats import parse_document, unreadable
from index.articles.file_limits import REPLY, ReadingReply


def serve(memory: int) -> None:
    """Read files within `memory` MB until stdin ends: until the other process closes it, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the other process, which ends this one
    _limit_memory(memory * 2**20)
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # for what parsers print
    files: SimpleQueue[Path] = SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, files), daemon=True).start()
    replies.write(b"\n")
    while True:
        replies.flush()
        replies.write(reply_to(files.get(), memory) + b"\n")


def _receive(requests: BinaryIO, files: SimpleQueue[Path]) -> None:
    for line in requests:
        files.put(Path(json.loads(line)))
    os._exit(0)  # in the middle of a file, too


def reply_to(file: Path, memory: int) -> bytes:
    """Return the `ReadingReply` to a request, as JSON: the document, or why there is none; `memory` in MB."""
    try:
        return REPLY.dump_json(ReadingReply(parse_document(file)))
    except MemoryError:
        reply = ReadingReply(None, f"needs more than {memory:,} MB of memory to read", "Split it into parts.")
    except Exception as error:
        cause = unreadable(error)
        reply = ReadingReply(None, cause.message, cause.remedy)
    return REPLY.dump_json(reply)


def _limit_memory(limit: int) -> None:
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limit, nor has macOS
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
