"""Models in training: one vocabulary mapped to another, and a larger model that teaches a smaller one."""

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer

from index.errors import ModelDamagedError
from index.training.examples.batches import Batch, make_batches
from index.training.reader.extractive import (
    MASKED_LOGIT,
    Teacher,
    distillation_loss,
    load_model,
    marking_loss,
    span_logits,
    translate,
    vocabulary_map,
)
from index.training.reader.measuring import held_out_examples
from index.training.reader.recipe import Recipe
from index.training.reader.training import Training
from tests.support.miniature_datasets import short_lessons
from tests.support.tiny_span_models import save_tiny_reader


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny encoder; tests only read it."""
    return save_tiny_reader(tmp_path_factory.mktemp("encoder"), "bert", head=False)


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a reader of another kind, whose ids are five higher; tests only read it."""
    return save_tiny_reader(tmp_path_factory.mktemp("larger"), "mpnet", shift=5)


def examples(encoder: Path) -> list[Batch]:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    return make_batches(held_out_examples(short_lessons(10), 12, 1), tokenizer, 1024, random.Random(1))


def test_ids_of_another_vocabulary_stand_for_the_same_tokens(encoder: Path, larger: Path) -> None:
    same = vocabulary_map(encoder, encoder)
    assert same.tolist() == list(range(len(same)))
    ours, theirs = (Tokenizer.from_file(str(folder / "tokenizer.json")) for folder in (encoder, larger))
    ids = vocabulary_map(encoder, larger)
    for text in ("who built the bridge?", "", "zebra 1850 ☂"):
        assert ids[ours.encode(text).ids].tolist() == theirs.encode(text).ids
    for before, after in zip(examples(encoder), translate(examples(encoder), ids), strict=True):
        assert (after.ids == before.ids + 5).all() and (after.starts == before.starts).all()


def test_special_tokens_may_have_other_names(encoder: Path, tmp_path: Path) -> None:
    whole = json.loads((encoder / "tokenizer.json").read_text(encoding="utf-8"))
    names = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}
    vocabulary = {token: number + 3 for token, number in whole["model"]["vocab"].items()}
    whole["model"]["vocab"] = {new: row for row, new in enumerate(names.values())} | vocabulary
    whole["added_tokens"] = []
    whole["padding"] = {
        "strategy": {"Fixed": 16},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 2,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    whole["post_processor"] = {"type": "BertProcessing", "sep": ["</s>", 1], "cls": ["<s>", 0]}
    (tmp_path / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    ids = vocabulary_map(encoder, tmp_path)
    assert [ids[number] for number in (0, 2, 3)] == [2, 0, 1]  # padding, first, last
    assert ids[4:].tolist() == list(range(7, 3 + len(ids)))


def test_a_vocabulary_that_lacks_tokens_is_refused(encoder: Path, tmp_path: Path) -> None:
    whole = json.loads((encoder / "tokenizer.json").read_text(encoding="utf-8"))
    del whole["model"]["vocab"]["bridge"]
    (tmp_path / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ValueError, match=r"lacks 1 tokens, 'bridge' among them"):
        vocabulary_map(encoder, tmp_path)
    whole["post_processor"] = None
    (tmp_path / "tokenizer.json").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ValueError, match="it puts 0 tokens around a text, not 2"):
        vocabulary_map(encoder, tmp_path)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("exported")


@pytest.fixture(scope="module")
def teacher(encoder: Path, larger: Path, exported: Path) -> Teacher:
    """Return the larger one as the teacher of a reader with the encoder's vocabulary."""
    return Teacher.load(larger, encoder, exported)


def test_an_encoder_is_no_teacher(encoder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match="found BertModel"):
        Teacher.load(encoder, encoder, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()


def test_a_teacher_is_exported_once(encoder: Path, larger: Path, teacher: Teacher, exported: Path) -> None:
    (batch, *_) = examples(encoder)
    first = teacher.span_logits(batch)
    written = {file: file.stat().st_mtime_ns for file in exported.iterdir()}
    again = Teacher.load(larger, encoder, exported).span_logits(batch)
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))
    assert len(written) == 3
    assert {file: file.stat().st_mtime_ns for file in exported.iterdir()} == written


def test_a_teacher_and_its_weight_go_together(encoder: Path, teacher: Teacher) -> None:
    for recipe, guide in ((Recipe(teacher_weight=0.5), None), (Recipe(), teacher)):
        with pytest.raises(ValueError, match="go together"):
            Training(load_model(encoder, 1), recipe, 3, guide)


@pytest.mark.slow
def test_a_teacher_says_what_it_marks_by_itself(encoder: Path, larger: Path, teacher: Teacher) -> None:
    alone = load_model(larger, 1).eval()
    tokenizer = Tokenizer.from_file(str(larger / "tokenizer.json"))
    own = make_batches(held_out_examples(short_lessons(10), 12, 1), tokenizer, 1024, random.Random(1))
    for batch, theirs in zip(examples(encoder), own, strict=True):
        theirs = replace(theirs, ids=np.where(theirs.mask == 1, theirs.ids, 5))  # its padding is not 0
        assert (batch.mask == 0).any() and len(batch.ids) > 1
        markable = torch.from_numpy(batch.markable)
        for said, expected in zip(teacher.span_logits(batch), span_logits(alone, theirs), strict=True):
            assert said.shape == expected.shape and not said.requires_grad
            assert (said[~markable] == MASKED_LOGIT).all()
            pair = torch.stack([said[markable], expected[markable].detach()])
            assert torch.corrcoef(pair)[0, 1] > 0.95  # of int8 and float


def test_the_loss_against_a_teacher_is_nothing_where_both_agree(encoder: Path) -> None:
    (batch, *_) = examples(encoder)
    start, end = span_logits(load_model(encoder, 1), batch)
    assert distillation_loss((start, end), (start, end)).item() == pytest.approx(0, abs=1e-5)
    off = torch.zeros_like(start)
    off[:, 0] = 3.0
    near, far = (distillation_loss((start, end), (start + times * off, end)).item() for times in (1, 2))
    assert 0 < near < far
    assert marking_loss((start, end), batch).item() > 0


@pytest.mark.slow
def test_a_reader_comes_to_mark_what_its_teacher_marks(encoder: Path, teacher: Teacher) -> None:
    (batch, *_) = examples(encoder)

    def learn(weight: float) -> tuple[float, float]:
        recipe = Recipe(rate=3e-3, warm_up=0.0, teacher_weight=weight)
        training = Training(load_model(encoder, 1), recipe, 12, teacher if weight else None)
        for _ in range(12):
            training.learn(batch)
        found = span_logits(training.model, batch)
        return distillation_loss(found, teacher.span_logits(batch)).item(), marking_loss(found, batch).item()

    from_teacher, from_people = learn(1.0), learn(0.0)
    assert from_teacher[0] < 0.5 * from_people[0]
    assert from_people[1] < from_teacher[1]
