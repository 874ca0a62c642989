"""Files of statements, whose texts stand in them or in a paragraph that they name."""

import json
from pathlib import Path

import pytest

from index.training.datasets.squad import read_squad
from index.training.support.statements import (
    STATEMENTS,
    Statement,
    digest,
    paragraphs_by_digest,
    read_statements,
)
from tests.support.miniature_questions import write_questions
from tests.support.tiny_statements import bridge_statements, write_statements

PARAGRAPH = "The lake froze. Nobody skated. Then it thawed."


def line_of(**changes: object) -> str:
    line = {"title": "Lake", "statement": "It froze.", "supported": True, "kind": "part"}
    return json.dumps(line | changes)


def test_a_text_stands_in_the_file_or_in_a_named_paragraph(tmp_path: Path) -> None:
    path = tmp_path / "statements.jsonl"
    named = {"paragraph": digest(PARAGRAPH), "sentences": [[0, 15], [31, 46]]}
    path.write_text(f"{line_of(text='It froze over.')}\n{line_of(**named)}\n", encoding="utf-8")
    first, second = read_statements(path, {digest(PARAGRAPH): PARAGRAPH})
    assert first == Statement("Lake", "It froze over.", "It froze.", True, "part")
    assert second.text == "The lake froze.\nThen it thawed."
    assert second.shown == "Lake\nThe lake froze.\nThen it thawed."


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not a statement"),
        ("[]", "not a statement"),
        (line_of(text="A.", supported="yes"), "not a statement"),
        (line_of(text="A.", more=1), "not a statement"),
        (line_of(statement="", text="A."), "not a statement"),
        (line_of(), "no text"),
        (line_of(paragraph="0" * 16, sentences=[[0, 3]]), "no paragraph 0000000000000000"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "statements.jsonl"
    path.write_text(f"{line_of(text='A.')}\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"line 2: {problem}"):
        read_statements(path, {})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    statements = bridge_statements(9)
    assert read_statements(write_statements(tmp_path / "s.jsonl", statements), {}) == statements


def test_paragraphs_are_found_by_their_digests(tmp_path: Path) -> None:
    articles = read_squad(write_questions(tmp_path / "questions.json"))
    found = paragraphs_by_digest(articles)
    contexts = {paragraph.context for article in articles for paragraph in article.paragraphs}
    assert set(found.values()) == contexts
    assert all(name == digest(text) and len(name) == 16 for name, text in found.items())


@pytest.mark.parametrize("path", sorted(STATEMENTS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_the_projects_own_are_balanced_and_name_their_texts(path: Path) -> None:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    paragraphs = {line["paragraph"]: "x" * 10_000 for line in lines if "paragraph" in line}
    statements = read_statements(path, paragraphs)
    assert sum(one.supported for one in statements) * 2 == len(statements)
    assert len({(one.shown, one.statement) for one in statements}) >= len(statements) * 0.99


def test_the_statements_that_are_not_learnt_yet_are_statements_in_pairs() -> None:
    files = sorted((STATEMENTS / "newer").glob("*.jsonl"))
    assert len(files) == 6
    statements = [statement for file in files for statement in read_statements(file, {})]
    assert len(statements) == 14_328
    supported = sum(statement.supported for statement in statements)
    assert 0.49 < supported / len(statements) < 0.51
