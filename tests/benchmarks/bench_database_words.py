"""Two ways to find sentences by their words in PostgreSQL: a table of postings, and sparse vectors in HNSW.

usage: python -m tests.benchmarks.bench_database_words FOLDER QUESTIONS [--sentences N] [--asked N]
       [--most N …] [--links M …] [--building N] [--searching N …]
FOLDER holds documents, as for bench_scale; their files are read in a random order, always the same, until
there are N sentences. QUESTIONS is a file as for `footnote eval`, or one of SQuAD; its questions need not be
about the documents. Asked are N of them, N headings of the documents, and N times six words of one sentence.

The postings are Footnote's own table, asked as retrieval asks it, with all postings of a question's terms
read, and with up to N of them. A sparse vector holds what BM25 gives each
term in a sentence, and that of a question the weights of its terms: their inner product is BM25. Both are
made in a server of their own, or in that of FOOTNOTE_TEST_POSTGRES. Recall@100 is the part of the 100 best by
exact BM25, or of as many as share any word with the question, that is found; sentences with the same score
stand for each other. The ways take turns, and the time of each is told as a part of that of the postings.
"""

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.articles.corpus import corpus_files, read_article
from index.errors import UnreadableFileError
from index.records import Article, Block, BlockKind
from index.segmentation.search_terms import terms
from index.segmentation.sentences import split_sentences
from index.storage.bm25 import K1, B, Bm25
from index.storage.joined import idf
from index.storage.postgres.database import Connection, Database
from index.storage.postgres.search import MOST_POSTINGS, PostgresSearch
from tests.benchmarks.measure import processor_seconds
from tests.support.postgres_server import Server, running_server

BEST = 100
WORDS_OF_ONE = 6
MOST_TERMS = 1000  # of a vector that HNSW takes
MEMORY = "1GB"  # to build an index with


class Texts(NamedTuple):
    """The terms of sentences, each with those of its block's context; and headings."""

    sentences: list[list[str]]
    headings: list[str]


