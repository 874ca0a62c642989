"""Batches: the tokens of question and text in their places, within the limit, the same again."""

import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from tokenizers.processors import TemplateProcessing

from index.training.examples.batches import (
    QUESTION_TOKENS,
    STEP,
    WINDOW_TOKENS,
    Batch,
    in_parts,
    make_batches,
)
from index.training.examples.example import Example, answerable_example
from tests.support.miniature_datasets import part, short_lessons, short_sentences
from tests.support.tiny_span_models import save_tiny_reader

TEXTS = st.text(st.sampled_from("the bridge 12 .東👍é"), max_size=90)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = save_tiny_reader(tmp_path_factory.mktemp("tokenizer"), "bert")
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def make(examples: Sequence[Example], tokenizer: Tokenizer, tokens: int = 512, seed: int = 1) -> list[Batch]:
    return make_batches([[example] for example in examples], tokenizer, tokens, random.Random(seed))


def one(example: Example, tokenizer: Tokenizer) -> Batch:
    (batch,) = make([example], tokenizer)
    return batch


def test_question_and_text_are_in_their_places(tokenizer: Tokenizer) -> None:
    batch = one(Example("who built the bridge?", "in 7 the river was built by bo.", (28, 30)), tokenizer)
    pieces = [tokenizer.id_to_token(number) for number in batch.ids[0]]
    question, text = "who built the bridge ?".split(), "in 7 the river was built by b ##o .".split()
    used = ["[CLS]", *question, "[SEP]", *text, "[SEP]"]
    assert pieces == used + ["[PAD]"] * (STEP - len(used))
    begin = len(question) + 2
    inside = [begin <= place < begin + len(text) for place in range(STEP)]
    assert batch.mask[0].tolist() == [int(place < len(used)) for place in range(STEP)]
    assert batch.types[0].tolist() == [int(begin <= place < len(used)) for place in range(STEP)]
    assert batch.markable[0].tolist() == [True, *inside[1:]]
    assert pieces[batch.starts[0] : batch.ends[0] + 1] == ["b", "##o"]


def test_question_and_text_are_parted_as_the_tokenizer_parts_them(tokenizer: Tokenizer) -> None:
    twice = Tokenizer.from_str(tokenizer.to_str())
    special = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    twice.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] [SEP] $B [SEP]", special_tokens=special
    )
    batch = one(Example("who?", "the bridge.", (4, 10)), twice)
    pieces = [tokenizer.id_to_token(number) for number in batch.ids[0][batch.mask[0] == 1]]
    assert pieces == "[CLS] who ? [SEP] [SEP] the bridge . [SEP]".split()
    assert pieces[batch.starts[0]] == "bridge" and batch.markable[0].sum() == 4


def test_no_answer_is_the_first_place(tokenizer: Tokenizer) -> None:
    batch = one(Example("who?", "the bridge.", None), tokenizer)
    assert (batch.starts.tolist(), batch.ends.tolist()) == ([0], [0])
    assert batch.markable[0, 0]


def test_what_is_too_long_is_cut(tokenizer: Tokenizer) -> None:
    question = " ".join(["who"] * (QUESTION_TOKENS + 20))
    text = " ".join(["bridge"] * 400)
    room = WINDOW_TOKENS - QUESTION_TOKENS - 3
    batch = one(Example(question, text, ((room - 1) * 7, (room - 1) * 7 + 6)), tokenizer)
    assert batch.ids.shape == (1, WINDOW_TOKENS)
    assert batch.mask.all()
    assert batch.markable[0].sum() == room + 1
    assert batch.starts[0] == batch.ends[0] == WINDOW_TOKENS - 2
    # An answer that is cut off, even in part, is not there.
    for answer in ((room * 7, room * 7 + 6), ((room - 1) * 7, room * 7 + 6)):
        batch = one(Example(question, text, answer), tokenizer)
        assert batch.starts[0] == batch.ends[0] == 0
    short = one(Example("who?", text, ((room + 40) * 7, (room + 40) * 7 + 6)), tokenizer)
    assert short.starts[0] > 0  # a shorter question leaves more room
    assert one(Example("", "", None), tokenizer).markable[0].tolist() == [True] + [False] * (STEP - 1)


