"""Configuration: typed sections, read from one TOML file; a mistake names file, key and what was expected."""

import tomllib
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.errors import ConfigurationError

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"


class Section(BaseModel):
    """A section of the configuration: no unknown keys, no silent conversion of types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class CorpusSection(Section):
    """Where the articles are."""

    directory: Annotated[str, Field(min_length=1, description="folder of the articles")] = "corpus"


class IndexSection(Section):
    """Where the index is kept."""

    directory: Annotated[str, Field(min_length=1, description="folder that the index is written to")] = (
        ".footnote"
    )


class ModelSection(Section):
    """Which model turns text into vectors."""

    encoder: Annotated[
        str, Field(min_length=1, description="sentence-transformers model: a folder, or its name")
    ] = DEFAULT_ENCODER


class AnswerSection(Section):
    """When an answer is given, and with how many citations."""

    threshold: Annotated[float, Field(ge=0, le=1, description="least confidence of an answer")] = 0.2
    citations: Annotated[int, Field(ge=1, le=50, description="citations of an answer")] = 3


class Config(Section):
    """The part of the configuration that the index reads; sections of other programs are left to them.

    A front end extends this class with its own section and forbids what nobody knows. Relative paths are
    relative to `base`, the folder of the file that names them.
    """

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)

    corpus: CorpusSection = CorpusSection()
    index: IndexSection = IndexSection()
    model: ModelSection = ModelSection()
    answer: AnswerSection = AnswerSection()
    base: Annotated[Path, Field(exclude=True)] = Path()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file at `path`.

        Raises ConfigurationError: one line that names the file, the key and what was expected.
        """
        try:
            values = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            raise ConfigurationError(f"{path}: no such configuration file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: cannot be read: {error}") from None
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: not valid TOML: {error}") from None
        if "base" in values:
            raise ConfigurationError(f"{path}: base: unknown key")
        try:
            return cls.model_validate({**values, "base": path.resolve().parent})
        except ValidationError as error:
            raise ConfigurationError(f"{path}: {_first_problem(error, cls)}") from None

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
        folder = self._path(self.model.encoder)
        return str(folder) if folder.is_dir() else self.model.encoder

    def _path(self, value: str) -> Path:
        return (self.base / Path(value).expanduser()).absolute()


def _first_problem(error: ValidationError, schema: type[Config]) -> str:
    """Say the first problem in one line: key, what is wrong, what was expected."""
    problem = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"{key}: unknown key (known here: {', '.join(_known_keys(schema, problem['loc'][:-1]))})"
    return f"{key}: {problem['msg']} (found {problem['input']!r:.60})"


def _known_keys(schema: type[Config], section: tuple[int | str, ...]) -> list[str]:
    model: type[BaseModel] = schema
    for name in section:
        annotation = model.model_fields[str(name)].annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
    return [name for name in model.model_fields if name != "base"]
