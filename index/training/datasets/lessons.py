"""What the reader learns from: questions with the text around their answer, from SQuADShifts and QAMR."""

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.records import Sentence, Span
from index.segmentation.sentences import split_sentences

SQUADSHIFTS = ("new_wiki", "amazon_reviews", "reddit")
QAMR = ("qamr_dev.tsv", "qamr_test.tsv")
HELD_OUT = 10
"""One in so many paragraphs is never trained on: the figures by domain come from these."""

_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_SHOWN = {**_BRACKETS, "``": '"', "''": '"'}
_TO_THE_LEFT = re.compile(r"[.,;:!?%)\]}]|['’](?:s|re|ve|ll|d|m)?|n['’]t")
_TO_THE_RIGHT = re.compile(r"[$#(\[{]")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph with its sentences; `topic` names its article, `domain` the part of the data set."""

    domain: str
    topic: str
    text: str
    sentences: Sequence[Sentence]
    held_out: bool


@dataclass(frozen=True, slots=True)
class Lesson:
    """A question with the spans that people marked as its answer in `text`, the one most agreed on first."""

    question: str
    text: Text
    spans: Sequence[Span]


def read_squadshifts(folder: Path) -> list[Lesson]:
    """Read the three parts of SQuADShifts (Miller et al. 2020); questions without an answer are left out."""
    lessons = [lesson for part in SQUADSHIFTS for lesson in _squad(part, folder / f"{part}.json")]
    return [lesson for lesson in lessons if lesson.spans]


def read_squad2(path: Path) -> list[Lesson]:
    """Read a file of SQuAD 2.0's form (Rajpurkar et al. 2018); unanswerable questions have no spans.

    A question that has no answer and is not said to be unanswerable is left out.
    """
    return list(_squad("squad2", path))


def _squad(domain: str, path: Path) -> Iterator[Lesson]:
    data: Any = json.loads(path.read_text(encoding="utf-8"))["data"]
    number = 0
    for entry in data:
        for paragraph in entry["paragraphs"]:
            context = paragraph["context"]
            held_out = random.Random(f"{domain} {number}").randrange(HELD_OUT) == 0  # noqa: S311
            text = Text(domain, entry["title"], context, split_sentences(context), held_out)
            number += 1
            for question in paragraph["qas"]:
                marked = [
                    (answer["answer_start"], answer["answer_start"] + len(answer["text"]))
                    for answer in question["answers"]
                    if context.startswith(answer["text"], answer["answer_start"]) and answer["text"].strip()
                ]
                if marked or question.get("is_impossible"):
                    yield Lesson(question["question"].strip(), text, agreed_first(marked))


def read_qamr(folder: Path) -> list[Lesson]:
    """Read QAMR (Michael et al. 2018): questions about one sentence each, answers as tokens of it."""
    sentences = {}
    for name, words in _rows(folder / "wiki-sentences.tsv"):
        sentences[name] = detokenised(words.split())
    answers: dict[tuple[str, str], list[Span]] = {}
    for path in (folder / name for name in QAMR):
        for row in _rows(path):
            name, question, answer = row[0], row[5], row[6]
            tokens = sentences[name][1]
            span = _longest_run(sorted(int(token) for token in answer.split()))
            answers.setdefault((name, question), []).append((tokens[span[0]][0], tokens[span[1]][1]))
    texts = {
        name: Text("qamr", name.rsplit(":", 2)[0], text, [Sentence(0, len(text))], held_out=False)
        for name, (text, _) in sentences.items()
    }
    return [Lesson(question, texts[name], agreed_first(spans)) for (name, question), spans in answers.items()]


def _rows(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)


def detokenised(tokens: Sequence[str]) -> tuple[str, list[Span]]:
    """Write tokens of the Penn Treebank as text; return it with each token's place."""
    text, places, quoting, glue_next = "", [], False, True
    for word in tokens:
        shown = _SHOWN.get(word, word)
        glued = glue_next or _TO_THE_LEFT.fullmatch(shown) is not None
        glue_next = _TO_THE_RIGHT.fullmatch(shown) is not None
        if shown == '"':
            glued, glue_next, quoting = glued or quoting, not quoting, not quoting
        text += shown if glued else f" {shown}"
        places.append((len(text) - len(shown), len(text)))
    return text, places


def _longest_run(tokens: Sequence[int]) -> Span:
    """Return the first and last of the longest run of consecutive numbers, the first of equals."""
    runs = [[tokens[0], tokens[0]]]
    for token in tokens[1:]:
        if token == runs[-1][1] + 1:
            runs[-1][1] = token
        else:
            runs.append([token, token])
    first, last = max(runs, key=lambda run: run[1] - run[0])
    return first, last


def agreed_first(spans: Sequence[Span]) -> list[Span]:
    """Sort spans by how much they overlap with all others, most first; of equals the shorter one."""

    def agreement(span: Span) -> float:
        return sum(_overlap(span, other) for other in spans)

    return sorted(dict.fromkeys(spans), key=lambda span: (-agreement(span), span[1] - span[0], span))


def _overlap(first: Span, second: Span) -> float:
    """F1 of two spans, in characters."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return 2 * max(0, shared) / (first[1] - first[0] + second[1] - second[0])
