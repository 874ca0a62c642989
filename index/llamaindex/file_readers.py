"""LlamaIndex reader of our file formats: what SimpleDirectoryReader takes as its `file_extractor`."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document

from index.articles.file_formats import SUFFIXES, read_document


class FootnoteFileReader(BaseReader):
    """Text of a file as Footnote sees it, with title, URL, date and author as metadata."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """Read one file into one Document. Raises UnreadableFileError."""
        document = read_document(Path(file))
        description = {key: value for key, value in asdict(document.description).items() if value is not None}
        return [Document(text=document.text, metadata={**(extra_info or {}), **description})]


def file_extractor() -> dict[str, BaseReader]:
    """Return the reader of each extension, as a `file_extractor` for LlamaIndex's SimpleDirectoryReader."""
    return dict.fromkeys(sorted(SUFFIXES), FootnoteFileReader())
