"""Words of examples replaced by similar ones: which, how many, and whose answers are then open."""

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from index.training.examples.batches import UNMARKED, Batch, make_batches
from index.training.examples.substitutes import NEAREST, Substitutes, with_substitutes
from index.training.reader.extractive import load_model, marking_loss, span_logits
from index.training.reader.measuring import held_out_examples
from tests.support.miniature_datasets import short_lessons
from tests.support.tiny_span_models import WORDS, save_tiny_reader

MOST = 0.4


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny encoder; tests only read it."""
    return save_tiny_reader(tmp_path_factory.mktemp("encoder"), "bert", head=False)


@pytest.fixture(scope="module")
def words(encoder: Path) -> dict[str, int]:
    return Tokenizer.from_file(str(encoder / "tokenizer.json")).get_vocab()


@pytest.fixture(scope="module")
def examples(encoder: Path) -> list[Batch]:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    return make_batches(held_out_examples(short_lessons(200), 200, 1), tokenizer, 4096, random.Random(1))


def test_the_nearest_words_stand_for_each_other(encoder: Path, tmp_path: Path, words: dict[str, int]) -> None:
    weights = load_file(encoder / "model.safetensors")
    (name,) = (name for name in weights if name.endswith("word_embeddings.weight"))
    vectors = weights[name].copy()
    vectors[words["river"]] = vectors[words["bridge"]] * 2  # the same direction
    save_file({**weights, name: vectors}, tmp_path / "model.safetensors")
    (tmp_path / "tokenizer.json").write_bytes((encoder / "tokenizer.json").read_bytes())
    near = Substitutes.of(tmp_path).near
    assert near.shape == (len(words), NEAREST)
    others = {words[word] for word in WORDS}
    for word in WORDS:
        own = set(near[words[word]].tolist())
        assert others - {words[word]} <= own <= others  # fewer than NEAREST: all of them
    for token in ("[CLS]", "[PAD]", "a", "##a"):
        assert set(near[words[token]].tolist()) == {words[token]}


def circle(folder: Path) -> None:
    """Save an encoder of 40 words whose vectors lie on a circle, off the origin."""
    tokens = [f"w{number:02}" for number in range(40)]
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32) + 5
    save_file({"embeddings.word_embeddings.weight": vectors}, folder / "model.safetensors")
    vocabulary = {token: row for row, token in enumerate(tokens)}
    Tokenizer(WordLevel(vocabulary)).save(str(folder / "tokenizer.json"))


@pytest.mark.parametrize("block", [1024, 7])
def test_the_nearest_come_before_others(tmp_path: Path, block: int) -> None:
    circle(tmp_path)
    near = Substitutes.of(tmp_path, block).near
    half = NEAREST // 2
    assert set(near[20].tolist()) == {*range(20 - half, 20), *range(21, 21 + half)}
    assert set(near[0].tolist()) == {*range(1, 1 + half), *range(40 - half, 40)}


def test_whole_words_alone_are_exchanged_where_an_answer_becomes_open(
    encoder: Path, examples: list[Batch], words: dict[str, int]
) -> None:
    whole = {words[word] for word in WORDS}
    pieces = {row for token, row in words.items() if token.startswith("##")}
    changed = with_substitutes(examples, encoder, 0.9, MOST, seed=1)
    kinds = set()
    for before, after in zip(examples, changed, strict=True):
        assert (after.types == before.types).all() and (after.mask == before.mask).all()
        assert (after.markable == before.markable).all()
        for row in range(len(before.ids)):
            new = np.flatnonzero(before.ids[row] != after.ids[row])
            for place in new:
                assert {int(before.ids[row, place]), int(after.ids[row, place])} <= whole
                assert int(before.ids[row, place + 1]) not in pieces  # it is the whole word
            marked = (before.starts[row], before.ends[row])
            assert (after.starts[row], after.ends[row]) == ((UNMARKED, UNMARKED) if len(new) else marked)
            kinds.add(len(new) > 0)
    assert kinds == {True, False}


def test_each_example_draws_how_many_words_and_each_word_which(tmp_path: Path) -> None:
    count, length = 400, 100
    texts = np.tile(np.arange(40), (count, 3))[:, :length]
    one, none = np.ones_like(texts), np.zeros(count, dtype=np.int64)
    before = Batch(texts, one, one, one.astype(bool), none, none)
    circle(tmp_path)
    (after,) = with_substitutes([before], tmp_path, 0.6, MOST, seed=1)
    new = after.ids != texts
    rates = new.mean(1)[new.any(axis=1)]
    assert 0.5 < len(rates) / count < 0.65
    assert rates.min() < 0.2 * MOST and 0.8 * MOST < rates.max() < 1.5 * MOST  # from 0 to MOST
    assert rates.mean() == pytest.approx(MOST / 2, rel=0.15)
    steps = np.unique((after.ids - texts)[new] % 40)
    assert steps.tolist() == [*range(1, NEAREST // 2 + 1), *range(40 - NEAREST // 2, 40)]  # all neighbours


def test_the_same_seed_makes_the_same_examples(encoder: Path, examples: list[Batch]) -> None:
    first, again, other = (with_substitutes(examples, encoder, 0.7, MOST, seed) for seed in (3, 3, 4))
    assert all((one.ids == two.ids).all() for one, two in zip(first, again, strict=True))
    assert any((one.ids != two.ids).any() for one, two in zip(first, other, strict=True))


def test_what_nobody_marked_adds_nothing_to_the_loss(encoder: Path, examples: list[Batch]) -> None:
    batch = examples[0]
    logits = span_logits(load_model(encoder, 1), batch)
    rows = np.arange(len(batch.ids)) % 2 == 0

    def expected(of: NDArray[np.bool_]) -> float:
        losses = [
            torch.nn.functional.cross_entropy(scores, torch.from_numpy(marked), reduction="none")
            for scores, marked in zip(logits, (batch.starts, batch.ends), strict=True)
        ]
        return float(((losses[0] + losses[1]) / 2 * torch.from_numpy(of)).mean())

    for marked in (np.ones_like(rows), rows, np.zeros_like(rows)):
        starts, ends = (np.where(marked, one, UNMARKED) for one in (batch.starts, batch.ends))
        loss = marking_loss(logits, replace(batch, starts=starts, ends=ends))
        assert loss.item() == pytest.approx(expected(marked), rel=1e-5)


@pytest.mark.parametrize("missing", ["vectors", "one vector", "an id", "words"])
def test_what_is_no_encoder_is_refused(tmp_path: Path, missing: str) -> None:
    circle(tmp_path)
    vectors = load_file(tmp_path / "model.safetensors")["embeddings.word_embeddings.weight"]
    vocabulary = {f"w{number:02}": number for number in range(40)}
    if missing == "vectors":
        save_file({"head": vectors}, tmp_path / "model.safetensors")
    elif missing == "one vector":
        save_file({"embeddings.word_embeddings.weight": vectors[1:]}, tmp_path / "model.safetensors")
    elif missing == "an id":
        vocabulary["w39"] = 40
    else:
        vocabulary = {f"##{token}": number for token, number in vocabulary.items()}
    Tokenizer(WordLevel(vocabulary)).save(str(tmp_path / "tokenizer.json"))
    problem = "no two words" if missing == "words" else "a vector for each token"
    with pytest.raises(ValueError, match=problem):
        Substitutes.of(tmp_path)