@pytest.mark.slow
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=30), st.integers(40, 600), st.integers(0, 99))
def test_batches_hold_all_within_the_limit(
    tokenizer: Tokenizer, pairs: list[tuple[str, str]], tokens: int, seed: int
) -> None:
    examples = [Example(question, text, None) for question, text in pairs]
    made = make(examples, tokenizer, tokens, seed)
    for batch in made:
        rows, length = batch.ids.shape
        assert batch.types.shape == batch.mask.shape == batch.markable.shape == (rows, length)
        assert batch.starts.shape == batch.ends.shape == (rows,)
        assert length % STEP == 0
        assert rows * length <= tokens or rows == 1
        assert length - batch.mask.sum(1).max() < STEP  # no more padding than that
    singles = [make([example], tokenizer)[0] for example in examples]
    assert sorted(ids for batch in made for ids in filled(batch)) == sorted(
        ids for batch in singles for ids in filled(batch)
    )


def filled(batch: Batch) -> list[list[int]]:
    return [ids[mask == 1].tolist() for ids, mask in zip(batch.ids, batch.mask, strict=True)]


def stage() -> list[Example]:
    source = random.Random(1)
    lessons = [*short_lessons(20), *short_sentences(20)]
    return [answerable_example(lesson, source) for lesson in lessons] + [Example("who?", "the river.", None)]


def test_answers_are_the_marked_tokens(tokenizer: Tokenizer) -> None:
    wanted = sorted(part(one.text, one.answer).lower() for one in stage() if one.answer)
    found = []
    for batch in make(stage(), tokenizer):
        assert batch.markable[np.arange(len(batch.starts)), batch.starts].all()
        assert batch.markable[np.arange(len(batch.ends)), batch.ends].all()
        assert ((batch.starts > 0) == (batch.ends > 0)).all()
        assert (batch.starts <= batch.ends).all()
        for ids, start, end in zip(batch.ids, batch.starts, batch.ends, strict=True):
            if start > 0:
                pieces = [tokenizer.id_to_token(number) for number in ids[start : end + 1]]
                found.append("".join(piece.removeprefix("##") for piece in pieces))
    assert sorted(found) == wanted


@pytest.mark.slow
def test_the_same_seed_makes_the_same_batches(tokenizer: Tokenizer) -> None:
    def bytes_of(seed: int) -> list[bytes]:
        return [batch.ids.tobytes() + batch.starts.tobytes() for batch in make(stage(), tokenizer, 128, seed)]

    assert bytes_of(1) == bytes_of(1)
    assert bytes_of(1) != bytes_of(2)
    assert sorted(bytes_of(1)) == sorted(bytes_of(2))


def test_settings_of_the_tokenizer_change_nothing(tokenizer: Tokenizer) -> None:
    example = Example("who?", "the bridge was built by the river.", (25, 33))
    expected = one(example, tokenizer)
    other = Tokenizer.from_str(tokenizer.to_str())
    other.enable_truncation(4)
    other.enable_padding(length=60)
    assert one(example, other).ids.tolist() == expected.ids.tolist()


def test_groups_are_not_torn_apart(tokenizer: Tokenizer) -> None:
    groups = [
        [Example("who?", f"the bridge {number}" + " of the river" * (number % 7), None)] * (1 + number % 3)
        for number in range(80)
    ]
    batches = make_batches([*groups, []], tokenizer, 512, random.Random(1))
    again = make_batches([*groups, []], tokenizer, 512, random.Random(1))
    assert [batch.ids.tolist() for batch in batches] == [batch.ids.tolist() for batch in again]
    assert all(batch.ids.size <= 512 for batch in batches)
    rows = [tuple(row) for batch in batches for row in set(map(tuple, batch.ids[:, :STEP].tolist()))]
    assert len(rows) == len(set(rows)) == len({group[0].text for group in groups})
    assert sum(len(batch.ids) for batch in batches) == sum(map(len, groups))


def test_a_group_too_large_for_a_batch_is_one_by_itself(tokenizer: Tokenizer) -> None:
    group = [Example("who?", "the bridge", None)] * 20
    (batch,) = make_batches([group], tokenizer, 64, random.Random(1))
    assert len(batch.ids) == 20


def test_large_groups_are_cut_in_order() -> None:
    large, small = ([Example(str(number), "", None) for number in range(count)] for count in (5, 2))
    assert in_parts([large, small, []], 2) == [large[:2], large[2:4], large[4:], small]
