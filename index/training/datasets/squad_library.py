"""Writes a file of SQuAD's form as a library, with its questions for `footnote eval`. Build side only.

    python -m index.training.datasets.squad_library FILE --out DIR [--selqa FILE] [--squadshifts DIR]
    footnote --config DIR/config.toml eval DIR/own.jsonl

`own.jsonl` asks each question of its own article, `all.jsonl` the same questions of all articles. SelQA's
questions and SQuADShifts' about held-out paragraphs of Wikipedia are about other things: `selqa.jsonl` and
`wikipedia.jsonl` ask them of all articles, which answer few of them if any. The reader learnt from neither;
its confidence was fitted to the latter, in their own texts.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from index.records import Sentence
from index.segmentation.sentences import split_sentences
from index.training.datasets.lessons import read_squadshifts

CONFIGURATION = '[corpus]\ndirectory = "articles"\n'


def write_library(squad: Path, out: Path) -> None:
    """Write the articles of the file to `out`, each as text with its title first, and two files of questions.

    A sentence is right in which an answer that somebody marked begins. Raises OSError, and ValueError where
    `out` holds articles already or an answer is not where the file says; FileExistsError for two of a name;
    KeyError or TypeError where the file is not of SQuAD's form.
    """
    entries: list[Any] = json.loads(squad.read_text(encoding="utf-8"))["data"]
    articles = out / "articles"
    articles.mkdir(parents=True, exist_ok=True)
    if any(articles.iterdir()):
        raise ValueError(f"{articles} is not empty: its articles would be asked too")
    asked: list[dict[str, Any]] = []
    for entry in entries:
        text = "\n\n".join(paragraph["context"] for paragraph in entry["paragraphs"])
        name, title = entry["title"].replace("/", "_"), entry["title"].replace("_", " ")
        with (articles / f"{name}.txt").open("x", encoding="utf-8") as file:  # two of a name are an error
            file.write(f"{title}\n\n{text}\n")
        asked += ({**question, "article": name} for question in _questions(entry["paragraphs"], text))
    (out / "config.toml").write_text(CONFIGURATION, encoding="utf-8")
    _write(out / "own.jsonl", asked)
    _write(out / "all.jsonl", [{key: row[key] for key in row if key != "article"} for row in asked])


def write_elsewhere(path: Path, questions: Sequence[str]) -> None:
    """Write questions that no article of the library answers."""
    kept = enumerate(dict.fromkeys(questions))
    _write(path, [{"id": str(number), "question": text, "answerable": False} for number, text in kept])


def _questions(paragraphs: Sequence[Any], text: str) -> Iterator[dict[str, Any]]:
    sentences = split_sentences(text)
    offset = 0
    for paragraph in paragraphs:
        for question in paragraph["qas"]:
            answers = [answer["text"] for answer in question["answers"]]
            for answer in question["answers"]:
                start = answer["answer_start"]
                if start < 0 or not paragraph["context"].startswith(answer["text"], start):
                    raise ValueError(f"question {question['id']}: {answer['text']!r} is not at {start}")
            starts = {offset + answer["answer_start"] for answer in question["answers"]}
            gold = dict.fromkeys(_holding(sentences, text, start) for start in sorted(starts))
            if answers or question.get("is_impossible"):
                yield {
                    "id": question["id"],
                    "question": question["question"].strip(),
                    "answerable": bool(answers),
                    "gold_sentences": list(gold),
                    "gold_answer": answers[0] if answers else None,
                    "gold_answers": answers[1:],
                }
        offset += len(paragraph["context"]) + 2


def _holding(sentences: Sequence[Sentence], text: str, place: int) -> str:
    one = next(sentence for sentence in sentences if place < sentence.end)
    return text[one.start : one.end]


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
    elsewhere: dict[str, list[str]] = {}
    if options.selqa:
        rows = json.loads(options.selqa.read_text(encoding="utf-8"))
        elsewhere["selqa.jsonl"] = [row["question"].strip() for row in rows]
    if options.squadshifts:
        lessons = read_squadshifts(options.squadshifts)
        held_out = (one for one in lessons if one.text.held_out and one.text.domain == "new_wiki")
        elsewhere["wikipedia.jsonl"] = [one.question for one in held_out]
    write_library(options.squad, options.out)
    for name, questions in elsewhere.items():
        write_elsewhere(options.out / name, questions)


if __name__ == "__main__":
    main()
