"""Configuration: typed sections, read from one TOML file; a mistake names file, key and what was expected."""

import errno
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError
from pydantic_core import PydanticCustomError

from index.errors import ConfigurationError, Reason

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"

OWN_READER, NO_READER = "footnote", "none"

_INDEX_ENTRIES = {"current", "generations", "encoders", "lock"}  # one of them is in every index folder

_EXPECTED = MappingProxyType(
    {
        "bool_type": "true or false",
        "float_type": "a number",
        "greater_than_equal": "{ge:g} or more",
        "int_from_float": "a whole number",
        "int_type": "a whole number",
        "less_than_equal": "{le:g} or less",
        "list_type": "a list, as [0, 1]",
        "string_too_short": "text that is not empty",
        "string_type": "text in quotation marks",
        "too_short": "one number or more",
    }
)
"""What was expected, by pydantic's name of the error; ours say so themselves."""

_LONG_INTEGER = re.compile(r"^(.*?)=\s*[+-]?[\d_]{1000}", re.MULTILINE)


def _check_path(value: str) -> str:
    """Refuse what no file can be called: it would fail later, and far from the file that says it."""
    try:
        Path(value).expanduser().lstat()
    except (ValueError, RuntimeError) as error:  # a NUL; the home of a user who does not exist
        raise PydanticCustomError("path", "expected a path: {why}", {"why": str(error)}) from None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise PydanticCustomError("path", "expected a path: its name is too long") from None
    return value


PathText = Annotated[str, Field(min_length=1), AfterValidator(_check_path)]


class Section(BaseModel):
    """A section of the configuration: no unknown keys, no silent conversion of types.

    `elsewhere` has keys that a person may expect here, and says where what they stand for comes from.
    """

    elsewhere: ClassVar[Mapping[str, str]] = {}
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class FrontEndSection(Section):
    """A section that a front end reads; its keys are not looked at here."""

    model_config = ConfigDict(extra="allow")


class CorpusSection(Section):
    """Where the articles are."""

    directory: Annotated[PathText, Field(description="folder of the articles")] = "corpus"


class IndexSection(Section):
    """Where the index is kept."""

    directory: Annotated[PathText, Field(description="folder that the index is written to")] = ".footnote"
    watch: Annotated[
        float,
        Field(ge=0, le=86_400, description="seconds between looks at the corpus while a bot runs; 0: none"),
    ] = 30


class ModelSection(Section):
    """Which model turns text into vectors."""

    encoder: Annotated[PathText, Field(description="sentence-transformers model: a folder, or its name")] = (
        DEFAULT_ENCODER
    )


class AnswerSection(Section):
    """What reads the sentences found, when an answer is given, and with how many citations."""

    threshold: Annotated[float, Field(ge=0, le=1, description="least confidence of an answer")] = 0.3
    citations: Annotated[int, Field(ge=1, le=50, description="citations of an answer")] = 3
    reader: Annotated[
        PathText,
        Field(description="`footnote`, `none`, or a question-answering model: a folder, or its name"),
    ] = OWN_READER


class Config(Section):
    """The configuration as the index reads it; a key that nobody knows is an error.

    A front end narrows the type of its own section. Relative paths are relative to `base`, the folder of the
    file that names them.
    """

    corpus: CorpusSection = CorpusSection()
    index: IndexSection = IndexSection()
    model: ModelSection = ModelSection()
    answer: AnswerSection = AnswerSection()
    discord: FrontEndSection = FrontEndSection()
    metrics: FrontEndSection = FrontEndSection()
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
            raise ConfigurationError(f"{path}: not valid TOML: {error}") from None
        except RecursionError:
            raise ConfigurationError(f"{path}: nested too deeply; keys are in sections, no deeper") from None
        except ValueError:  # Python reads an integer of so many digits only
            found = _LONG_INTEGER.search(text)
            key = found[1].strip() if found else "a value"
            raise ConfigurationError(f"{path}: {key}: expected a smaller number") from None
        if "base" in values:
            raise ConfigurationError(f"{path}: base: unknown key")
        try:
            config = cls.model_validate({**values, "base": path.resolve().parent})
        except ValidationError as error:
            raise ConfigurationError(f"{path}: {_first_problem(error, cls)}") from None
        config._file = path
        for key, named in (("model.encoder", config.model.encoder), ("answer.reader", config.answer.reader)):
            if named.startswith(("/", "./", "../", "~")) and not config._path(named).is_dir():
                raise ConfigurationError(f"{config.named(key)}: no such folder (found {named!r:.60})")
        return config

    def named(self, key: str) -> str:
        """Name a key for an error that only comes to light in use: after the file that it was read from."""
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
        """Name of the model, or its folder as an absolute path where there is such a folder."""
        return self._model(self.model.encoder)

    @property
    def named_reader(self) -> str | None:
        """Name or folder, as `encoder` has it, of a reader that is not Footnote's own; None without one."""
        named = self.answer.reader
        return None if named in (OWN_READER, NO_READER) else self._model(named)

    def check_index_directory(self) -> None:
        """Raise ConfigurationError where the index would be written among files that are not an index's."""
        root, corpus = self.index_directory.resolve(), self.corpus_directory.resolve()
        if corpus.is_relative_to(root):
            raise self._no_index_folder(root, "the articles are in it")
        try:
            names = {path.name for path in root.iterdir()}
        except OSError:  # there is none yet; of one that cannot be read, its writer speaks
            return
        if names and not names & _INDEX_ENTRIES:
            raise self._no_index_folder(root, "other files are in it")

    def _no_index_folder(self, root: Path, reason: str) -> ConfigurationError:
        key = self.named("index.directory")
        return ConfigurationError(
            f"{key}: expected a folder of the index's own (found {root}: {reason})",
            reason=Reason.INDEX_FOLDER_OCCUPIED,
        )

    def _model(self, named: str) -> str:
        folder = self._path(named)
        return str(folder) if folder.is_dir() else named

    def _path(self, value: str) -> Path:
        return (self.base / Path(value).expanduser()).absolute()


def _first_problem(error: ValidationError, schema: type[Config]) -> str:
    """Say the first problem in one line: key, what is wrong, what was expected."""
    problem = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key ({_hint(schema, problem['loc'])})"
    if problem["type"] == "model_type":
        return f"{key}: expected a table [{key}] (found {_shown(problem['input'])})"
    expected = _EXPECTED.get(problem["type"])
    words = f"expected {expected.format_map(problem.get('ctx', {}))}" if expected else problem["msg"]
    return f"{key}: {words} (found {_shown(problem['input'])})"


def _shown(value: Any) -> str:
    try:
        return f"{value!r:.60}"
    except (ValueError, RecursionError):  # a hexadecimal integer of thousands of digits; a thousand tables
        return f"{type(value).__name__}, too large to show"


def _hint(schema: type[Config], key: tuple[int | str, ...]) -> str:
    """Say what is known in the section of an unknown `key`."""
    *section, name = map(str, key)
    model: type[Section] = schema
    for part in section:
        annotation = model.model_fields[part].annotation
        if isinstance(annotation, type) and issubclass(annotation, Section):
            model = annotation
    if name in model.elsewhere:
        return model.elsewhere[name]
    known = [field for field in model.model_fields if field != "base"]
    return f"known here: {', '.join(known)}" if known else "this section has no keys yet"
