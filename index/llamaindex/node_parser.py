"""LlamaIndex node parser for ingestion pipelines: one node for each sentence."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llama_index.core.node_parser import NodeParser
from llama_index.core.schema import BaseNode, Document, MetadataMode, NodeRelationship, TextNode
from pydantic import Field

from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences


def estimated_tokens(text: str) -> int:
    """Estimate the number of word pieces in a text: one for every four characters of English."""
    return len(text) // 4 + 1


class FootnoteNodeParser(NodeParser):
    """Parses each document into one node for each sentence.

    A node's offsets are exact in its document's text. Its id is made of the document's id and the offsets: it
    is unique, the same each time, and the id that the query engine gives a citation if the document's id is
    the article's. `passage_start` and `passage_end`, the offsets of the passage around the sentence, join the
    document's metadata.
    """

    limit: int = Field(default=254, gt=0, description="Tokens of the longest passage.")
    count_tokens: Callable[[str], int] = Field(
        default=estimated_tokens, exclude=True, description="Counts the tokens of a text."
    )

    @classmethod
    def class_name(cls) -> str:
        """Return the name that LlamaIndex serialises the parser under."""
        return "FootnoteNodeParser"

    def _parse_nodes(
        self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any
    ) -> list[BaseNode]:
        seen: Counter[str] = Counter()
        parsed: list[BaseNode] = []
        for document in nodes:
            seen[document.node_id] += 1
            repetition = f"#{seen[document.node_id]}" if seen[document.node_id] > 1 else ""
            parsed.extend(self._sentences(document, document.node_id + repetition))
        return parsed

    def _sentences(self, document: BaseNode, prefix: str) -> Iterator[TextNode]:
        text = document.get_content(metadata_mode=MetadataMode.NONE)
        sentences = split_sentences(text)
        source = document.as_related_node_info()
        own_keys = ["passage_start", "passage_end"]
        for passage in make_passages(text, sentences, self.count_tokens, self.limit):
            for sentence in sentences[passage.first : passage.last]:
                yield TextNode(
                    id_=f"{prefix}:{sentence.start}-{sentence.end}",
                    text=text[sentence.start : sentence.end],
                    start_char_idx=sentence.start,
                    end_char_idx=sentence.end,
                    metadata={"passage_start": passage.start, "passage_end": passage.end},
                    excluded_embed_metadata_keys=[*document.excluded_embed_metadata_keys, *own_keys],
                    excluded_llm_metadata_keys=[*document.excluded_llm_metadata_keys, *own_keys],
                    relationships={NodeRelationship.SOURCE: source},
                )

    def _postprocess_parsed_nodes(
        self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]
    ) -> list[BaseNode]:
        # LlamaIndex searches the document for each text, and finds "cat sat." inside "The cat sat.".
        offsets = [(node.start_char_idx, node.end_char_idx) for node in nodes if isinstance(node, TextNode)]
        finished = super()._postprocess_parsed_nodes(nodes, parent_doc_map)
        for node, (start, end) in zip(finished, offsets, strict=True):
            if isinstance(node, TextNode):
                node.start_char_idx, node.end_char_idx = start, end
        return finished
