"""Configuration: typed sections of one TOML file. A mistake names file, key and what was expected."""

import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from index.config_section import PathText, Section
from index.database_urls import has_password, is_address, redacted
from index.errors import ConfigurationError
from index.writer_section import WriterSection

DEFAULT_ENCODER = "footnote"
"""The encoder that ships with this package."""

MAYBE_PART = 4 / 5
"""Part of `threshold` that `maybe_threshold` is unless it is configured: docs/confidence.md has figures."""

OWN_READER, NO_READER = "footnote", "none"

_EXPECTED = MappingProxyType(
    {
        "bool_type": "true or false",
        "float_type": "a number",
        "greater_than_equal": "{ge:g} or more",
        "int_from_float": "a whole number",
        "int_type": "a whole number",
        "less_than_equal": "{le:g} or less",
        "list_type": "a list, as [0, 1]",
        "string_too_long": "{max_length} characters or fewer",
        "string_too_short": "text that is not empty",
        "string_type": "text in quotation marks",
        "too_short": "one number or more",
    }
)
"""What was expected, by pydantic's name of the error; our own errors say so themselves."""


class CorpusSection(Section):
    """Where the articles are."""

    front_end_keys = frozenset({"refresh", "servers"})

    directory: Annotated[PathText, Field(description="folder of the articles")] = "corpus"
    allow_hosts: list[str] = Field(
        default_factory=list, description="hosts off the public internet that may be fetched from"
    )


class IndexSection(Section):
    """Where the index is kept."""

    front_end_keys = frozenset({"watch"})

    directory: Annotated[PathText, Field(description="folder that the index is written to")] = ".footnote"


def _check_store_url(value: str) -> str:
    """Refuse what is no address of a database, without repeating it: there may be a password in it."""
    if value and not is_address(value):
        raise PydanticCustomError(
            "store_url", "expected an address, as postgresql://user@host/database, and no password"
        )
    if value and has_password(value):
        raise PydanticCustomError(
            "store_url",
            "expected no password: it comes from PGPASSWORD, a service file, or the file named by url_file",
        )
    return value


class StoreSection(Section):
    """The database that holds the library, if a folder does not."""

    elsewhere = MappingProxyType(
        {"password": "the password comes from PGPASSWORD, a service file, or the file named by url_file"}
    )

    url: Annotated[
        str,
        Field(description="PostgreSQL database; empty: the index is in a folder"),
        AfterValidator(_check_store_url),
    ] = ""
    url_file: Annotated[
        PathText | None, Field(description="file with the address, which may hold a password")
    ] = None
    source: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            description="name of these articles, if machines have different ones",
        ),
    ] = "articles"
    update: Annotated[
        bool, Field(description="this machine adds its articles to the library; false: it only answers")
    ] = True
    wait: Annotated[
        float, Field(ge=0.1, le=240, description="seconds that a question waits for the database")
    ] = 10

    @model_validator(mode="after")
    def _has_one_address(self) -> Self:
        if self.url and self.url_file:
            raise PydanticCustomError("store", "expected url or url_file, not both")
        return self


class ModelSection(Section):
    """Which model turns text into vectors."""

    encoder: Annotated[
        PathText, Field(description="`footnote`, or a sentence-transformers model: a folder, or its name")
    ] = DEFAULT_ENCODER


class AnswerSection(Section):
    """What reads the retrieved sentences, when an answer is given, and with how many citations."""

    front_end_keys = frozenset({"contact"})

    threshold: Annotated[float, Field(ge=0, le=1, description="least confidence of an answer")] = 0.38
    maybe_threshold: Annotated[
        float | None,
        Field(
            ge=0,
            le=1,
            description='least confidence of what is shown as "not sure"; None: four fifths of threshold',
        ),
    ] = None
    citations: Annotated[int, Field(ge=1, le=50, description="citations of an answer")] = 3
    reader: Annotated[
        PathText,
        Field(description="`footnote`, `none`, or a question-answering model: a folder, or its name"),
    ] = OWN_READER

    @field_validator("maybe_threshold")
    @classmethod
    def _is_not_above_threshold(cls, value: float | None, others: ValidationInfo) -> float | None:
        threshold = others.data.get("threshold")  # None if it is wrong itself
        if value is not None and threshold is not None and value > threshold:
            raise PydanticCustomError(
                "maybe_threshold",
                "expected no more than threshold, which is {threshold}",
                {"threshold": f"{threshold:g}"},
            )
        return value

    def maybe_from(self, threshold: float) -> float:
        """Return the least confidence of a maybe, where an answer needs `threshold`."""
        if self.maybe_threshold is None:
            return round(MAYBE_PART * threshold, 4)
        return min(self.maybe_threshold, threshold)


