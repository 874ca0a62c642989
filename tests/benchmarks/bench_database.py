"""Where retrieval from PostgreSQL spends its time, and what an HNSW index misses, over many sentences.

usage: python -m tests.benchmarks.bench_database SOURCE QUESTIONS [--rows N …] [--exact N …] [--plan]
SOURCE is the configuration of a library in a folder whose index is built, which is copied into a server of
its own, or into that of FOOTNOTE_TEST_POSTGRES; the QUESTIONS are a file as for `footnote eval`, or have one
on each line. Or SOURCE has a sentence on each line: repeated until there are N, they become articles of 40,
whose vectors are made of their words, so that no model is needed: then this says how long a search takes, not
how well it finds. Up to `--exact` sentences are all compared, in place of as many as Footnote does: 0 has
HNSW search any number. With several, questions take turns; of each but the first, recall is told of the
nearest sentences, and how many candidates it has in common with the first. The processor times of a question,
the server's and our own, hardly depend on what else the machine does. Statements are then run once more, each
by itself, to see how long the server takes for them.
"""

import argparse
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psycopg

from index.arrays import Floats
from index.building.store_copy import copy_library
from index.config import Config, StoreSection
from index.library import Library
from index.records import Article, Block, BlockKind, Passage, Sentence
from index.retrieval.database_retriever import DatabaseRetriever
from index.segmentation.search_terms import terms
from index.storage.fingerprint import fingerprint
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Connection, Database
from index.storage.postgres.maintenance import tend
from index.storage.postgres.publishing import Changes, ModelNames, NewArticle, Publisher
from index.storage.postgres.search import EXACT_UP_TO, PostgresSearch
from tests.benchmarks.measure import processor_seconds
from tests.support.postgres_server import running_server

DIMENSION, IN_ARTICLE, IN_PASSAGE = 384, 40, 5


KINDS = ("by the clock", "processor time of our own", "processor time of the server")


class Sent(NamedTuple):
    """A statement that was executed, with its values."""

    statement: str
    values: Any


