"""BM25 that is built by bm25s and read back by numpy alone."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import best
from index.errors import IndexDamagedError
from index.segmentation.search_terms import terms
from index.storage import bm25
from index.storage.bm25 import Bm25

SENTENCES = [
    "The US-led coalition struck fighters near Al Tanf.",
    "A U.S. general predicts a long fight for Raqqa.",
    "About 90,000 people live in Raqqa, Raqqa officials say.",
    "",
    "Who is it?",
    "北京欢迎你。",
    "A U.S. general predicts a long fight for Raqqa.",
]


@pytest.fixture
def index(tmp_path: Path) -> Bm25:
    Bm25.build(map(terms, SENTENCES)).save(tmp_path)
    return Bm25.load(tmp_path, len(SENTENCES))


@pytest.mark.slow
@given(st.lists(st.sampled_from(["us", "raqqa", "fight", "90000", "京欢", "unknown"]), max_size=8))
def test_scores_are_those_of_bm25s(question: list[str]) -> None:
    import bm25s

    theirs = bm25s.BM25(k1=bm25.K1, b=bm25.B, method=bm25.METHOD)
    theirs.index([terms(text) for text in SENTENCES], show_progress=False)
    ours = Bm25.build(map(terms, SENTENCES))
    known = theirs.get_tokens_ids(question)
    assert np.array_equal(ours.scores(question), theirs.get_scores_from_ids(known))


def test_the_best_come_by_score_then_row(index: Bm25) -> None:
    scores = index.scores(terms("What did the general predict of the fight?"))
    assert np.flatnonzero(scores).tolist() == best(scores, 2).tolist() == [1, 6]
    assert scores[1] == scores[6] > 0
    assert best(scores, 1).tolist() == [1]


def test_frequency_counts_sentences(index: Bm25) -> None:
    assert [index.frequency(term) for term in ("raqqa", "us", "tanf", "zzz")] == [3, 3, 1, 0]


@pytest.mark.parametrize("sentences", [[], ["", "Who is it?"]])
def test_nothing_to_search(tmp_path: Path, sentences: list[str]) -> None:
    Bm25.build(map(terms, sentences)).save(tmp_path)
    index = Bm25.load(tmp_path, len(sentences))
    assert index.scores(["us", ""]).tolist() == [0.0] * len(sentences)
    assert not index.scores(["us"]).any()


def test_a_question_without_known_terms(index: Bm25) -> None:
    assert not index.scores([]).any()
    assert not index.scores(["zzz"]).any()
    assert not index.scores([]).any()


def test_no_file_is_pickled(index: Bm25, tmp_path: Path) -> None:
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(bm25.FILES)
    for name in bm25.FILES:
        np.load(tmp_path / name, allow_pickle=False)


@pytest.mark.parametrize("content", [None, b"", b"no array", b"\x80\x04N."])
def test_a_foreign_file_is_damage(index: Bm25, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / bm25.FILES[1]
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(IndexDamagedError, match=bm25.FILES[1]):
        Bm25.load(tmp_path, len(SENTENCES))


@pytest.mark.slow
def test_asking_imports_neither_bm25s_nor_scipy(index: Bm25, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from index.segmentation.search_terms import terms\nfrom index.storage.bm25 import Bm25\n"
        f"assert Bm25.load(Path({str(tmp_path)!r}), {len(SENTENCES)}).scores(terms('Raqqa')).any()\n"
        "assert not {'bm25s', 'scipy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
