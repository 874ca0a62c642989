"""LlamaIndex retriever and query engine over a library, for agents, tools and pipelines.

Three lines put the library into an agent:
```python
from index.llamaindex import FootnoteQueryEngine
engine = FootnoteQueryEngine.from_config("config.toml")
agent = FunctionAgent(tools=[QueryEngineTool.from_defaults(engine)], llm=llm)
```
"""

import asyncio
from pathlib import Path
from typing import Self

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import RESPONSE_TYPE, Response
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode

from index.config import Config
from index.library import Library
from index.records import NO_ANSWER, Answer, Citation


class FootnoteRetriever(BaseRetriever):
    """Retrieves source sentences as LlamaIndex nodes, best first."""

    def __init__(self, library: Library, *, article: str | None = None, top_k: int | None = None) -> None:
        super().__init__()
        self._library = library
        self._article = article
        self._top_k = top_k

    @classmethod
    def from_config(cls, path: str | Path, *, article: str | None = None, top_k: int | None = None) -> Self:
        """Open the index that the configuration file at `path` names.

        `article` narrows every query to one article; `top_k` is the number of sentences. Raises
        ConfigurationError, IndexMissingError, IndexStaleError or IndexDamagedError.
        """
        return cls(Library.open(Config.read(Path(path))), article=article, top_k=top_k)

    def ask(self, query: QueryBundle) -> Answer:
        """Return the library's own answer to a query."""
        return self._library.ask(query.query_str, article=self._article, top_k=self._top_k)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return nodes(self.ask(query_bundle))

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


class FootnoteQueryEngine(BaseQueryEngine):
    """Answers with the library's own words; the response's `source_nodes` are the citations.

    The response's metadata holds `answerable`, `confidence` and `read_as`: the question with its misspelt
    words corrected, None if none were. No language model is involved.
    """

    def __init__(self, retriever: FootnoteRetriever) -> None:
        super().__init__(callback_manager=None)
        self._retriever = retriever

    @classmethod
    def from_config(cls, path: str | Path, *, article: str | None = None, top_k: int | None = None) -> Self:
        """Open the index that the configuration file at `path` names; see `FootnoteRetriever.from_config`."""
        return cls(FootnoteRetriever.from_config(path, article=article, top_k=top_k))

    def retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        """Return the citations of a query as nodes."""
        return self._retriever.retrieve(query_bundle)

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        answer = self._retriever.ask(query_bundle)
        return Response(
            answer.answer or NO_ANSWER,
            source_nodes=nodes(answer),
            metadata={
                "answerable": answer.answerable,
                "confidence": answer.confidence,
                "read_as": answer.read_as,
            },
        )

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        return await asyncio.to_thread(self._query, query_bundle)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}


def nodes(answer: Answer) -> list[NodeWithScore]:
    """Return the citations of an answer as nodes with unique ids and offsets in their article's text."""
    return [NodeWithScore(node=_node(citation), score=citation.score) for citation in answer.citations]


def _node(citation: Citation) -> TextNode:
    article = citation.article
    metadata = {
        "article": article.id,
        "title": article.title,
        "url": article.url,
        "section": list(citation.section),
        "page": citation.page,
        "block": citation.block.value,
        "link": citation.link,
        "highlight": citation.highlight and list(citation.highlight),
        "also": [source.id for source in citation.also],
        "also_count": citation.also_count,
    }
    return TextNode(
        id_=f"{article.id}:{citation.start}-{citation.end}",
        text=citation.sentence,
        start_char_idx=citation.start,
        end_char_idx=citation.end,
        metadata=metadata,
        excluded_llm_metadata_keys=["article", "block", "highlight", "also", "also_count"],
        excluded_embed_metadata_keys=list(metadata),
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=article.id)},
    )
