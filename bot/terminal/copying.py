"""`footnote store copy`: a library from a folder to a database, or back, compared afterwards."""

import logging
from pathlib import Path
from typing import Any

from bot.config import BotConfig
from bot.terminal.blocks import StyledText, TextBlock
from bot.terminal.progress import progress
from bot.wording import count_with_noun
from index.building.store_copy import copy_library
from index.config import StoreSection
from index.database_urls import has_password, is_address, redacted
from index.errors import ConfigurationError, IndexMissingError, Reason

log = logging.getLogger(__name__)


def copy_store(config: BotConfig, source: str, target: str) -> tuple[dict[str, Any], list[TextBlock]]:
    """Copy a library between places that a person named; return what to print. Raises FootnoteError."""
    with progress() as report:
        try:
            facts = copy_library(_config_of(config, source), _config_of(config, target), report)
        except IndexMissingError as error:  # an update would build the configured index, not what was typed
            error.remedy = "Name the folder or the database of a library that is there already."
            raise
        except ConfigurationError as error:
            if error.reason is Reason.INDEX_FOLDER_OCCUPIED and "://" not in target:
                error.remedy = "Name an empty folder or database."
            raise
    counts = f"{count_with_noun(facts.articles, 'article')}, {count_with_noun(facts.sentences, 'sentence')}"
    value = {
        "articles": facts.articles,
        "sentences": facts.sentences,
        "passages": facts.passages,
        "same": True,
    }
    return value, [TextBlock((StyledText(f"copied, and the same: {counts}"),))]


def _config_of(config: BotConfig, place: str) -> BotConfig:
    """Return a configuration whose library is at a place: an address of a database, or a folder."""
    if "://" not in place:
        folder = config.index.model_copy(update={"directory": str(Path(place).absolute())})
        return config.model_copy(update={"index": folder, "store": StoreSection()})
    if not is_address(place):
        raise ConfigurationError(
            f"{redacted(place)}: expected a folder, or an address as postgresql://user@host/database"
        )
    if has_password(place):
        raise ConfigurationError(
            f"{redacted(place)}: expected no password: all users of this machine could see it",
            "It comes from PGPASSWORD or a service file.",
        )
    store = config.store.model_copy(update={"url": place, "url_file": None})
    return config.model_copy(update={"store": store})
