"""Streams with a deadline: what a server sends is read in a thread, so that nobody waits longer for it."""

import queue
import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TypeVar

T = TypeVar("T")

_MOST_WAITING = 256  # pieces that a fast server may be ahead
_LOOK_UP = 0.1  # seconds between two looks whether the other side still reads or writes


class _End:
    """Stands behind the last piece; `error` is what ended the stream, None if it is whole."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def until(
    deadline: float,
    start: Callable[[], Generator[T, None, None]],
    stop: threading.Event | None = None,
    abort: Callable[[], None] = lambda: None,
) -> Iterator[T]:
    """Yield what the generator that `start` returns yields, until `deadline` by `time.monotonic`.

    It ends early once another thread sets `stop`. The generator runs in a thread of its own and is closed
    there, at its next piece at the latest once this has ended; `abort` is called then, and has it end the
    wait for that piece. Raises what it raises, and TimeoutError at the deadline.
    """
    pieces: queue.Queue[T | _End] = queue.Queue(_MOST_WAITING)
    stopped = threading.Event()
    longest = threading.TIMEOUT_MAX if stop is None else _LOOK_UP

    def put(piece: T | _End) -> None:
        while not stopped.is_set():
            try:
                pieces.put(piece, timeout=_LOOK_UP)
                return
            except queue.Full:
                continue

    def work() -> None:
        error: BaseException | None = None
        try:
            with closing(start()) as generator:
                for piece in generator:
                    put(piece)
                    if stopped.is_set():
                        return
        except BaseException as raised:  # raised again where it is waited for
            error = raised
        put(_End(error))

    if stop is not None and stop.is_set():
        return
    threading.Thread(target=work, name="language model", daemon=True).start()
    try:
        while stop is None or not stop.is_set():
            left = max(0.0, deadline - time.monotonic())
            try:
                piece = pieces.get(timeout=min(left, longest))
            except queue.Empty:
                if left <= longest:
                    raise TimeoutError from None
                continue
            if not isinstance(piece, _End):
                yield piece
                if time.monotonic() >= deadline:
                    raise TimeoutError
            elif piece.error is None:
                return
            else:
                raise piece.error
    finally:
        stopped.set()
        abort()