class Config(Section):
    """The configuration as the library reads it; a key that nobody knows is an error.

    Relative paths are relative to `base`, the folder of the file that names them.
    """

    front_end_keys = frozenset({"chat", "discord", "metrics", "web"})

    corpus: CorpusSection = CorpusSection()
    index: IndexSection = IndexSection()
    model: ModelSection = ModelSection()
    answer: AnswerSection = AnswerSection()
    store: StoreSection = StoreSection()
    writer: WriterSection = WriterSection()
    base: Annotated[Path, Field(exclude=True)] = Path()
    _file: Path | None = PrivateAttr(None)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """Read the file at `path`.

        Raises ConfigurationError: one line that names the file, the key and what was expected.
        """
        path = Path(path)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise ConfigurationError(f"{path}: no such configuration file") from None
        except OSError as error:
            raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ConfigurationError(f"{path}: not UTF-8") from None
        try:
            values = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: not valid TOML: {_shortened(str(error), 200)}") from None
        except ValueError:  # an integer of more digits than Python reads
            raise ConfigurationError(f"{path}: a number has too many digits") from None
        except RecursionError:
            raise ConfigurationError(f"{path}: nested too deeply; keys are in sections, no deeper") from None
        if "base" in values:
            raise ConfigurationError(f"{path}: base: unknown key")
        try:
            config = cls.model_validate({**values, "base": path.resolve().parent})
        except ValidationError as error:
            raise ConfigurationError(f"{path}: {_first_problem(error, cls)}") from None
        config._file = path
        for key, model in (("model.encoder", config.model.encoder), ("answer.reader", config.answer.reader)):
            if model.startswith(("/", "./", "../", "~")) and not config._path(model).is_dir():
                raise ConfigurationError(f"{config.named(key)}: no such folder (found {model!r:.60})")
        return config

    def named(self, key: str) -> str:
        """Name a key, and the file that it was read from, for an error that only shows in use."""
        return f"{self._file}: {key}" if self._file else key

    @property
    def corpus_directory(self) -> Path:
        """Folder of the articles, absolute."""
        return self._path(self.corpus.directory)

    @property
    def index_directory(self) -> Path:
        """Folder of the index, absolute."""
        return self._path(self.index.directory)

    @property
    def encoder(self) -> str:
        """Name of the encoder's model, or its folder as an absolute path if there is such a folder."""
        name = self.model.encoder
        return name if name == DEFAULT_ENCODER else self._model(name)

    @property
    def named_reader(self) -> str | None:
        """Name or folder of a reader that is not Footnote's own, as for `encoder`; None without one."""
        reader = self.answer.reader
        return None if reader in (OWN_READER, NO_READER) else self._model(reader)

    @property
    def models_from(self) -> Path | None:
        """Index folder whose exported models an update links into this one; None: it exports its own."""
        return None

    @property
    def store_url(self) -> str | None:
        """Address of the database that holds the library; None if a folder does.

        Raises ConfigurationError.
        """
        if self.store.url_file is None:
            return self.store.url or None
        path, key = self._path(self.store.url_file), self.named("store.url_file")
        try:
            url = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8"
            raise ConfigurationError(f"{key}: {path} cannot be read: {why}") from None
        if not is_address(url):
            raise ConfigurationError(
                f"{key}: expected an address in {path}, as postgresql://user:password@host/database"
            )
        return url

    @property
    def answers_only(self) -> bool:
        """Whether others put the articles into the database, and this machine needs none."""
        return not self.store.update and bool(self.store.url or self.store.url_file)

    @property
    def tenant(self) -> int:
        """Whose library this is in a database: 0 for the common one, else a server's id."""
        return 0

    @property
    def models_directory(self) -> Path:
        """Folder of the exported models, absolute: that of the index."""
        return self.index_directory

    def _model(self, name: str) -> str:
        folder = self._path(name)
        return str(folder) if folder.is_dir() else name

    def _path(self, value: str) -> Path:
        return (self.base / Path(value).expanduser()).absolute()


def _first_problem(error: ValidationError, schema: type[Config]) -> str:
    """Describe the first problem in one line: key, what is wrong, what was expected."""
    problem = error.errors(include_url=False)[0]
    key = ".".join(_shortened(str(part)) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key ({_hint(schema, problem['loc'])})"
    if not key:  # of several keys together
        return problem["msg"]
    if problem["type"] == "model_type":
        return f"{key}: expected a table [{key}] (found {_shown(problem['input'])})"
    expected = _EXPECTED.get(problem["type"])
    words = f"expected {expected.format_map(problem.get('ctx', {}))}" if expected else problem["msg"]
    if key == "store.url":  # there may be a password in it
        return f"{key}: {words}"
    return f"{key}: {words} (found {_shown(problem['input'])})"


def _shortened(text: str, most: int = 60) -> str:
    """Return `text` as it is shown: printable, and without its middle if it is long."""
    shown = text if text.isprintable() else repr(text)[1:-1]
    return shown if len(shown) <= most else f"{shown[: most // 2]}…{shown[-most // 2 + 1 :]}"


def _shown(value: Any) -> str:
    try:
        return redacted(f"{value!r:.60}")
    except (ValueError, RecursionError):  # integers of thousands of digits, thousands of tables
        kind = "table" if isinstance(value, dict) else "list" if isinstance(value, list) else "number"
        return f"a very large {kind}"


def _hint(schema: type[Config], path: tuple[int | str, ...]) -> str:
    """Name the keys that are known in the section of an unknown key, which is the last of `path`."""
    *section, name = map(str, path)
    model: type[Section] = schema
    for part in section:
        annotation = model.model_fields[part].annotation
        if isinstance(annotation, type) and issubclass(annotation, Section):
            model = annotation
    if name in model.elsewhere:
        return model.elsewhere[name]
    keys = (key for key in model.model_fields if key != "base")
    return f"known here: {', '.join(keys)}"
