"""A miniature file of questions in people's own words, about two sections of a guide and a page."""

import json
from pathlib import Path
from typing import Any

from index.training.datasets.question_articles import is_held_out
from tests.support.miniature_datasets import squad_entry

OPENING = "The old mill opens at nine. Anna Berg built the mill in 1870."
PARKING = "Parking\n\n- Cars stand behind the mill.\n- Bikes stand in the yard."
BRIDGE = "The bridge was built by Carl in 1998. Ships pass below."


def entries() -> list[dict[str, Any]]:
    """Return titles that begin alike, and others; twins; a question without a label."""
    opening = squad_entry("Guide > Visit > Opening", [(OPENING, [("when can i come in", ["nine"])])])
    opening["paragraphs"][0]["qas"] += [
        {
            "question": "When does the bridge open?",
            "answers": [],
            "is_impossible": True,
            "plausible_answers": [{"answer_start": OPENING.index("nine"), "text": "nine"}],
        },
        {
            "question": "When does the mill open?",
            "of": "When does the bridge open? ",
            "answers": [{"answer_start": OPENING.index("nine"), "text": "nine"}],
        },
        {"question": "Nobody said?", "answers": []},
    ]
    parking = squad_entry("Guide > Parking", [(PARKING, [("where do bikes go", ["in the yard"])])])
    bridge = squad_entry("Carl's_Bridge", [(BRIDGE, [("who made it?", ["Carl"])])])
    return [opening, bridge, parking]


def held_out_entry() -> dict[str, Any]:
    """Return an entry whose title is held out."""
    title = next(title for title in map("Tower {}".format, range(100)) if is_held_out(title))
    entry: dict[str, Any] = squad_entry(
        title, [("The tower was built by Emil.", [("who made the tower", ["Emil"])])]
    )
    return entry


def write_questions(path: Path, *more: dict[str, Any]) -> Path:
    """Write the entries as a file of SQuAD 2.0's form."""
    path.write_text(json.dumps({"data": [*entries(), *more]}), encoding="utf-8")
    return path


def write_library(folder: Path) -> Path:
    """Write a library of one article, with a question that it answers and one that it does not."""
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "mill.md").write_text(f"# Mill\n\n{OPENING}\n", encoding="utf-8")
    sentence = OPENING.partition(". ")[0]
    questions = [
        {
            "question": "when can i come",
            "answerable": True,
            "gold_sentences": [sentence],
            "gold_answer": "nine",
        },
        {"question": "when must i go", "answerable": False, "decoy_sentence": sentence, "decoy": "nine"},
    ]
    lines = [json.dumps({"id": number, "article": "mill", **line}) for number, line in enumerate(questions)]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder
