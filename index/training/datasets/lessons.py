"""Questions with the text around their answer, from SQuADShifts and QAMR, for the reader to learn from."""

import csv
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.records import Sentence, Span
from index.segmentation.sentences import split_sentences
from index.training.datasets.squad import SquadQuestion, read_squad

WIKIPEDIA = "new_wiki"
SQUADSHIFTS = (WIKIPEDIA, "amazon_reviews", "reddit")
QAMR = ("qamr_dev.tsv", "qamr_test.tsv")
HELD_OUT = 10
"""One paragraph in this many is never trained on: the figures by domain come from these."""

_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}"}
_SYMBOLS = {**_BRACKETS, "``": '"', "''": '"'}
"""Tokens of the Penn Treebank that stand for other characters."""
# A token with no space before it: "." or "'s" or "n't".
_ATTACHED_LEFT = re.compile(r"[.,;:!?%)\]}]|['’](?:s|re|ve|ll|d|m)?|n['’]t")
# A token with no space after it: "$" or "(".
_ATTACHED_RIGHT = re.compile(r"[$#(\[{]")


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
    """A question with the spans that people marked as its answer in `text`, best agreement first."""

    question: str
    text: Text
    spans: Sequence[Span]


def read_squadshifts(folder: Path) -> list[Lesson]:
    """Read the three parts of SQuADShifts (Miller et al. 2020) without the questions that have no answer."""
    lessons = [lesson for part in SQUADSHIFTS for lesson in _squad_lessons(part, folder / f"{part}.json")]
    return [lesson for lesson in lessons if lesson.spans]


def read_squad2(path: Path) -> list[Lesson]:
    """Read a file of SQuAD 2.0's form (Rajpurkar et al. 2018); unanswerable questions have no spans.

    A question that has no answer and is not declared unanswerable is left out.
    """
    return list(_squad_lessons("squad2", path))


def _squad_lessons(domain: str, path: Path) -> Iterator[Lesson]:
    paragraphs = [
        (article.title, paragraph) for article in read_squad(path) for paragraph in article.paragraphs
    ]
    for number, (title, paragraph) in enumerate(paragraphs):
        context = paragraph.context
        held_out = random.Random(f"{domain} {number}").randrange(HELD_OUT) == 0  # noqa: S311
        text = Text(domain, title, context, split_sentences(context), held_out)
        for question in paragraph.qas:
            spans = _marked_spans(question, context)
            if spans or question.is_impossible:
                yield Lesson(question.question, text, agreed_first(spans))


def _marked_spans(question: SquadQuestion, context: str) -> list[Span]:
    """Return the spans of the answers that are where the file says."""
    return [
        (answer.answer_start, answer.answer_start + len(answer.text))
        for answer in question.answers
        if context.startswith(answer.text, answer.answer_start) and answer.text.strip()
    ]


def read_qamr(folder: Path) -> list[Lesson]:
    """Read QAMR (Michael et al. 2018): questions about one sentence each, answers as tokens of it."""
    sentences = {}
    for name, words in _rows(folder / "wiki-sentences.tsv"):
        sentences[name] = detokenize(words.split())
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


def detokenize(tokens: Sequence[str]) -> tuple[str, list[Span]]:
    """Return the text that tokens of the Penn Treebank stand for, and each token's place in it."""
    text, places, quoting, attach_next = "", [], False, True
    for token in tokens:
        written = _SYMBOLS.get(token, token)
        attached = attach_next or _ATTACHED_LEFT.fullmatch(written) is not None
        attach_next = _ATTACHED_RIGHT.fullmatch(written) is not None
        if written == '"':
            attached, attach_next, quoting = attached or quoting, not quoting, not quoting
        text += written if attached else f" {written}"
        places.append((len(text) - len(written), len(text)))
    return text, places


def _longest_run(tokens: Sequence[int]) -> Span:
    """Return the first and last number of the longest run of consecutive ones, the first of such runs."""
    runs = [[tokens[0], tokens[0]]]
    for token in tokens[1:]:
        if token == runs[-1][1] + 1:
            runs[-1][1] = token
        else:
            runs.append([token, token])
    first, last = max(runs, key=lambda run: run[1] - run[0])
    return first, last


def agreed_first(spans: Sequence[Span]) -> list[Span]:
    """Sort spans by how much they overlap with all others, most first; the shorter one of two equal ones."""

    def agreement(span: Span) -> float:
        return sum(_overlap(span, other) for other in spans)

    return sorted(dict.fromkeys(spans), key=lambda span: (-agreement(span), span[1] - span[0], span))


def _overlap(first: Span, second: Span) -> float:
    """F1 of two spans, in characters."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return 2 * max(0, shared) / (first[1] - first[0] + second[1] - second[0])
