"""Files of questions with known answers: read, and refused by the line."""

import json
from pathlib import Path

import pytest

from index.evaluation.gold_questions import QuestionFileError, read_questions


def test_questions_are_read_and_further_keys_passed_over(tmp_path: Path) -> None:
    rows = [
        {
            "id": "a",
            "question": "Q?",
            "answerable": True,
            "gold_sentences": ["S"],
            "gold_answer": "s",
            "note": 1,
        },
        {"id": 2, "question": "Q\u2028?", "answerable": False, "article": "x"},
    ]
    path = tmp_path / "questions.jsonl"
    text = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    first, second = read_questions(path)
    assert (first.id, first.gold_sentences, first.gold_answer) == ("a", ("S",), "s")
    assert (second.question, second.article, second.gold_sentences) == ("Q\u2028?", "x", ())


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "not JSON"),
        (b"[]", "expected an object"),
        (b'{"id": "a", "answerable": false}', "question: is missing"),
        (b'{"question": "Q", "answerable": false}', "id: is missing"),
        (
            b'{"id": [], "question": "Q", "answerable": false}',
            "id: expected text in quotation marks, or a whole",
        ),
        (b'{"id": 1, "question": "Q", "answerable": false}', "id: another line has 1, too"),
        (b'{"id": "a", "question": "", "answerable": false}', "question: expected text that is not empty"),
        (b'{"id": "a", "question": 4, "answerable": false}', "question: expected text in quotation marks"),
        (b'{"id": "a", "question": "Q", "answerable": "yes"}', "answerable: expected true or false"),
        (
            b'{"id": "a", "question": "Q", "answerable": true, "gold_sentences": "S"}',
            "gold_sentences: expected a list",
        ),
        (b'{"id": "a", "question": "Q", "answerable": true}', "an answerable question needs gold_sentences"),
        (b'{"id": "a", "question": "Q", "answerable": true, "gold_sentences": [""]}', "gold_sentences: "),
        (
            b'{"id": "a", "question": "Q", "answerable": true, "gold_sentences": [" "]}',
            "gold_sentences: expected text that is not empty",
        ),
        (b'{"id": "a", "question": "\xff", "answerable": false}', "not JSON"),
    ],
)
def test_a_malformed_row_is_named_by_its_line(tmp_path: Path, line: bytes, words: str) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_bytes(b'{"id": 1, "question": "Q", "answerable": false}\n' + line + b"\n")
    with pytest.raises(QuestionFileError) as caught:
        read_questions(path)
    assert f"{path}, line 2: " in caught.value.message
    assert words in caught.value.message
    assert "Input should" not in caught.value.message


def test_a_file_without_questions_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_bytes(b"\n")
    with pytest.raises(QuestionFileError, match="holds no questions"):
        read_questions(path)
