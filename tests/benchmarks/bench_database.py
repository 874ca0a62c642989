"""Where retrieval from PostgreSQL spends its time: each statement of a question, over many sentences.

usage: python -m tests.benchmarks.bench_database SENTENCES QUESTIONS [--rows N …] [--exact N …] [--plan]
Both files have one text a line. The sentences, repeated until there are N, become articles of 40, in a server
of its own or in that of FOOTNOTE_TEST_POSTGRES. Their vectors, of 384 numbers, are made of their words,
so that no model is needed: this says how long a search takes, not how well it finds. With `--exact`, up to so
many sentences are all compared, in place of as many as Footnote does: 0 has HNSW search any number; of each
N but the first it is told how many candidates both have in common. The processor times of a question, the
server's and our own, hardly depend on what else the machine does.
"""

import argparse
import itertools
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from index.arrays import Floats
from index.records import Article, Block, BlockKind, Passage, Sentence
from index.retrieval.database_retriever import DatabaseRetriever
from index.segmentation.search_terms import terms
from index.storage.fingerprint import fingerprint
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Database
from index.storage.postgres.maintenance import tend
from index.storage.postgres.publishing import Changes, ModelNames, NewArticle, Publisher
from index.storage.postgres.search import EXACT_UP_TO, PostgresSearch
from tests.benchmarks.measure import processor_seconds
from tests.support.postgres_server import running_server

DIMENSION, IN_ARTICLE, IN_PASSAGE = 384, 40, 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sentences", type=Path)
    parser.add_argument("asked", metavar="questions", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000])
    parser.add_argument("--questions", type=int, default=100, help="so many of them, evenly spread")
    parser.add_argument(
        "--exact",
        type=int,
        nargs="+",
        default=[EXACT_UP_TO],
        help="compare all of up to so many sentences",
    )
    parser.add_argument("--plan", action="store_true", help="show how the slowest question was looked up")
    options = parser.parse_args()
    lines = options.asked.read_text("utf-8").splitlines()
    questions = lines[:: max(1, len(lines) // options.questions)][: options.questions]
    with running_server() as server:
        store = Database(server.database(), wait=600)
        store.make_schema()
        for before, rows in itertools.pairwise([0, *sorted(options.rows)]):
            _fill(store, options.sentences, before, rows, min(options.exact))
            first: list[set[int]] = []
            for exact_up_to in options.exact:
                print(f"{rows} sentences, all of up to {exact_up_to} compared:")
                search = PostgresSearch(store, 0, [0], exact_up_to)
                found = _measure(store, search, questions, plan=options.plan)
                first = first or found
                common = sum(len(one & other) for one, other in zip(first, found, strict=True))
                print(f"{common / sum(map(len, first)):.3f} of the candidates in common", flush=True)
        store.close()


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
        started = time.perf_counter()
        tend(connection, 0, exact_up_to)
        print(f"vacuumed, and indexed if they are many, in {time.perf_counter() - started:.1f} s", flush=True)


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


def _measure(store: Database, search: PostgresSearch, questions: list[str], *, plan: bool) -> list[set[int]]:
    """Print what the questions took; return the rows of the candidates of each."""
    retriever = DatabaseRetriever(PostgresCatalog(store, 0, [0]), search)
    spent: dict[str, list[float]] = defaultdict(list)
    execute = psycopg.Connection.execute
    now: dict[str, float] = {}
    statements: dict[str, tuple[Any, Any]] = {}

    def timed(self: Any, statement: Any, values: Any = None, **options: Any) -> Any:
        started = time.perf_counter()
        cursor = execute(self, statement, values, **options)
        name = " ".join(str(statement).split())[:60]
        now[name] = now.get(name, 0.0) + time.perf_counter() - started
        statements[name] = statement, values
        return cursor

    retriever.retrieve(questions[0], _vector(questions[0]))  # opens the connection
    ((server,),) = store.query(0, "SELECT pg_backend_pid()")  # questions one after another share a connection
    psycopg.Connection.execute = timed  # type: ignore[method-assign]
    slowest = (0.0, "", dict(statements))
    found: list[set[int]] = []
    for question in questions:
        now.clear()
        vector = _vector(question)
        started, own, servers = time.perf_counter(), time.thread_time(), processor_seconds(server)
        candidates = store.snapshot(0, lambda _, text=question, at=vector: retriever.retrieve(text, at))  # type: ignore[misc]
        took = time.perf_counter() - started
        spent["a question"].append(took)
        found.append({candidate.row for candidate in candidates})
        spent["a question, processor time of our own"].append(time.thread_time() - own)
        spent["a question, processor time of the server"].append(processor_seconds(server) - servers)
        for name, seconds in now.items():
            spent[name].append(seconds)
        if took > slowest[0]:
            slowest = took, question, dict(statements)
    psycopg.Connection.execute = execute  # type: ignore[method-assign]
    for name, times in sorted(spent.items(), key=lambda item: -float(np.sum(item[1]))):
        p50, p95 = np.percentile(np.array(times) * 1000, [50, 95])
        print(f"p50 {p50:7.1f} ms, p95 {p95:7.1f} ms: {name}")
    if plan:
        _show_plan(store, slowest[1], max(slowest[2].items(), key=lambda item: len(str(item[1][0])))[1])
    return found


def _show_plan(store: Database, question: str, statement: tuple[Any, Any]) -> None:
    print(f"slowest: {question}")
    text, values = statement
    rows = store.snapshot(
        0, lambda connection: connection.execute(f"EXPLAIN (ANALYZE, BUFFERS) {text}", values).fetchall()
    )
    print("\n".join(row for (row,) in rows))


if __name__ == "__main__":
    main()
