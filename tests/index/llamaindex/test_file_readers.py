"""LlamaIndex's readers of our file formats."""

from pathlib import Path

from index.articles.file_formats import SUFFIXES
from tests.support.small_corpus import put


def test_llamaindex_reads_a_folder_with_our_file_formats(tmp_path: Path) -> None:
    from llama_index.core import SimpleDirectoryReader

    from index.llamaindex.file_readers import file_extractor

    assert set(file_extractor()) == SUFFIXES
    put(tmp_path, "a.txt", "The café.".encode("latin-1"))
    put(tmp_path, "b.html", "<title>Bees</title><p>They dance.")
    documents = SimpleDirectoryReader(str(tmp_path), file_extractor=file_extractor()).load_data()
    assert [document.text for document in documents] == ["The café.", "They dance."]
    assert documents[1].metadata["title"] == "Bees"
    assert documents[1].metadata["file_name"] == "b.html"
