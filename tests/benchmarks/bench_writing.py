"""Written answers by a stand-in that mixes true and false sentences: how many of either the checks let pass.

usage: python -m tests.benchmarks.bench_writing --library FOLDER --questions FILE... [--rules-only]
FOLDER holds a config.toml whose index is built. Of each answered question, the stand-in states the cited
sentences as they are, shortened, joined and with numbers written in another way, which is true, and with a
name, a number, a unit, a negation, an opposite, the roles of two names or the source changed, which is false.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bot.shown_citations import citations_worth_showing
from index.config import Config
from index.evaluation.gold_questions import read_questions
from index.library import Library
from index.records import Citation
from index.segmentation.numbers import DIGITS
from index.segmentation.search_terms import number_wordings
from index.writing.polarity import OPPOSITES
from index.writing.support import load_support_model
from index.writing.writer import write_whole
from index.writing.written_answer import WritingLimits
from tests.support.written_answers import ScriptedModel

WORDS = {digits: word for word, digits in reversed(DIGITS.items())}
UNITS = {
    "km": "miles",
    "miles": "km",
    "metres": "feet",
    "feet": "metres",
    "hours": "days",
    "days": "hours",
    "minutes": "hours",
    "percent": "dollars",
    "%": " kg",
    "years": "months",
    "months": "years",
    "dollars": "euros",
    "gallons": "litres",
    "people": "",
    "acres": "hectares",
}
NAMES = ("Marlow", "Ostrava", "Helena Vargas", "Northgate", "Quintin Abara", "Lisbon")
_NUMBER = re.compile(r"(?<![\w.,:/-])\d[\d,]*(?:\.\d+)?(?![\w:/-])")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|will|can|may|must|has|have|had|did|does|do|should|would|could)\b(?! not)"
)
_TRAILING = re.compile(r", (?:which|who|where|after|because|although|while|and|but) [^,]{15,}(?=[.]$)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=Path, nargs="+", required=True)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--rules-only", action="store_true", help="without the support model")
    parser.add_argument("--show", action="store_true", help="print each mistake")
    options = parser.parse_args()
    checker = None if options.rules_only else load_support_model()
    library = Library.open(Config.read(options.library / "config.toml"))
    gold = [question for file in options.questions for question in read_questions(file)]
    asked = random.Random(0).sample(gold, len(gold))
    passed: Counter[tuple[bool, str]] = Counter()
    stated: Counter[tuple[bool, str]] = Counter()
    answered = 0
    for question in asked:
        if answered == options.count:
            break
        answer = library.ask(question.question)
        if not answer.answerable:
            continue
        answered += 1
        citations = citations_worth_showing(answer)
        answer = replace(answer, citations=citations)
        for true, kind, text, numbers in statements(citations, random.Random(answered)):
            stated[true, kind] += 1
            model = ScriptedModel(text + "".join(f"[{number}]" for number in numbers))
            written = write_whole(question.question, answer, model, checker, WritingLimits()).sentences
            passes = bool(written) and all(sentence.supported for sentence in written)
            passed[true, kind] += passes
            if options.show and passes != true:
                reasons = {str(sentence.reason) for sentence in written if not sentence.supported}
                print(f"{'struck' if true else 'passed'} ({kind}, {', '.join(reasons)}): {text}")
    judges = "rules alone" if options.rules_only else "rules and support model"
    print(f"{answered} answered questions, {judges}")
    for true in (True, False):
        kinds = [kind for kind in stated if kind[0] is true]
        for kind in kinds:
            print(
                f"{'true ' if true else 'false'}  {kind[1]:<22} {passed[kind]:>4} of {stated[kind]:>4} pass"
            )
        total, through = sum(stated[kind] for kind in kinds), sum(passed[kind] for kind in kinds)
        wrong = total - through if true else through
        print(
            f"{'true ones struck' if true else 'false ones passed'}: {wrong} of {total}, {wrong / total:.1%}"
        )


def statements(
    citations: tuple[Citation, ...], rng: random.Random
) -> Iterator[tuple[bool, str, str, tuple[int, ...]]]:
    """Yield whether a statement is true, its kind, its text, and the numbers that it cites."""
    for citation in citations:
        text, own = " ".join(citation.quotation[0].split()), (citation.number,)
        yield True, "verbatim", text, own
        for kind, changed in true_changes(text):
            yield True, kind, changed, own
        for kind, changed in false_changes(text, rng):
            if changed != text:
                yield False, kind, changed, own
        yield False, "without a number", text, ()
        yield False, "an invented number", text, (9,)
    if len(citations) > 1:
        first, second = (" ".join(citation.quotation[0].split()) for citation in citations[:2])
        numbers = (citations[0].number, citations[1].number)
        yield True, "two joined", f"{first.rstrip('.')}; {second}", numbers
        yield True, "all numbers cited", first, tuple(citation.number for citation in citations)
        if len(first.split()) > 4 and first != second:
            yield False, "of another source", first, (citations[1].number,)


def true_changes(text: str) -> Iterator[tuple[str, str]]:
    if (short := _TRAILING.sub("", text)) != text:
        yield "shortened", short
    if '"' in text or "“" in text:
        return  # quotations are to be verbatim
    spelt = _NUMBER.sub(lambda number: WORDS.get(number[0], number[0]), text)
    if spelt != text and not number_wordings(text):  # dates keep theirs
        yield "numbers in words", spelt
    if (plain := re.sub(r"\b([Ww]ill|[Cc]an|[Dd]id|[Ww]as|[Ii]s) ?not\b", _contracted, text)) != text:
        yield "contracted", plain


def _contracted(match: "re.Match[str]") -> str:
    return {"will": "won't", "can": "can't"}.get(match[1].lower(), f"{match[1]}n't")


def false_changes(text: str, rng: random.Random) -> Iterator[tuple[str, str]]:
    if number := _NUMBER.search(text):
        other = str(int(float(number[0].replace(",", ""))) + rng.choice((1, 2, 10, 100)))
        yield "another number", text[: number.start()] + other + text[number.end() :]
        for unit, another in UNITS.items():
            if another and re.match(rf"[ -]?{re.escape(unit)}\b", text[number.end() :]):
                yield "another unit", text[: number.end()] + text[number.end() :].replace(unit, another, 1)
    names = [*_NAME.finditer(text)]
    if names:
        name = rng.choice(names)
        yield "another name", text[: name.start()] + rng.choice(NAMES) + text[name.end() :]
    if len(names) > 1 and names[0][0] != names[1][0]:
        one, two = names[:2]
        between = text[one.end() : two.start()]
        yield "roles exchanged", f"{text[: one.start()]}{two[0]}{between}{one[0]}{text[two.end() :]}"
    if auxiliary := _AUXILIARY.search(text):
        yield "negated", f"{text[: auxiliary.end()]} not{text[auxiliary.end() :]}"
    if re.search(r"\b(?:is|was|are|were|will|can|did|does|do) not ", text):
        yield "no longer negated", text.replace(" not ", " ", 1)
    for left, right in (pair for both in OPPOSITES for pair in (both, both[::-1])):
        for word in text.split():
            if word in left:
                yield "the opposite", text.replace(f" {word} ", f" {min(right)} ", 1)


if __name__ == "__main__":
    main()