class Asked(NamedTuple):
    """A question and its vector."""

    text: str
    vector: Floats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("asked", metavar="questions", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    parser.add_argument("--questions", type=int, default=100, help="so many of them, evenly spread")
    parser.add_argument(
        "--exact", type=int, nargs="+", default=[EXACT_UP_TO], help="compare all of up to so many sentences"
    )
    parser.add_argument("--plan", action="store_true", help="show how the slowest question was looked up")
    options = parser.parse_args()
    questions = _questions(options.asked, options.questions)
    with running_server() as server:
        url = server.database()
        store = Database(url, wait=3600)
        if options.source.suffix == ".toml":
            asked = _copy(store, url, options.source, questions, min(options.exact))
            _compare(store, options.exact, asked, plan=options.plan)
        else:
            store.make_schema()
            asked = [Asked(question, _vector(question)) for question in questions]
            for before, rows in itertools.pairwise([0, *sorted(options.rows)]):
                _fill(store, options.source, before, rows, min(options.exact))
                _compare(store, options.exact, asked, plan=options.plan)
        store.close()


def _questions(file: Path, count: int) -> list[str]:
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    if file.suffix == ".jsonl":
        lines = [json.loads(line)["question"] for line in lines]
    return lines[:: max(1, len(lines) // count)][:count]


def _copy(store: Database, url: str, path: Path, questions: list[str], exact_up_to: int) -> list[Asked]:
    """Copy a library into the database; return the questions with the vectors of its encoder."""
    config = Config.read(path)
    started = time.perf_counter()
    facts = copy_library(config, config.model_copy(update={"store": StoreSection(url=url)}))
    print(f"{facts.sentences} sentences copied in {time.perf_counter() - started:.1f} s", flush=True)
    with store.writing(0, "articles", 0) as connection:
        _tend(connection, exact_up_to)
    library = Library.open(config)
    return [Asked(question, library.question_vectors([question])[0]) for question in questions]


def _fill(store: Database, file: Path, before: int, rows: int, exact_up_to: int) -> None:
    """Publish articles of sentences until there are `rows`; `before` are there already.

    More than `exact_up_to` are indexed.
    """
    lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
    texts = (f"{line} {n // len(lines)}" if n >= len(lines) else line for n, line in _numbered(lines, rows))
    models = ModelNames(fingerprint("words"), "words", None, DIMENSION)
    started = time.perf_counter()
    with store.writing(0, "articles", 0) as connection:
        with connection.transaction():
            articles = map(_article, itertools.count(before), _batched(itertools.islice(texts, before, None)))
            Publisher(connection, 0, "articles", models).apply(Changes(articles))
        print(f"{rows} sentences published in {time.perf_counter() - started:.1f} s", flush=True)
        _tend(connection, exact_up_to)


def _tend(connection: Connection, exact_up_to: int) -> None:
    started = time.perf_counter()
    tend(connection, 0, exact_up_to)
    took = time.perf_counter() - started
    sizes = connection.execute(
        "SELECT relname, pg_table_size(oid) / 2 ^ 20, pg_indexes_size(oid) / 2 ^ 20 FROM pg_class"
        " WHERE relnamespace = 'footnote'::regnamespace AND relkind = 'r' ORDER BY 2 DESC LIMIT 5"
    ).fetchall()
    print(f"vacuumed, and indexed if they are many, in {took:.1f} s")
    print(
        "MB:", ", ".join(f"{table} {size:.0f} + {indexes:.0f}" for table, size, indexes in sizes), flush=True
    )


def _batched(texts: Iterator[str]) -> Iterator[tuple[str, ...]]:
    while batch := tuple(itertools.islice(texts, IN_ARTICLE)):
        yield batch


def _numbered(lines: list[str], rows: int) -> Iterator[tuple[int, str]]:
    return enumerate(itertools.islice(itertools.cycle(lines), rows))


def _article(number: int, lines: tuple[str, ...]) -> NewArticle:
    text = "\n".join(lines)
    ends = list(itertools.accumulate(len(line) + 1 for line in lines))
    starts = [0, *ends[:-1]]
    sentences = [Sentence(start, end - 1) for start, end in zip(starts, ends, strict=True)]
    firsts = range(0, len(lines), IN_PASSAGE)
    passages = [
        Passage(starts[first], ends[last - 1] - 1, first, last)
        for first in firsts
        for last in (min(first + IN_PASSAGE, len(lines)),)
    ]
    blocks = (Block(BlockKind.PARAGRAPH, 0, len(text)),)
    article = Article(f"a{number}", f"Article {number}", text, f"a{number}.txt", blocks=blocks, updated=7)
    vectors = np.array([_vector(text[one.start : one.end]) for one in (*sentences, *passages)])
    return NewArticle(article, sentences, passages, vectors[: len(lines)], vectors[len(lines) :])


def _vector(text: str) -> Floats:
    words = [_of_word(word) for word in terms(text)] or [_of_word("")]
    vector: Floats = np.sum(words, axis=0)
    return vector / np.linalg.norm(vector)


@cache
def _of_word(word: str) -> Floats:
    seed = int.from_bytes(word.encode()[:8].ljust(8), "big")
    return np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)


def _compare(store: Database, limits: list[int], asked: list[Asked], *, plan: bool) -> None:
    """Ask all questions with each limit up to which all sentences are compared, and print what they took."""
    searches = [PostgresSearch(store, 0, [0], limit) for limit in limits]
    retrievers = [DatabaseRetriever(PostgresCatalog(store, 0, [0]), search) for search in searches]
    sent: list[list[Sent]] = [[] for _ in limits]
    found: list[list[set[int]]] = [[] for _ in limits]
    times = np.zeros((len(KINDS), len(asked), len(limits)))
    for retriever in retrievers:
        retriever.retrieve(*asked[0])  # opens the connection, and prepares the statements
    ((server,),) = store.query(0, "SELECT pg_backend_pid()")  # questions one after another share a connection
    for number, question in enumerate(asked):
        for place, retriever in enumerate(retrievers):
            with _noted(sent[place]):
                started, own, servers = time.perf_counter(), time.thread_time(), processor_seconds(server)
                candidates = store.snapshot(0, lambda _, r=retriever, q=question: r.retrieve(*q))  # type: ignore[misc]
                took = time.perf_counter() - started, time.thread_time() - own
            found[place].append({candidate.row for candidate in candidates})
            times[:, number, place] = [*took, processor_seconds(server) - servers]
    ((count,),) = store.query(0, "SELECT sum(sentences) FROM libraries")
    nearest = [[_nearest(search, question.vector) for question in asked] for search in searches]
    for place, limit in enumerate(limits):
        print(f"{count} sentences, all of up to {limit} compared:")
        for kind, seconds in zip(KINDS, times[:, :, place], strict=True):
            print(f"  {_spread(seconds)}: {kind}")
        for name, seconds in _alone(store, server, sent[place]).items():
            print(f"  {_spread(seconds)}: the server, {name}")
        if place:
            first = times[:, :, 0], times[:, :, place]
            parts = np.percentile(first[1], [50, 95], axis=1) / np.percentile(first[0], [50, 95], axis=1)
            print("  in parts of the first, p50 and p95:", np.round(parts.T, 2).tolist())
            common = sum(len(one & other) for one, other in zip(found[0], found[place], strict=True))
            pairs = list(zip(nearest[0], nearest[place], strict=True))
            recalls = [np.mean([_recall(*pair, k) for pair in pairs]) for k in (10, 100)]
            print("  recall@10 {:.3f}, recall@100 {:.3f}".format(*recalls), end="; ")
            print(f"{common / sum(map(len, found[0])):.3f} of the candidates in common", flush=True)
    if plan:
        question = int(np.argmax(times[2, :, -1]))
        _show_plan(store, asked[question].text, max(sent[-1], key=lambda one: len(one.statement)))


@contextmanager
def _noted(sent: list[Sent]) -> Iterator[None]:
    """Note the statements that are executed meanwhile."""
    execute = psycopg.Connection.execute

    def noted(self: Any, statement: Any, values: Any = None, **options: Any) -> Any:
        if values is not None:
            sent.append(Sent(str(statement), values))
        return execute(self, statement, values, **options)

    psycopg.Connection.execute = noted  # type: ignore[method-assign]
    try:
        yield
    finally:
        psycopg.Connection.execute = execute  # type: ignore[method-assign]


def _alone(store: Database, server: int, sent: list[Sent]) -> dict[str, list[float]]:
    """Run statements again, one after another; return the server's processor time for each kind."""
    spent: dict[str, list[float]] = defaultdict(list)

    def run(connection: Connection) -> None:
        for statement, values in sent:
            before = processor_seconds(server)
            connection.execute(statement, values, prepare=True).fetchall()
            spent[" ".join(statement.split())[:50]].append(processor_seconds(server) - before)

    store.snapshot(0, run)
    return spent


def _nearest(search: PostgresSearch, vector: Floats) -> list[float]:
    """Return the cosines of the 100 nearest sentences, in descending order."""
    found = search.pool([], vector, 100, 0, 0).sentences
    return sorted((one.dense for one in found), reverse=True)


def _recall(exact: list[float], found: list[float], k: int) -> float:
    """Return the part of the `k` nearest that is found; the same sentence elsewhere is as good."""
    best = exact[:k]
    return sum(cosine >= best[-1] - 1e-6 for cosine in found[: len(best)]) / len(best)


def _spread(seconds: Any) -> str:
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return f"p50 {p50:7.2f} ms, p95 {p95:7.2f} ms"


def _show_plan(store: Database, question: str, sent: Sent) -> None:
    print(f"slowest: {question}")
    text, values = sent
    rows = store.snapshot(
        0, lambda connection: connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {text}", values).fetchall()
    )
    print("\n".join(row for (row,) in rows))


if __name__ == "__main__":
    main()
