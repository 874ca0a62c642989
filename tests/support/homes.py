"""A home for the command to work in: a configuration, articles, and their index."""

import json
import logging
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from bot.terminal.cli import main
from bot.verbosity import NORMAL, set_levels
from tests.support.paths import ROOT

STRIKE = "Who confirmed that the coalition struck pro-government forces?"

BEES = """\
---
title: How bees keep warm
url: https://example.org/bees
published: 2021-12-01
author: Anonymous
---
Honey bees stay in the hive all winter. They form a cluster and shiver with their flight muscles.

The centre of the cluster is kept at about 35 degrees Celsius.
"""


@dataclass(frozen=True)
class CommandResult:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What stdout holds, which must be JSON and nothing else."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Home:
    """A folder with a configuration, articles, and their index."""

    folder: Path

    @property
    def corpus(self) -> Path:
        """Folder of the articles."""
        return self.folder / "corpus"

    @property
    def index(self) -> Path:
        """Folder of the index."""
        return self.folder / ".footnote"

    @property
    def generation(self) -> Path:
        """Folder of the index's current generation."""
        name: str = json.loads((self.index / "current").read_text("utf-8"))["generation"]
        return self.index / "generations" / name

    @property
    def config(self) -> Path:
        """Path of the configuration file."""
        return self.folder / "config.toml"

    def footnote(self, *arguments: str, stdin: str | bytes = "", **environment: str) -> CommandResult:
        """Run the command in this process."""
        arguments = ("--config", str(self.config), *arguments)
        root = logging.getLogger()
        handlers = root.handlers.copy()
        try:
            result = CliRunner().invoke(main, arguments, input=stdin, env=environment, prog_name="footnote")
        finally:
            root.handlers[:] = handlers  # those of a server or bot would outlive it
            set_levels(NORMAL)  # after `-q`, other tests would miss the records that they wait for
        return CommandResult(result.exit_code, result.stdout, result.stderr)

    @property
    def plain_config(self) -> Path:
        """Path of a configuration without a reader: to load that takes as long as all else a command does."""
        return self.folder / "plain.toml"

    def start(self, *arguments: str, reads: bool = False, **options: Any) -> "subprocess.Popen[bytes]":
        """Start the command as a process of its own, without a reader unless it `reads`."""
        config = self.config if reads else self.plain_config
        command = [sys.executable, "-m", "bot", "--config", str(config), *arguments]
        return subprocess.Popen(command, cwd=ROOT, preexec_fn=hear_interrupts, **options)


def hear_interrupts() -> None:
    """Undo what a shell does to the commands that it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
