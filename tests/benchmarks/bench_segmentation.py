"""Compare sentence segmenters: what they cut that they should not, what they leave whole, and their speed.

usage: pip install pysbd syntok blingfire spacy && python -m tests.benchmarks.bench_segmentation FILE
FILE holds paragraphs with questions and answer spans in the format of SQuAD. A segmenter that is not
installed is left out. Columns: sentences found; share of answer spans that a boundary cuts; sentences that
start with a lower-case letter; sentences of one or two words; texts of the list in test_sentences.py cut
rightly; sentences of the repository's article found of 16; speed.
"""

import argparse
import importlib.util
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from index.segmentation.sentences import split_sentences
from tests.support.paths import ARTICLE
from tests.support.prose import KNOWN_WRONG, PROSE

Spans = list[tuple[int, int]]
Segmenter = Callable[[str], Spans]


def ours(text: str) -> Spans:
    return [(sentence.start, sentence.end) for sentence in split_sentences(text)]


def segmenters() -> Iterator[tuple[str, Segmenter]]:
    import sentencex

    yield "sentencex 1.0.32 and our rules", ours
    yield (
        "sentencex alone",
        lambda text: [
            (s["start_index"], s["end_index"]) for s in sentencex.get_sentence_boundaries("en", text)
        ],
    )
    if importlib.util.find_spec("pysbd"):
        import pysbd

        segmenter = pysbd.Segmenter(language="en", clean=False, char_span=True)
        yield "pysbd", lambda text: [(span.start, span.end) for span in segmenter.segment(text)]
    if importlib.util.find_spec("syntok"):
        from syntok import segmenter as syntok

        def by_syntok(text: str) -> Spans:
            found = [list(tokens) for paragraph in syntok.analyze(text) for tokens in paragraph]
            return [(s[0].offset, s[-1].offset + len(s[-1].value)) for s in found if s]

        yield "syntok", by_syntok
    if importlib.util.find_spec("blingfire"):
        import blingfire

        yield "blingfire", lambda text: list(blingfire.text_to_sentences_and_offsets(text)[1])
    if importlib.util.find_spec("spacy"):
        import spacy

        english = spacy.blank("en")
        english.add_pipe("sentencizer")
        yield (
            "spacy sentencizer",
            lambda text: [(span.start_char, span.end_char) for span in english(text).sents],
        )
    from llama_index.core.utils import globals_helper  # brings punkt's data

    punkt = globals_helper.punkt_tokenizer
    yield "nltk punkt", lambda text: list(punkt.span_tokenize(text))


def trimmed(text: str, spans: Spans) -> Spans:
    shown = [(start, text[start:end]) for start, end in spans if text[start:end].strip()]
    starts = [(start + len(part) - len(part.lstrip()), part.strip()) for start, part in shown]
    return [(start, start + len(part)) for start, part in starts]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    paragraphs = [
        paragraph
        for article in json.loads(parser.parse_args().file.read_text("utf-8"))["data"]
        for paragraph in article["paragraphs"]
    ]
    article = ARTICLE.read_text("utf-8")
    expected = [line for line in article.split("\n") if line]
    megabytes = sum(len(paragraph["context"].encode()) for paragraph in paragraphs) / 1e6
    print("| segmenter | sentences | spans cut | lower case | short | list | article | MB/s |")
    print("|---|---|---|---|---|---|---|---|")
    for name, segment in segmenters():
        started = time.perf_counter()
        found = [segment(paragraph["context"]) for paragraph in paragraphs]
        speed = megabytes / (time.perf_counter() - started)
        answers = cut = lower = short = count = 0
        for paragraph, raw in zip(paragraphs, found, strict=True):
            text = paragraph["context"]
            spans = trimmed(text, raw)
            count += len(spans)
            lower += sum(text[start].islower() for start, _ in spans)
            short += sum(len(text[start:end].split()) <= 2 for start, end in spans)
            wanted = {
                (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
                for question in paragraph["qas"]
                for answer in question["answers"]
            }
            answers += len(wanted)
            cut += sum(not any(s <= start and end <= e for s, e in spans) for start, end in wanted)
        rightly = sum(
            [text[start:end] for start, end in trimmed(text, segment(text))] == prose.split(" | ")
            for prose in PROSE + KNOWN_WRONG
            if (text := prose.replace(" | ", " "))
        )
        right = len({article[start:end] for start, end in trimmed(article, segment(article))} & set(expected))
        print(
            f"| {name} | {count} | {cut} of {answers} ({cut / answers:.2%}) | {lower} | {short} "
            f"| {rightly} of {len(PROSE + KNOWN_WRONG)} | {right} | {speed:.1f} |"
        )


if __name__ == "__main__":
    main()
