"""Written sentences that pass the check: how many false ones do, and how many true ones are struck.

usage: python -m tests.benchmarks.bench_written_statements --community DIR --news DIR [--rules-only] [--wrong]
A stand-in for a language model answers 60 questions over the article in `corpus/` and the documents in both
folders: for each it writes two sentences that the cited ones support and two that they do not, all by hand
(`written_statements.jsonl`). `--wrong` prints those that were judged wrongly.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from pydantic import BaseModel

from index.articles.corpus import corpus_files, read_article
from index.records import Answer, Article, Citation, Source, Span
from index.segmentation.rendering import render
from index.writing.protocols import SupportChecker
from index.writing.support import load_support_model
from index.writing.writer import write_whole
from index.writing.written_answer import WritingLimits
from tests.support.paths import ROOT
from tests.support.written_answers import ScriptedModel

QUESTIONS = Path(__file__).with_name("written_statements.jsonl")


class Written(BaseModel):
    """A sentence of the stand-in, and whether those that it cites support it."""

    text: str
    citations: list[int]
    supported: bool
    kind: str


class WrittenQuestion(BaseModel):
    """A question, where the sentences stand that answer it, and what the stand-in writes."""

    library: str
    article: str
    question: str
    sentences: list[Span]
    written: list[Written]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--community", type=Path, required=True, help="folder of a community's documents")
    parser.add_argument("--news", type=Path, required=True, help="folder of news articles")
    parser.add_argument("--rules-only", action="store_true", help="without the support model")
    parser.add_argument("--wrong", action="store_true", help="print what was judged wrongly")
    options = parser.parse_args()
    folders = {"corpus": ROOT / "corpus", "community": options.community, "news": options.news}
    articles = {
        (library, article.id): article
        for library, folder in folders.items()
        for article in map(read_article, corpus_files(folder))
    }
    checker = None if options.rules_only else load_support_model()
    counts: Counter[tuple[bool, str]] = Counter()
    for line in QUESTIONS.read_text(encoding="utf-8").splitlines():
        question = WrittenQuestion.model_validate(json.loads(line))
        article = articles[question.library, question.article]
        for written, outcome in judged(question, article, checker):
            counts[written.supported, outcome] += 1
            if options.wrong and written.supported != (outcome == "passes"):
                print(
                    f"{'true' if written.supported else 'false'}, {outcome}: {written.text} ({written.kind})"
                )
    for supported, name, wrong in ((False, "false", "pass"), (True, "true", "are struck")):
        outcomes = {outcome: count for (label, outcome), count in counts.items() if label is supported}
        passed, all_of_them = outcomes.pop("passes", 0), sum(outcomes.values())
        all_of_them += passed
        share = passed if not supported else all_of_them - passed
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(outcomes.items()))
        print(f"{all_of_them} {name} sentences: {share / all_of_them:.1%} {wrong}; struck by {reasons}")


def judged(
    question: WrittenQuestion, article: Article, checker: SupportChecker | None
) -> list[tuple[Written, str]]:
    """Return each sentence with "passes", or with why it was struck."""
    answer = answer_of(question, article)
    results = []
    for written in question.written:
        numbers = "".join(f"[{number}]" for number in written.citations)
        model = ScriptedModel(f"{written.text} {numbers}")
        (sentence,) = write_whole(question.question, answer, model, checker, WritingLimits()).sentences
        results.append((written, "passes" if sentence.supported else str(sentence.reason)))
    return results


def answer_of(question: WrittenQuestion, article: Article) -> Answer:
    """Return an answer that cites the question's sentences, as `Library.ask` would."""
    source = Source(article.id, article.title, None)
    citations = tuple(
        citation(number, source, article, span) for number, span in enumerate(question.sentences, start=1)
    )
    return Answer(question.question, True, 0.9, citations[0].sentence, citations, 1.0)


def citation(number: int, source: Source, article: Article, span: Span) -> Citation:
    start, end = span
    text = article.text[start:end]
    block = next((block for block in article.blocks if block.start <= start < block.end), None)
    if block is None:
        return Citation(number, source, text, start, end, None, 0.9)
    shown = render(text, start, block).text
    if block.lead:
        shown = f"{block.lead.rstrip(':')}: {shown}"
    return Citation(number, source, text, start, end, None, 0.9, tuple(block.section), shown=shown)


if __name__ == "__main__":
    main()
