"""JSON output: the library's records as objects with the keys that other programs rely on."""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from index.records import Answer, Article, Citation, Sentence

if TYPE_CHECKING:
    from index.building.report import BuildReport
    from index.reading.explanation import Explanation
    from index.storage.catalog import ArticleRow
    from index.writing.written_answer import WrittenAnswer

# Valid in JSON without escapes, but obeyed by a terminal, invisible, or taken for the end of a line.
_ESCAPED = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)
_NOT_ASCII = re.compile("[^\x00-\x7f]")


def dump(value: Any, encoding: str | None = "utf-8", indent: int | None = None) -> str:
    """Return `value` as JSON that parses to an equal value, is safe on a terminal and fits the `encoding`."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    utf = (encoding or "").lower().replace("-", "").startswith("utf")
    return (_ESCAPED if utf else _NOT_ASCII).sub(lambda match: json.dumps(match[0])[1:-1], text)


def dump_for_stdout(value: Any) -> str:
    """Return `value` as JSON for stdout: on one line, or indented on a terminal."""
    return dump(value, sys.stdout.encoding, indent=2 if sys.stdout.isatty() else None)


def answer_object(answer: Answer) -> dict[str, Any]:
    """Return the object of one answer; `read_as` is there only if words of the question were corrected."""
    read_as = {} if answer.read_as is None else {"read_as": answer.read_as}
    return {
        "question": answer.question,
        **read_as,
        "answerable": answer.answerable,
        "maybe": answer.maybe,
        "confidence": answer.confidence,
        "answer": answer.answer,
        "citations": [_citation_object(citation) for citation in answer.citations],
        "elapsed_ms": answer.elapsed_ms,
    }


def written_object(written: "WrittenAnswer") -> dict[str, Any]:
    """Return the object of what a language model wrote; `error` is there only where nothing could be."""
    value: dict[str, Any] = {
        "text": written.text,
        "sentences": [
            {
                "text": sentence.text,
                "citations": list(sentence.citations),
                "supported": sentence.supported,
                "score": sentence.score,
            }
            for sentence in written.sentences
        ],
        "model": written.model,
        "struck": written.struck,
    }
    return {**value, "error": written.problem} if written.failed else value


def _citation_object(citation: Citation) -> dict[str, Any]:
    article = citation.article
    return {
        "number": citation.number,
        "article": {"id": article.id, "title": article.title, "url": article.url},
        "sentence": citation.sentence,
        "start": citation.start,
        "end": citation.end,
        "highlight": None if citation.highlight is None else list(citation.highlight),
        "section": list(citation.section),
        "page": citation.page,
        "block": citation.block.value,
        "link": citation.link,
        "links": list(citation.links),
        "also": [{"id": source.id, "title": source.title, "url": source.url} for source in citation.also],
        "also_count": citation.also_count,
        "score": citation.score,
    }


def explanation_object(
    explanation: "Explanation", answer: Answer, threshold: float, maybe_from: float
) -> dict[str, Any]:
    """Return the object of why an answer came out as it did; `read` is a probability, or null if unread."""
    from index.reading.confidence import logistic

    return {
        "decision": explanation.decision(answer).value,
        "confidence": answer.confidence,
        "threshold": threshold,
        "maybe_threshold": maybe_from,
        "margin": round(answer.confidence - threshold, 4),
        "words": list(explanation.words),
        "unknown_words": list(explanation.unknown),
        "parts": [asdict(part) for part in explanation.parts],
        "candidates": [
            {
                "article": compared.article,
                "sentence": compared.candidate.text,
                "start": compared.candidate.start,
                "end": compared.candidate.end,
                "score": round(compared.score, 4),
                "meaning": compared.candidate.dense,
                "words": compared.candidate.lexical,
                "read": None if compared.read is None else round(logistic(compared.read), 4),
                "found": None if compared.found is None else list(compared.found),
            }
            for compared in explanation.compared
        ],
    }


def info_object(info: "ArticleRow") -> dict[str, Any]:
    """Return the object of one article in a list."""
    return {
        "id": info.id,
        "title": info.title,
        "url": info.url,
        "file": info.file,
        "characters": info.characters,
        "sentences": info.sentences,
    }


def article_object(article: Article, sentences: Sequence[Sentence]) -> dict[str, Any]:
    """Return the object of one article with its text, `sentences` as `[start, end]` pairs."""
    return {
        "id": article.id,
        "title": article.title,
        "url": article.url,
        "file": article.file,
        "characters": len(article.text),
        "sentences": [[sentence.start, sentence.end] for sentence in sentences],
        "text": article.text,
    }


def report_object(report: "BuildReport") -> dict[str, Any]:
    """Return the object of what an update of the index did."""
    return asdict(report) | {
        "renamed": [{"from": old, "to": new} for old, new in report.renamed],
        "skipped": [skipped._asdict() for skipped in report.skipped],
        "poor": [poor._asdict() for poor in report.poor],
    }
