"""The library as LlamaIndex classes: a retriever, a query engine and a node parser."""

from index.llamaindex.node_parser import FootnoteNodeParser
from index.llamaindex.query_engine import FootnoteQueryEngine, FootnoteRetriever

__all__ = ["FootnoteNodeParser", "FootnoteQueryEngine", "FootnoteRetriever"]
