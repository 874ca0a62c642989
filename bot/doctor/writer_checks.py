"""Checks of the language model that writes answers, if one is configured, and of the model that judges it."""

import os

from bot.config import BotConfig
from bot.doctor.check import FAIL, OK, WARN, Check
from bot.remedies import remedy_for
from index.errors import FootnoteError
from index.writer_section import KEY_VARIABLE
from index.writing.support import load_support_model, support_folder

NAME = "language model"
SUPPORT = "support model"
_TIMEOUT = 10.0  # seconds until a server that only lists its models is given up


def examine_language_model(config: BotConfig) -> Check:
    """Ask the server of the language model for its models."""
    section, key = config.writer, os.environ.get(KEY_VARIABLE, "").strip()
    try:
        from index.llamaindex.language_models import open_language_model

        open_language_model(section, key)
        from index.llamaindex.language_model_server import find_model

        found = find_model(section, key, min(_TIMEOUT, section.timeout))
    except FootnoteError as error:
        return Check(NAME, FAIL, error.message, remedy_for(error))
    if not found:
        detail = f"{section.address} answers, but does not list its models"
        return Check(NAME, WARN, detail, f"Ask with --write to see whether it has {section.model_name}.")
    return Check(NAME, OK, f"{section.model_name} at {section.address}")


def examine_support_model(_: BotConfig) -> Check:
    """Compare the model that judges what is written with its checksums."""
    load_support_model()
    return Check(SUPPORT, OK, f"{support_folder()}, sha256 as shipped")
