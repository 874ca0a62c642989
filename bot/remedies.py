"""Remedies for the library's errors, in terms of the `footnote` command and its configuration file."""

from collections.abc import Mapping
from types import MappingProxyType

from index.articles.front_matter import FLAW
from index.errors import FootnoteError, ModelError, Reason, Role

_POOR_WORDS = "Questions may not find its words: take the text from the document with another program."
_FRONT_MATTER = "It was read line by line: correct it, and end it with the same line as it begins with."
UPDATE = "Run `footnote index`."
REBUILD = "Run `footnote index`: it rebuilds the index from the corpus."
_REPLACE_MODEL = "Name another model as `{key}`, or download it again."

_REMEDIES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.CORPUS_EMPTY: (
            "Put articles there (.txt, .md, .html, .pdf, .docx), as `footnote add` does, or name another "
            "folder as `[corpus] directory`."
        ),
        Reason.CORPUS_UNREADABLE: "Set `[corpus] directory`.",
        Reason.EMPTY_QUESTION: 'Ask something: footnote ask "Who …?"',
        Reason.ENCODER_EXPORT_DAMAGED: "`footnote index` exports the encoder again.",
        Reason.HOST_NOT_PUBLIC: "If it may be asked, put its name in `[corpus] allow_hosts`.",
        Reason.INDEX_DAMAGED: REBUILD,
        Reason.INDEX_FOLDER_NOT_UTF8: "Set `[index] directory` to another folder.",
        Reason.INDEX_FOLDER_OCCUPIED: "Set `[index] directory` to an empty folder, or to a new one.",
        Reason.INDEX_MISSING: UPDATE,
        Reason.INDEX_STALE: REBUILD,
        Reason.LANGUAGE_MODEL_BUSY: "Ask again in a minute.",
        Reason.LANGUAGE_MODEL_EMPTY: "Name another model as `[writer] llm`.",
        Reason.LANGUAGE_MODEL_ENDLESS: "Raise `[writer] tokens`, or name another model as `[writer] llm`.",
        Reason.LANGUAGE_MODEL_KEY_REFUSED: "Set FOOTNOTE_WRITER_KEY to a key of this server.",
        Reason.LANGUAGE_MODEL_LATE: "Raise `[writer] timeout`, or name a smaller model as `[writer] llm`.",
        Reason.LANGUAGE_MODEL_MISSING: "Check `[writer] model` and `[writer] base_url`.",
        Reason.LANGUAGE_MODEL_NOT_CONFIGURED: (
            'Set it to a language model, as llm = "ollama/llama3.2" below [writer].'
        ),
        Reason.LANGUAGE_MODEL_NOT_INSTALLED: "Install the extra for this kind of server.",
        Reason.LANGUAGE_MODEL_UNREACHABLE: "Start it, or check `[writer] base_url`.",
        Reason.MODEL_DAMAGED: _REPLACE_MODEL,
        Reason.MODEL_FOLDER_MISSING: "Check `{key}`.",
        Reason.MODEL_MISSING: (
            "`footnote doctor --fetch` downloads {model}; or set `{key}` to the folder of a model."
        ),
        Reason.MODEL_NOT_EXPORTABLE: "Name another model as `{key}`.",
        Reason.MODEL_UNREADABLE: _REPLACE_MODEL,
        Reason.MODEL_UNSUITABLE: (
            "Set `{key}` to an extractive question-answering model, or to `footnote` or `none`."
        ),
        Reason.READER_EXPORT_DAMAGED: (
            "Reinstall footnote-bot; a reader that you named is exported again by `footnote index`."
        ),
        Reason.READER_EXPORT_STALE: (
            "Run `footnote index`: it exports the reader and leaves everything else as it is."
        ),
        Reason.SHIPPED_ENCODER_DAMAGED: "Reinstall footnote-bot.",
        Reason.SHIPPED_READER_DAMAGED: (
            "Reinstall footnote-bot, or set `[answer] reader` to none until then."
        ),
        Reason.SHIPPED_SUPPORT_DAMAGED: "Reinstall footnote-bot.",
        Reason.STORE_OF_ANOTHER_MODEL: (
            "Use the same model and version of Footnote on all machines; then run `footnote index --rebuild`"
            " on one of them, and `footnote index` on the others."
        ),
        Reason.STORE_READ_ONLY: (
            "Turn off its `default_transaction_read_only`, or set `[store] update = false` to only answer."
        ),
        Reason.STORE_REFUSED: (
            "Check `[store] url`; the password comes from PGPASSWORD, a service file, or the file that"
            " `[store] url_file` names."
        ),
        Reason.STORE_STANDBY: (
            "Name its primary server in `[store] url`, or set `[store] update = false` to only answer."
        ),
        Reason.STORE_UNAVAILABLE: "`footnote doctor` checks the connection.",
        Reason.UNKNOWN_ARTICLE: "`footnote articles` lists all ids.",
    }
)
_KEYS = {Role.ENCODER: "[model] encoder", Role.READER: "[answer] reader", Role.SUPPORT: "[writer] llm"}


def poor_text_remedy(reason: str) -> str:
    """Return what to do about an article whose words, or whose front matter, have a flaw."""
    return _FRONT_MATTER if reason.startswith(FLAW) else _POOR_WORDS


def remedy_of(reason: Reason) -> str:
    """Return what to do about errors of a reason, "" if there is nothing to add to their messages."""
    return _REMEDIES.get(reason, "")


def remedy_for(error: FootnoteError) -> str:
    """Return what to do about an error, or "" if there is nothing to add to its message."""
    remedy = error.remedy or remedy_of(error.reason)
    if error.remedy or not isinstance(error, ModelError):
        return remedy
    return remedy.format(key=_KEYS[error.role], model=error.model or "a model")
