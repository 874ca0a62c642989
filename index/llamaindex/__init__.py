"""The library as LlamaIndex classes: a retriever, a query engine and a node parser; and language models.

The public names are imported when they are first used: what asks a language model needs none of them.
"""

TYPE_CHECKING = False  # type checkers take it for true
if TYPE_CHECKING:
    from index.llamaindex.node_parser import FootnoteNodeParser
    from index.llamaindex.query_engine import FootnoteQueryEngine, FootnoteRetriever

__all__ = ["FootnoteNodeParser", "FootnoteQueryEngine", "FootnoteRetriever"]

_MODULES = {
    "FootnoteNodeParser": "index.llamaindex.node_parser",
    "FootnoteQueryEngine": "index.llamaindex.query_engine",
    "FootnoteRetriever": "index.llamaindex.query_engine",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
