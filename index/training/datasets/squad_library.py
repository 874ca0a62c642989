"""Writes a file of SQuAD's form as a library, with its questions for `footnote eval`. Build side only.

    python -m index.training.datasets.squad_library FILE --out DIR [--selqa FILE] [--squadshifts DIR]
    footnote --config DIR/config.toml eval DIR/own.jsonl

`own.jsonl` asks each question of its own article, `all.jsonl` asks the same questions of all articles.
SelQA's questions and SQuADShifts' about held-out paragraphs of Wikipedia are about other things:
`selqa.jsonl` and `wikipedia.jsonl` ask them of all articles, which answer few of them if any. The reader
learnt from neither; its confidence was fitted to the latter, in their own texts.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.segmentation.sentences import split_sentences
from index.training.datasets.lessons import WIKIPEDIA, read_squadshifts
from index.training.datasets.squad import SquadArticle, join_paragraphs, read_squad, sentences_at

CONFIGURATION = '[corpus]\ndirectory = "articles"\n'


def write_library(squad: Path, out: Path) -> None:
    """Write the articles of the file to `out`, each as text with its title first, and two files of questions.

    A sentence is right if an answer that somebody marked begins in it. Raises OSError; ValueError if the file
    is not of SQuAD's form, an answer is not where it says, or `out` holds articles already; FileExistsError
    if two articles have the same name.
    """
    entries = read_squad(squad)
    folder = out / "articles"
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty: its articles would be searched, too")
    questions: list[dict[str, Any]] = []
    for entry in entries:
        text, offsets = join_paragraphs(paragraph.context for paragraph in entry.paragraphs)
        name, title = entry.title.replace("/", "_"), entry.title.replace("_", " ")
        with (folder / f"{name}.txt").open("x", encoding="utf-8") as file:
            file.write(f"{title}\n\n{text}\n")
        questions += ({**question, "article": name} for question in _gold_questions(entry, text, offsets))
    (out / "config.toml").write_text(CONFIGURATION, encoding="utf-8")
    _write(out / "own.jsonl", questions)
    _write(out / "all.jsonl", [{key: row[key] for key in row if key != "article"} for row in questions])


def write_unanswerable(path: Path, questions: Sequence[str]) -> None:
    """Write questions that no article of the library answers."""
    unique = enumerate(dict.fromkeys(questions))
    _write(path, [{"id": str(number), "question": text, "answerable": False} for number, text in unique])


def _gold_questions(entry: SquadArticle, text: str, offsets: Sequence[int]) -> Iterator[dict[str, Any]]:
    sentences = split_sentences(text)
    for offset, paragraph in zip(offsets, entry.paragraphs, strict=True):
        for question in paragraph.qas:
            for answer in question.answers:
                start = answer.answer_start
                if start < 0 or not paragraph.context.startswith(answer.text, start):
                    raise ValueError(f"question {question.id}: {answer.text!r} is not at {start}")
            answers = [answer.text for answer in question.answers]
            gold = sentences_at(sentences, [offset + answer.answer_start for answer in question.answers])
            if answers or question.is_impossible:
                gold_texts = dict.fromkeys(text[sentences[row].start : sentences[row].end] for row in gold)
                yield {
                    "id": question.id,
                    "question": question.question,
                    "answerable": bool(answers),
                    "gold_sentences": list(gold_texts),
                    "gold_answer": answers[0] if answers else None,
                    "gold_answers": answers[1:],
                }


def _write(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the file and write the library."""
    parser = argparse.ArgumentParser(
        prog="python -m index.training.datasets.squad_library", description=__doc__
    )
    parser.add_argument("squad", type=Path, metavar="FILE", help="file of SQuAD's form, 1.1 or 2.0")
    parser.add_argument("--out", type=Path, required=True, help="folder of the library")
    parser.add_argument("--selqa", type=Path, help="file of SelQA, as selqa-dev.json")
    parser.add_argument("--squadshifts", type=Path, help="folder of the SQuADShifts files")
    options = parser.parse_args(arguments)
    unanswerable: dict[str, list[str]] = {}
    if options.selqa:
        rows = json.loads(options.selqa.read_text(encoding="utf-8"))
        unanswerable["selqa.jsonl"] = [row["question"].strip() for row in rows]
    if options.squadshifts:
        lessons = read_squadshifts(options.squadshifts)
        unanswerable["wikipedia.jsonl"] = [
            lesson.question for lesson in lessons if lesson.text.held_out and lesson.text.domain == WIKIPEDIA
        ]
    write_library(options.squad, options.out)
    for name, questions in unanswerable.items():
        write_unanswerable(options.out / name, questions)


if __name__ == "__main__":
    main()
