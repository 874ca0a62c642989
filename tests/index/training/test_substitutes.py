"""Words of examples exchanged for like ones: which, how many, and whose answers are then open."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from miniature import short_lessons
from safetensors.numpy import load_file, save_file
from span_models import WORDS, save_tiny_reader
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from index.training.batches import UNMARKED, Batch, batches
from index.training.extractive import loaded, marking_loss, scores
from index.training.reader import measured_examples
from index.training.substitutes import MOST, NEAREST, Substitutes, with_substitutes


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
    return batches(measured_examples(short_lessons(200), 200, 1), tokenizer, 4096, random.Random(1))


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


def test_the_nearest_come_before_others(tmp_path: Path) -> None:
    tokens = [f"w{number:02}" for number in range(40)]
    angles = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    save_file({"embeddings.word_embeddings.weight": vectors}, tmp_path / "model.safetensors")
    vocabulary = {token: row for row, token in enumerate(tokens)}
    Tokenizer(WordLevel(vocabulary)).save(str(tmp_path / "tokenizer.json"))
    near = Substitutes.of(tmp_path).near
    half = NEAREST // 2
    assert set(near[20].tolist()) == {*range(20 - half, 20), *range(21, 21 + half)}
    assert set(near[0].tolist()) == {*range(1, 1 + half), *range(40 - half, 40)}


def test_words_alone_are_exchanged_where_an_answer_becomes_open(
    encoder: Path, examples: list[Batch], words: dict[str, int]
) -> None:
    whole = {words[word] for word in WORDS}
    pieces = {row for token, row in words.items() if token.startswith("##")}
    changed = with_substitutes(examples, encoder, 0.5, seed=1)
    chosen = kept = exchanged = possible = 0
    for before, after in zip(examples, changed, strict=True):
        assert (after.types == before.types).all() and (after.mask == before.mask).all()
        assert (after.markable == before.markable).all()
        for row in range(len(before.ids)):
            new = np.flatnonzero(before.ids[row] != after.ids[row])
            for place in new:
                assert {int(before.ids[row, place]), int(after.ids[row, place])} <= whole
                assert int(before.ids[row, place + 1]) not in pieces  # it is the whole word
            if after.starts[row] == UNMARKED:
                assert after.ends[row] == UNMARKED
                chosen, exchanged = chosen + 1, exchanged + len(new)
                possible += sum(int(one) in whole for one in before.ids[row])
            else:
                assert not len(new)
                assert (after.starts[row], after.ends[row]) == (before.starts[row], before.ends[row])
                kept += 1
    assert 0.4 < chosen / (chosen + kept) < 0.6
    assert 0.5 * MOST / 2 < exchanged / possible < 1.5 * MOST / 2


def test_the_same_seed_makes_the_same_examples(encoder: Path, examples: list[Batch]) -> None:
    first, again, other = (with_substitutes(examples, encoder, 0.7, seed) for seed in (3, 3, 4))
    assert all((one.ids == two.ids).all() for one, two in zip(first, again, strict=True))
    assert any((one.ids != two.ids).any() for one, two in zip(first, other, strict=True))


def test_what_nobody_marked_adds_nothing_to_the_loss(encoder: Path, examples: list[Batch]) -> None:
    batch = examples[0]
    model = loaded(encoder, 1)
    (none,) = with_substitutes([batch], encoder, 1.0, seed=1)
    loss = marking_loss(scores(model, none), none)
    assert loss.item() == 0
    loss.backward()  # type: ignore[no-untyped-call]
    found = scores(model, batch)
    start, end = (
        torch.nn.functional.cross_entropy(logits, torch.from_numpy(marked))
        for logits, marked in zip(found, (batch.starts, batch.ends), strict=True)
    )
    assert marking_loss(found, batch).item() == pytest.approx(((start + end) / 2).item(), rel=1e-5)
