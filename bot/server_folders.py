"""Folders of single servers below `[corpus] servers`: what they added, its index, what they said of answers.

1098273645546372819/        named by the server's id
    made-by-footnote        the proof that this program made the folder, and may delete it
    corpus/, .trash/        the server's own articles, and those that were removed
    index/                  their index; its models are links to those of the common index
    feedback.sqlite         verdicts and unanswered questions, with the key of the hashes, feedback.key
"""

import re
import secrets
import shutil
from pathlib import Path

from bot.config import BotConfig

MARKER = "made-by-footnote"

_MARKER_TEXT = (
    b"Footnote made this folder for a Discord server, and deletes it some time after it was removed there.\n"
)
_ID = re.compile(r"[1-9][0-9]{0,19}", re.ASCII)


def make_server_folder(config: BotConfig) -> Path:
    """Make the folder of the server that `config` is of, unless there is one; return it. Raises OSError."""
    folder = config.server_directory
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(4)}")
    draft.mkdir()
    try:
        (draft / MARKER).write_bytes(_MARKER_TEXT)
        draft.rename(folder)  # so that it has its marker whenever there is one
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        if not folder.is_dir():  # made by another process at the same time
            raise
    return folder


def server_ids(config: BotConfig) -> list[int]:
    """List the ids of the servers that have a folder, ascending; none if servers have no own libraries."""
    if not config.has_server_libraries or not config.servers_directory.is_dir():
        return []
    folders = config.servers_directory.iterdir()
    return sorted(int(path.name) for path in folders if _ID.fullmatch(path.name) and path.is_dir())
