"""Updates the index in a process of its own: what reading articles takes stays out of the bot's memory.

The bot goes on answering meanwhile, undisturbed by the update's work, and outlives it if the system runs out
of memory. The child reads the configuration as JSON from stdin and writes lines of JSON to stdout: what it is
doing, and at last its report or its error. The token is not handed to it.
"""

import asyncio
import contextlib
import json
import logging
import math
import os
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from bot.config import Config
from bot.discord.telemetry.log_format import fields
from index import errors
from index.building.report import counts
from index.building.update import update
from index.errors import FootnoteError, IndexDamagedError

_SECRETS = ("DISCORD_BOT_TOKEN", "DISCORD_BOT_TOKEN_FILE")
_LAST_WORDS = 500  # characters of what a child wrote that died
_LINE = 2**24  # bytes; a report names each file that was skipped
_NICENESS = 5
_EVERY = 10.0  # seconds between two lines on one stage

Skipped = frozenset[tuple[str, str]]
"""Files that are not in the index, each with the reason."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did, in one line, and what it skipped."""

    changes: str
    seconds: float
    skipped: Skipped


async def update_apart(config: Config, wait: float) -> Updated:
    """Bring the index up to date as `update` does, in a child process that ends if this is cancelled.

    Raises what `update` does, and FootnoteError if the child died.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", __name__),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=_environment(),
        limit=_LINE,
    )
    order = {"config": config.model_dump(), "base": str(config.base), "wait": wait}
    try:
        last, words, _ = await asyncio.gather(
            _listen(cast(asyncio.StreamReader, child.stdout)),
            _last_words(cast(asyncio.StreamReader, child.stderr)),
            _tell(cast(asyncio.StreamWriter, child.stdin), json.dumps(order).encode()),
        )
        status = await child.wait()
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await asyncio.shield(child.wait())
    if "error" in last:
        raise _error(**last["error"])
    if "changes" not in last:
        ended = f"status {status}" if status >= 0 else signal.Signals(-status).name
        raise FootnoteError(f"updating the index ended with {ended}: {words}".removesuffix(": "))
    return Updated(last["changes"], last["seconds"], frozenset((file, why) for file, why in last["skipped"]))


def _environment() -> dict[str, str]:
    """Return what the child's environment is: no token, and the modules where this process has them from."""
    kept = {name: value for name, value in os.environ.items() if name not in _SECRETS}
    return {**kept, "PYTHONPATH": os.pathsep.join(str(Path(entry).absolute()) for entry in sys.path)}


async def _tell(child: asyncio.StreamWriter, order: bytes) -> None:
    with contextlib.suppress(OSError):  # it died: its status says so
        child.write(order)
        await child.drain()
    child.close()


async def _listen(child: asyncio.StreamReader) -> dict[str, Any]:
    """Log what the child does, and return the last that it says."""
    last: dict[str, Any] = {}
    async for line in child:
        last = json.loads(line)
        if "stage" in last:
            log.info("indexing", extra=fields(**last))
    return last


async def _last_words(child: asyncio.StreamReader) -> str:
    words = (await child.read()).decode(errors="replace").strip()
    return words.rpartition("\n")[2][-_LAST_WORDS:]


def _error(kind: str, message: str, remedy: str) -> FootnoteError:
    if kind == IndexDamagedError.__name__:  # which has the one mend
        return IndexDamagedError(message)
    error: FootnoteError = getattr(errors, kind, FootnoteError)(message, remedy)
    return error


def main() -> None:
    """Update the index as stdin says: the child's part."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICENESS)  # answers come first
    parent, order = os.getppid(), json.load(sys.stdin)
    config = Config.model_validate({**order["config"], "base": Path(order["base"])})
    lines = sys.stdout
    told: dict[str, float] = {}

    def say(**what: Any) -> None:
        lines.write(f"{json.dumps(what)}\n")
        lines.flush()

    def progress(stage: str, done: int, total: int) -> None:
        if os.getppid() != parent:
            raise SystemExit("the bot is gone")
        now = time.monotonic()
        if total and now - told.get(stage, -math.inf) >= _EVERY:
            told[stage] = now
            say(stage=stage, done=done, total=total)

    try:
        with contextlib.redirect_stdout(sys.stderr):
            report = update(config, progress, order["wait"])
    except FootnoteError as error:
        say(error={"kind": type(error).__name__, "message": error.message, "remedy": error.remedy})
    else:
        say(changes=counts(report), seconds=round(report.seconds, 1), skipped=report.skipped)


if __name__ == "__main__":
    main()
