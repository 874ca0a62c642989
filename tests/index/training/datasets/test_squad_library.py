"""A file of SQuAD's form as a library: its articles as they are cut, and what is right."""

import json
from pathlib import Path

import pytest

from index.evaluation.gold_questions import read_questions
from index.training.datasets.lessons import SQUADSHIFTS, read_squadshifts
from index.training.datasets.squad_library import CONFIGURATION, main
from tests.support.miniature_datasets import short_lessons, squad_entry, write_squadshifts

FIRST = "Bridges are old. The first one was built by Anna in 1850. It fell."
SECOND = "Rivers are older. The Aare is one."


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    asked = [
        ("Who built it? ", ["Anna", "by Anna"]),
        ("What fell?", [(FIRST.index("It"), "It"), (0, "Bridges")]),
    ]
    entry = squad_entry("Old_Bridges/Rivers", [(FIRST, asked), (SECOND, [("Which river?", ["The Aare"])])])
    for number, paragraph in enumerate(entry["paragraphs"]):
        for row, question in enumerate(paragraph["qas"]):
            question["id"] = f"{number}{row}"
    impossible = {"id": "n", "question": "Who burnt it?", "answers": [], "is_impossible": True}
    nobody_said = {"id": "x", "question": "Why?", "answers": []}
    entry["paragraphs"][1]["qas"] += [impossible, nobody_said]
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [entry]}), encoding="utf-8")
    return path


def test_articles_and_questions_are_written(squad: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "library"
    main([str(squad), "--out", str(out)])
    (article,) = (out / "articles").iterdir()
    assert article.name == "Old_Bridges_Rivers.txt"
    assert article.read_text(encoding="utf-8") == f"Old Bridges/Rivers\n\n{FIRST}\n\n{SECOND}\n"
    assert (out / "config.toml").read_text(encoding="utf-8") == CONFIGURATION
    own, everywhere = (read_questions(out / name) for name in ("own.jsonl", "all.jsonl"))
    assert [one.id for one in own] == ["00", "01", "10", "n"]  # what nobody answered is left out
    assert {one.article for one in own} == {"Old_Bridges_Rivers"}
    assert [one.model_copy(update={"article": None}) for one in own] == everywhere
    who, fell, river, burnt = own
    assert (who.question, who.gold_sentences) == (
        "Who built it?",
        ("The first one was built by Anna in 1850.",),
    )
    assert who.known_answers == ("Anna", "by Anna")
    assert fell.gold_sentences == ("Bridges are old.", "It fell.")
    assert river.gold_sentences == ("The Aare is one.",)
    assert (burnt.answerable, burnt.gold_sentences, burnt.known_answers) == (False, (), ())


def test_questions_about_other_things_are_written(squad: Path, tmp_path: Path) -> None:
    out, selqa, shifts = (tmp_path / name for name in ("library", "selqa.json", "shifts"))
    asked = ["Who sang? ", "Who sang?", "Who swam?"]
    selqa.write_text(json.dumps([{"question": text} for text in asked]), encoding="utf-8")
    lessons = [one for domain in SQUADSHIFTS for one in short_lessons(30, domain)]
    write_squadshifts(shifts, lessons)
    main([str(squad), "--out", str(out), "--selqa", str(selqa), "--squadshifts", str(shifts)])
    sang, wiki = (read_questions(out / name) for name in ("selqa.jsonl", "wikipedia.jsonl"))
    assert [one.question for one in sang] == ["Who sang?", "Who swam?"]
    held_out = {
        one.question for one in read_squadshifts(shifts) if one.text.held_out and "18" in one.text.text
    }
    assert {one.question for one in wiki} == held_out  # 18..: the years of Wikipedia's part
    assert 1 < len(wiki) == len(held_out) < 20
    assert not any(one.answerable or one.article or one.gold_sentences for one in (*sang, *wiki))
    with pytest.raises(FileNotFoundError):
        main([str(squad), "--out", str(tmp_path / "none"), "--selqa", str(tmp_path / "typo.json")])
    assert not (tmp_path / "none").exists()
    main([str(squad), "--out", str(tmp_path / "without")])
    assert {path.name for path in out.iterdir()} - {
        path.name for path in (tmp_path / "without").iterdir()
    } == {
        "selqa.jsonl",
        "wikipedia.jsonl",
    }


def test_what_would_taint_the_figures_is_refused(squad: Path, tmp_path: Path) -> None:
    out = tmp_path / "library"
    main([str(squad), "--out", str(out)])
    with pytest.raises(ValueError, match="is not empty"):
        main([str(squad), "--out", str(out)])
    data = json.loads(squad.read_text(encoding="utf-8"))
    squad.write_text(json.dumps({"data": data["data"] * 2}), encoding="utf-8")
    with pytest.raises(FileExistsError):
        main([str(squad), "--out", str(tmp_path / "twice")])
    data["data"][0]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] = 9_999
    squad.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(ValueError, match="question 00: 'Anna' is not at 9999"):
        main([str(squad), "--out", str(tmp_path / "moved")])
