"""Reading for one question: the exported int8 model against PyTorch in single precision.

usage: python -m tests.benchmarks.bench_reading MODEL_FOLDER [--threads N] [--runs N]
    [--library DIR --questions FILE]

MODEL_FOLDER is an extractive-QA model of Hugging Face's form, for example what `index.training` writes. Both
read the same five windows. Given a library (a folder with config.toml, where `footnote index` was run) and a
file of questions as `footnote eval` takes it, also what our reader reads for a question, four windows and
four more if those settle nothing, against PyTorch reading the five paragraphs that retrieval ranks first.
"""

import argparse
import random
import statistics
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from index.evaluation.gold_questions import read_questions
from index.models.span_model import SpanModel
from index.models.span_model_export import export_span_model
from index.reading.span_reader import ReadingWeights, SpanReader
from index.records import ScoredCandidate
from index.storage.catalog import Catalog
from tests.benchmarks.measure import alternate, read_anew, seconds
from tests.benchmarks.opened_index import OpenedIndex
from tests.support.paths import CORPUS

CORPUS = CORPUS / "coalition-strikes-near-al-tanf.txt"
QUESTION = "Who predicts the fight for Raqqa will be long and hard?"
PARAGRAPHS = 5
QUESTIONS = 60
CHARACTERS = (480, 470, 440, 400, 300)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--library", type=Path)
    parser.add_argument("--questions", type=Path)
    options = parser.parse_args()
    if (options.library is None) != (options.questions is None):
        parser.error("--library and --questions go together")

    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    read_anew()
    article = CORPUS.read_text("utf-8")
    article *= 1 + sum(CHARACTERS) // len(article)
    ends = np.cumsum(CHARACTERS)
    texts = [article[end - size : end] for end, size in zip(ends, CHARACTERS, strict=True)]
    torch.set_num_threads(options.threads)
    model = AutoModelForQuestionAnswering.from_pretrained(options.model).eval()
    tokenizer = AutoTokenizer.from_pretrained(options.model)

    def read_whole(question: str, texts: Sequence[str]) -> list[np.ndarray]:
        features = tokenizer(
            [question] * len(texts), list(texts), padding=True, truncation="only_second", return_tensors="pt"
        )
        with torch.inference_mode():
            output = model(**features)
        logits = torch.stack([output.start_logits, output.end_logits], dim=1).numpy()
        kept = [[part == 1 for part in features.sequence_ids(row)] for row in range(len(texts))]
        return [scores[:, keep] - scores[:, :1] for scores, keep in zip(logits, kept, strict=True)]

    original = partial(read_whole, QUESTION, texts)
    with tempfile.TemporaryDirectory() as folder:
        export_span_model(options.model, Path(folder))
        size = sum(path.stat().st_size for path in Path(folder).iterdir()) / 1e6
        load = seconds(partial(SpanModel.load, Path(folder)))
        exported = SpanModel.load(Path(folder), options.threads)
    ours = [np.stack([scores.start, scores.end]) for scores in exported.read(QUESTION, texts)]
    theirs = original()
    differences = np.abs(np.hstack(ours) - np.hstack(theirs))
    same = np.mean([a.argmax(1) == b.argmax(1) for a, b in zip(ours, theirs, strict=True)])
    read = partial(exported.read, QUESTION, texts)
    fast, slow = alternate(partial(seconds, read), partial(seconds, original), options.runs)
    print(
        f"{len(texts)} windows, {options.threads} threads: {1000 * fast:.1f} ms, "
        f"PyTorch {1000 * slow:.1f} ms: {fast / slow:.3f} of its time; {size:.1f} MB, loaded in "
        f"{1000 * load:.0f} ms; scores differ by {differences.mean():.2f} (standard deviation "
        f"{np.hstack(theirs).std():.2f}), best start and end agree in {same:.0%}"
    )
    if options.library:
        questions_of_a_library(options.library, options.questions, exported, read_whole)


def questions_of_a_library(
    folder: Path, questions: Path, model: SpanModel, read_whole: Callable[[str, Sequence[str]], object]
) -> None:
    index = OpenedIndex.open(folder)
    catalog = index.retriever.catalog
    reader = SpanReader(model, catalog.texts, ReadingWeights.load())
    drawn = read_questions(questions)
    drawn = random.Random(0).sample(drawn, min(QUESTIONS, len(drawn)))
    ours, theirs = [], []
    for gold in drawn:
        question = index.ranked(gold)
        texts = best_paragraphs(catalog, question.ranked)
        fast, slow = alternate(
            partial(seconds, partial(reader.read, [question])),
            partial(seconds, partial(read_whole, gold.question, texts)),
            3,
        )
        ours.append(fast)
        theirs.append(slow)
    ratios = [fast / slow for fast, slow in zip(ours, theirs, strict=True)]
    print(
        f"{len(ours)} questions of {folder}: {1000 * statistics.median(ours):.1f} ms (95th percentile: "
        f"{1000 * np.quantile(ours, 0.95):.1f}), PyTorch reading {PARAGRAPHS} paragraphs "
        f"{1000 * statistics.median(theirs):.1f} ms: {statistics.median(ratios):.3f} of its time (95th "
        f"percentile: {np.quantile(ratios, 0.95):.3f})"
    )


def best_paragraphs(catalog: Catalog, ranked: Sequence[ScoredCandidate]) -> list[str]:
    paragraphs: dict[tuple[int, int], str] = {}
    for candidate, _ in ranked:
        text = catalog.article(candidate.article).text
        start = text.rfind("\n\n", 0, candidate.start) + 1
        end = text.find("\n\n", candidate.end)
        paragraphs[candidate.article, start] = text[start : end if end > 0 else None].strip()
        if len(paragraphs) == PARAGRAPHS:
            break
    return list(paragraphs.values())


if __name__ == "__main__":
    main()
