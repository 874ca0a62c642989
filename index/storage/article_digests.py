"""Digests of what a store holds, the same in a folder and in a database, to compare two libraries by."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from index.records import Article, Passage, Sentence


def article_digest(article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage]) -> str:
    """Digest all that a store holds of an article but its id and its vectors, which models make of it."""
    stored = [
        *(article.title, article.text, article.file, article.url, article.published, article.author),
        *(article.updated, [asdict(block) for block in article.blocks]),
        *([asdict(sentence) for sentence in sentences], [asdict(passage) for passage in passages]),
    ]
    text = json.dumps(stored, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def library_digest(articles: Iterable[tuple[str, str]]) -> str:
    """Digest a library of (id, `article_digest`); the database computes the same."""
    ordered = sorted((id_.encode(), digest) for id_, digest in articles)
    return hashlib.sha256(b"\n".join(id_ + b" " + digest.encode() for id_, digest in ordered)).hexdigest()
