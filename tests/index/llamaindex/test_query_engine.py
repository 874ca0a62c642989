"""The library inside LlamaIndex: agents, tools and synthesizers take its retriever and query engine."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from index.config import Config
from index.errors import UnknownArticleError
from index.library import Library
from index.records import NO_ANSWER
from tests.support.lazy_modules import LazyModule

pytestmark = pytest.mark.slow

llamaindex = LazyModule("index.llamaindex")

QUESTION = "How many leaflets did the U.S. drop?"


@pytest.fixture(scope="module")
def engine(either_library_config: Path) -> Any:
    return llamaindex.FootnoteQueryEngine.from_config(either_library_config)


def test_an_agent_asks_the_library(library_config: Path) -> None:
    """The three lines of the README, with a model that calls the tool and repeats what it says."""
    from llama_index.core.agent.workflow import FunctionAgent
    from llama_index.core.base.llms.types import ChatMessage, MessageRole, TextBlock, ToolCallBlock
    from llama_index.core.llms.mock import MockFunctionCallingLLM
    from llama_index.core.tools import QueryEngineTool

    def respond(messages: list[ChatMessage], **_: Any) -> ChatMessage:
        if messages[-1].role == MessageRole.TOOL:
            return ChatMessage(role="assistant", content=messages[-1].content)
        call = ToolCallBlock(tool_name="query_engine_tool", tool_kwargs={"input": QUESTION})
        return ChatMessage(role="assistant", blocks=[TextBlock(text=""), call])

    llm = MockFunctionCallingLLM(response_generator=respond)
    engine = llamaindex.FootnoteQueryEngine.from_config(library_config)
    agent = FunctionAgent(tools=[QueryEngineTool.from_defaults(engine)], llm=llm)

    async def ask() -> Any:
        return await agent.run(QUESTION)

    result = asyncio.run(ask())
    assert "90,000" in str(result)
    (call,) = result.tool_calls
    assert call.tool_output.raw_output.source_nodes[0].node.text.startswith("The U.S. dropped 90,000")


def test_source_nodes_have_unique_ids_and_true_offsets(engine: Any, either_library_config: Path) -> None:
    response = engine.query(QUESTION)
    library = Library.open(Config.read(either_library_config))
    nodes = [found.node for found in response.source_nodes]
    assert len({node.node_id for node in nodes}) == len(nodes) == 3
    for node in nodes:
        text = library.article(node.metadata["article"]).text
        assert text[node.start_char_idx : node.end_char_idx] == node.text
        assert node.source_node is not None
        assert node.source_node.node_id == node.metadata["article"]
    scores = [found.score for found in response.source_nodes]
    assert scores == sorted(scores, reverse=True)
    assert response.metadata == {"answerable": True, "confidence": scores[0], "read_as": None}
    assert response.response
    assert response.response in nodes[0].text


def test_identical_sentences_are_one_node_that_names_the_other_articles(either_library_config: Path) -> None:
    nodes = llamaindex.FootnoteRetriever.from_config(either_library_config, top_k=4).retrieve(
        "How long is the red bridge?"
    )
    equal = [found.node for found in nodes if found.node.text == "The red bridge is 900 metres long."]
    (node,) = equal
    named = {node.metadata["article"], *node.metadata["also"]}
    assert named == {"bridges/one", "bridges/two", "bridges/three"}


def test_a_node_links_to_its_sentence(library_config: Path) -> None:
    retriever = llamaindex.FootnoteRetriever.from_config(library_config, article="bridges/three", top_k=1)
    (found,) = retriever.retrieve("How long is the red bridge?")
    address, _, words = found.node.metadata["link"].partition("#:~:text=")
    assert (address, words) == (found.node.metadata["url"], "The%20red%20bridge%20is,900%20metres%20long.")


def test_what_the_articles_do_not_say_is_said(engine: Any) -> None:
    response = engine.query("asdf qwer zxcv")
    assert str(response) == NO_ANSWER
    assert response.metadata is not None
    assert response.metadata["answerable"] is False


def test_asynchronous_queries_run_off_the_event_loop(engine: Any, monkeypatch: Any) -> None:
    threads: list[int] = []
    ask = llamaindex.FootnoteRetriever.ask

    def spy(self: Any, query: Any) -> Any:
        threads.append(threading.get_ident())
        return ask(self, query)

    monkeypatch.setattr(llamaindex.FootnoteRetriever, "ask", spy)

    async def both() -> Any:
        return await asyncio.gather(engine.aquery(QUESTION), engine.aquery("Who is the spokesman?"))

    first, _ = asyncio.run(both())
    assert str(first) == str(engine.query(QUESTION))
    assert threading.get_ident() not in threads[:2]


def test_one_article_only(either_library_config: Path) -> None:
    retriever = llamaindex.FootnoteRetriever.from_config(
        either_library_config, article="bridges/one", top_k=2
    )
    assert {found.node.metadata["article"] for found in retriever.retrieve(QUESTION)} == {"bridges/one"}
    with pytest.raises(UnknownArticleError, match="bridges/oen"):
        llamaindex.FootnoteRetriever.from_config(either_library_config, article="bridges/oen").retrieve(
            QUESTION
        )


def test_a_synthesizer_of_llamaindex_takes_our_nodes(library_config: Path) -> None:
    from llama_index.core.llms.mock import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine
    from llama_index.core.response_synthesizers import ResponseMode, get_response_synthesizer

    retriever = llamaindex.FootnoteRetriever.from_config(library_config)
    synthesizer = get_response_synthesizer(llm=MockLLM(), response_mode=ResponseMode.COMPACT)
    response = RetrieverQueryEngine(retriever, synthesizer).query(QUESTION)
    assert "90,000" in response.source_nodes[0].node.get_content()
    assert "90,000" in str(response)  # the model repeats its prompt, which holds the sentences


def test_llamaindex_opens_our_vectors(library_config: Path) -> None:
    from llama_index.vector_stores.faiss import FaissVectorStore

    config = Config.read(library_config)
    library = Library.open(config)
    path = config.index_directory / "generations" / library.generation / "sentences.faiss"
    store = FaissVectorStore.from_persist_path(str(path))
    assert store.client.ntotal == sum(article.sentences for article in library.articles())
