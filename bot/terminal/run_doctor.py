"""`footnote doctor`: downloads models if asked to, then shows one check after the other."""

import logging
from dataclasses import asdict
from itertools import chain

import click

from bot.config import find_config
from bot.doctor.check import FAIL
from bot.doctor.examination import examine
from bot.doctor.service_checks import examine_service
from bot.json_output import dump_for_stdout
from bot.terminal.blocks import show
from bot.terminal.command_group import FAILED, GlobalOptions
from bot.terminal.layouts import check_blocks
from bot.verbosity import NORMAL
from index.config import DEFAULT_ENCODER

log = logging.getLogger(__name__)


def start(options: GlobalOptions, *, fetch: bool, service: bool, as_objects: bool) -> int:
    """Show the checks, those of the systemd unit if `service`, and return the exit code."""
    config = options.config()
    if fetch:
        from index.models.model_folders import fetch_encoder, fetch_reader

        if config.encoder != DEFAULT_ENCODER:  # which is installed with Footnote
            log.info("Downloading %s …", config.model.encoder)
            fetch_encoder(config.encoder)
        if config.named_reader:
            log.info("Downloading %s …", config.answer.reader)
            fetch_reader(config.named_reader)
    file = find_config(options.config_path)
    checks = []
    for check in chain(examine(config, file), examine_service(config, file) if service else ()):
        checks.append(check)
        if not as_objects:
            show(check_blocks(check, verbose=options.verbosity > NORMAL))
    if as_objects:
        click.echo(dump_for_stdout([asdict(check) for check in checks]))
    return FAILED if any(check.status == FAIL for check in checks) else 0