class Way(NamedTuple):
    """A way to find the rows of the best sentences for some terms."""

    name: str
    find: Callable[[Sequence[str]], list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument("--asked", type=int, default=100, help="so many questions of each kind")
    parser.add_argument("--most", type=int, nargs="*", default=[MOST_POSTINGS], help="postings that are read")
    parser.add_argument("--links", type=int, nargs="*", default=[16], help="links of a vector under HNSW")
    parser.add_argument("--building", type=int, default=64, help="candidates while HNSW is built")
    parser.add_argument("--searching", type=int, nargs="+", default=[100, 400, 1000], help="while searched")
    options = parser.parse_args()
    texts = _read(options.folder, options.sentences)
    exact = Bm25.build(texts.sentences)
    numbers = {term: number for number, term in enumerate(sorted(set(chain(*texts.sentences))), 1)}
    postings = sum(len(set(sentence)) for sentence in texts.sentences)
    print(f"{exact.size} sentences, {len(numbers)} terms, {postings} postings", flush=True)
    asked = _asked(options.questions, texts, options.asked)
    with running_server() as server:
        store = Database(server.database(), wait=3600)
        store.make_schema()
        _fill_postings(server, store, texts.sentences)
        ways = [Way("postings", _by_postings(store, exact.terms))]
        ways += [Way(f"postings, up to {most} read", _by_postings(store, most)) for most in options.most]
        _compare(store, ways, asked, exact)
        if options.links:
            _fill_vectors(server, store, texts.sentences, numbers, exact.terms / exact.size)
        for links in options.links:
            _index_vectors(server, store, links, options.building)
            found = [
                Way(f"HNSW, {links} links, {reach} candidates", _by_vectors(store, exact, numbers, reach))
                for reach in options.searching
            ]
            _compare(store, [ways[0], *found], asked, exact)
        store.close()


def _read(folder: Path, count: int) -> Texts:
    files = sorted(corpus_files(folder), key=lambda file: blake2b(file.file.encode()).digest())
    found, headings = [], {}
    for file in files:
        try:
            article = read_article(file)
        except UnreadableFileError:
            continue
        found += _terms_of(article)
        for block in article.blocks:
            if block.kind is BlockKind.HEADING:
                headings[article.text[block.start : block.end].strip()] = None
        if len(found) >= count:
            break
    return Texts(found[:count], [*headings])


def _terms_of(article: Article) -> Iterator[list[str]]:
    """Yield the terms of each sentence and of its block's context, as they are stored."""
    blocks = article.blocks or (Block(BlockKind.PARAGRAPH, 0, len(article.text)),)
    contexts = [terms(block.context) for block in blocks]
    for sentence in split_sentences(article.text, article.blocks or None):
        context = contexts[sentence.block] if article.blocks else contexts[0]
        yield terms(article.text[sentence.start : sentence.end]) + context


def _asked(file: Path, texts: Texts, count: int) -> dict[str, list[list[str]]]:
    """Return the terms of questions of each kind, without those that no sentence has."""
    text = file.read_text("utf-8")
    if file.suffix == ".json":
        paragraphs = [p for article in json.loads(text)["data"] for p in article["paragraphs"]]
        questions = [each["question"] for paragraph in paragraphs for each in paragraph["qas"]]
    else:
        questions = [json.loads(line)["question"] for line in text.splitlines() if line.strip()]
    chance = random.Random(0)
    few = [chance.choice(texts.sentences) for _ in range(4 * count)]
    kinds = {
        "questions": [terms(question) for question in questions],
        "headings": [terms(heading) for heading in texts.headings],
        "words of a sentence": [chance.sample(each, min(WORDS_OF_ONE, len(each))) for each in few],
    }
    known = set(chain(*texts.sentences))
    for kind, each in kinds.items():
        usable = [asked for asked in each if len(known.intersection(asked)) > 1]
        kinds[kind] = usable[:: max(1, len(usable) // count)][:count]
    return kinds


def _fill_postings(server: Server, store: Database, sentences: list[list[str]]) -> None:
    name = _name_of(store)
    frequencies = Counter(term for sentence in sentences for term in set(sentence))
    words = sum(map(len, sentences))
    started = time.perf_counter()
    with server.administer(name) as connection:  # row-level security lets nobody else COPY
        connection.execute(f"SET search_path = footnote, public; SET maintenance_work_mem = '{MEMORY}'")
        _copy(
            connection,
            "postings (tenant, term, sentence, occurrences, length)",
            (
                (0, term, row, occurrences, len(sentence))
                for row, sentence in enumerate(sentences)
                for term, occurrences in Counter(sentence).items()
            ),
        )
        _copy(connection, "terms (tenant, term, sentences)", ((0, *each) for each in frequencies.items()))
        connection.execute(
            "INSERT INTO libraries (tenant, version, fingerprint, encoder, dimension, articles, sentences,"
            " passages, words, content) VALUES (0, 1, '', '', 0, 0, %s, 0, %s, '')",
            (len(sentences), words),
        )
        connection.execute("VACUUM (ANALYZE) postings, terms, libraries")
        took = time.perf_counter() - started
        sizes = _size(connection, "postings"), _size(connection, "terms")
    print(f"postings: made in {took:.0f} s; {sum(sizes):.0f} MB with the terms' {sizes[1]:.0f}", flush=True)


def _fill_vectors(
    server: Server, store: Database, sentences: list[list[str]], numbers: dict[str, int], mean: float
) -> None:
    started = time.perf_counter()
    with server.administer(_name_of(store)) as connection:
        connection.execute(f"CREATE TABLE sparse (row bigint PRIMARY KEY, words sparsevec({len(numbers)}))")
        connection.execute("GRANT SELECT ON sparse TO PUBLIC")
        _copy(
            connection,
            "sparse (row, words)",
            (
                (row, _sparse(_weights(sentence, mean), numbers))
                for row, sentence in enumerate(sentences)
                if 0 < len(set(sentence)) <= MOST_TERMS
            ),
        )
        connection.execute("VACUUM (ANALYZE) sparse")
        took = time.perf_counter() - started
        print(f"sparse vectors: stored in {took:.0f} s, {_size(connection, 'sparse'):.0f} MB", flush=True)


def _index_vectors(server: Server, store: Database, links: int, building: int) -> None:
    started = time.perf_counter()
    with server.administer(_name_of(store)) as connection:
        connection.execute(f"SET maintenance_work_mem = '{MEMORY}'")
        connection.execute("DROP INDEX IF EXISTS sparse_nearest")
        connection.execute(
            "CREATE INDEX sparse_nearest ON sparse USING hnsw (words sparsevec_ip_ops)"
            f" WITH (m = {links}, ef_construction = {building})"
        )
        took = time.perf_counter() - started
        ((size,),) = connection.execute("SELECT pg_relation_size('sparse_nearest') / 2 ^ 20").fetchall()
        print(f"HNSW, {links} links, {building} candidates: built in {took:.0f} s, {size:.0f} MB", flush=True)


def _weights(sentence: list[str], mean: float) -> dict[str, float]:
    """Return what BM25 gives each term of a sentence, to be multiplied by the term's weight."""
    long = K1 * (1 - B + B * len(sentence) / mean)
    return {term: count / (count + long) for term, count in Counter(sentence).items()}


def _sparse(weights: dict[str, float], numbers: dict[str, int]) -> str:
    return f"{{{','.join(f'{numbers[term]}:{w}' for term, w in weights.items())}}}/{len(numbers)}"


def _copy(connection: Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _by_postings(store: Database, most: int) -> Callable[[Sequence[str]], list[int]]:
    search = PostgresSearch(store, 0, [0], most_postings=most)
    return lambda asked: search.best_by_words(asked, BEST)


def _by_vectors(
    store: Database, exact: Bm25, numbers: dict[str, int], reach: int
) -> Callable[[Sequence[str]], list[int]]:
    def find(asked: Sequence[str]) -> list[int]:
        times = Counter(term for term in asked if term in numbers)
        weights = {term: n * idf(exact.size, exact.frequency(term)) for term, n in times.items()}

        def run(connection: Connection) -> list[int]:
            for setting in (f"hnsw.ef_search = {reach}", "enable_seqscan = off"):
                connection.execute(f"SET LOCAL {setting}")
            statement = f"SELECT row FROM sparse ORDER BY words <#> %s::sparsevec LIMIT {BEST}"
            return [row for (row,) in connection.execute(statement, (_sparse(weights, numbers),)).fetchall()]

        return store.snapshot(0, run)

    return find


def _compare(store: Database, ways: list[Way], asked: dict[str, list[list[str]]], exact: Bm25) -> None:
    ((server,),) = store.query(0, "SELECT pg_backend_pid()")  # questions one after another share a connection
    for kind, questions in asked.items():
        times = np.empty((2, len(questions), len(ways)))
        recall = np.empty_like(times[0])
        for n, question in enumerate(questions):
            scores = exact.scores(question)
            for way, (_, find) in enumerate(ways):
                find(question)  # once for what it reads
                started, before = time.perf_counter(), processor_seconds(server)
                rows = find(question)
                times[0, n, way] = time.perf_counter() - started
                times[1, n, way] = processor_seconds(server) - before
                recall[n, way] = _recall(scores, rows)
        spread = np.percentile(times * 1000, [50, 95], axis=1)  # [50 or 95 %, by the clock or not, way]
        first = [f"{p50:.1f} ms (p95 {p95:.1f} ms)" for p50, p95 in spread[:, :, 0].T]
        print(f"{len(questions)} {kind}; by postings {first[0]}, of the server's processor {first[1]}")
        for way, (name, _) in enumerate(ways):
            clock, own = (
                f"{p50:.2f} x (p95 {p95:.2f} x)" for p50, p95 in (spread[:, :, way] / spread[:, :, 0]).T
            )
            print(
                f"  {name}: recall@{BEST} {recall[:, way].mean():.3f}; {clock}, processor {own}", flush=True
            )


def _recall(scores: Any, rows: Sequence[int]) -> float:
    best = np.sort(scores[scores > 0])[::-1][:BEST]
    found = np.sort(scores[list(rows)])[::-1][: len(best)]
    return float(np.count_nonzero(found >= best[-1] - 1e-5) / len(best)) if len(best) else 1.0


def _size(connection: Connection, table: str) -> float:
    ((size,),) = connection.execute("SELECT pg_total_relation_size(%s) / 2 ^ 20", (table,)).fetchall()
    return float(size)


def _name_of(store: Database) -> str:
    with store.connect() as connection:
        return connection.info.dbname


if __name__ == "__main__":
    main()
