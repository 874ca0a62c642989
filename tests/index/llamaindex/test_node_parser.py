"""The node parser inside LlamaIndex: unique ids, exact offsets, relationships, metadata."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.sentences import split_sentences
from tests.support.lazy_modules import LazyModule
from tests.support.paths import ARTICLE

llamaindex, schema = LazyModule("index.llamaindex"), LazyModule("llama_index.core.schema")

SAME = "The same sentence comes again. " * 5


def parse(*documents: Any) -> list[Any]:
    nodes = llamaindex.FootnoteNodeParser().get_nodes_from_documents(documents)
    return [node for node in nodes if isinstance(node, schema.TextNode)]


def check(document: Any, nodes: list[Any]) -> None:
    """Assert what holds for the nodes of a document."""
    assert [(node.start_char_idx, node.end_char_idx) for node in nodes] == [
        (sentence.start, sentence.end) for sentence in split_sentences(document.text)
    ]
    for number, node in enumerate(nodes):
        assert node.text == document.text[node.start_char_idx : node.end_char_idx]
        assert node.ref_doc_id == document.node_id
        assert (node.prev_node and node.prev_node.node_id) == (nodes[number - 1].node_id if number else None)
        following = nodes[number + 1].node_id if number + 1 < len(nodes) else None
        assert (node.next_node and node.next_node.node_id) == following
        assert node.metadata["passage_start"] <= node.start_char_idx < node.end_char_idx
        assert node.end_char_idx <= node.metadata["passage_end"]


def test_the_first_article() -> None:
    text = ARTICLE.read_text(encoding="utf-8")
    document = schema.Document(text=text, id_="al-tanf", metadata={"title": "Strikes"})
    nodes = parse(document)
    assert len(nodes) == 16
    check(document, nodes)
    assert nodes[0].node_id == "al-tanf:0-75"
    assert nodes[0].metadata["title"] == "Strikes"
    embedded, read = (
        nodes[0].get_content(mode) for mode in (schema.MetadataMode.EMBED, schema.MetadataMode.LLM)
    )
    assert "title: Strikes" in embedded
    assert "passage" not in embedded + read


@pytest.mark.parametrize("text", [SAME, "The cat sat. cat sat. at. t.", "", "---", "One.\n\nOne.\n\nOne."])
def test_texts_that_repeat_or_are_empty(text: str) -> None:
    document = schema.Document(text=text, id_="a")
    check(document, parse(document))


@given(st.text())
def test_any_document(text: str) -> None:
    document = schema.Document(text=text, id_="a")
    check(document, parse(document))


def test_identical_documents_keep_their_own_nodes() -> None:
    one, two = schema.Document(text=SAME, id_="one"), schema.Document(text=SAME, id_="two")
    nodes = parse(one, two)
    check(one, nodes[:5])
    check(two, nodes[5:])
    assert len({node.node_id for node in nodes}) == 10
    assert [node.node_id for node in parse(one, two)] == [node.node_id for node in nodes], "ids are stable"


def test_two_documents_under_one_id() -> None:
    nodes = parse(schema.Document(text=SAME, id_="a#2:0-30"), *[schema.Document(text=SAME, id_="a")] * 3)
    assert len({node.node_id for node in nodes}) == 20


def test_in_an_ingestion_pipeline() -> None:
    from llama_index.core import MockEmbedding
    from llama_index.core.ingestion import IngestionPipeline
    from llama_index.core.storage.docstore import SimpleDocumentStore
    from llama_index.core.vector_stores import SimpleVectorStore

    pipeline = IngestionPipeline(
        transformations=[llamaindex.FootnoteNodeParser(), MockEmbedding(embed_dim=2)],
        docstore=SimpleDocumentStore(),
        vector_store=SimpleVectorStore(),
    )
    one, two = schema.Document(text=SAME, id_="one"), schema.Document(text=SAME, id_="two")
    nodes = pipeline.run(documents=[one, two])
    assert len({node.node_id for node in nodes}) == 10
    assert pipeline.run(documents=[one, two]) == [], "unchanged documents are not parsed again"
    changed = pipeline.run(documents=[one, schema.Document(text="Other words.", id_="two")])
    assert [node.node_id for node in changed] == ["two:0-12"]


def test_asynchronously() -> None:
    document = schema.Document(text=SAME, id_="a")
    nodes = asyncio.run(llamaindex.FootnoteNodeParser().aget_nodes_from_documents([document]))
    assert [node.node_id for node in nodes] == [node.node_id for node in parse(document)]


def test_passages_by_the_tokens_of_a_model() -> None:
    parser = llamaindex.FootnoteNodeParser(limit=10, count_tokens=lambda text: len(text.split()))
    nodes = parser.get_nodes_from_documents([schema.Document(text=SAME, id_="a")])
    assert len({node.metadata["passage_start"] for node in nodes}) == 5


def test_it_says_its_name() -> None:
    assert llamaindex.FootnoteNodeParser().to_dict()["class_name"] == "FootnoteNodeParser"
