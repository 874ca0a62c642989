"""Models in training: how much of one is loaded, what may be marked, and the loss."""

from pathlib import Path

import pytest

from index.training.examples.batches import Batch
from index.training.reader.extractive import MASKED_LOGIT, load_model, marking_loss, span_logits
from tests.support.lazy_modules import LazyModule
from tests.support.miniature_datasets import lesson_batches
from tests.support.tiny_span_models import save_tiny_reader

torch = LazyModule("torch")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny encoder; tests only read it."""
    return save_tiny_reader(tmp_path_factory.mktemp("encoder"), "mpnet", head=False)


@pytest.fixture(scope="module")
def batch(encoder: Path) -> Batch:
    return lesson_batches(encoder, 4096)[0]


def test_a_new_head_is_the_same_for_the_same_seed_and_nothing_drops_out(encoder: Path, batch: Batch) -> None:
    heads = [load_model(encoder, seed).qa_outputs.weight for seed in (1, 1, 2)]
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])
    model = load_model(encoder, 1).train()
    assert torch.equal(span_logits(model, batch)[0], span_logits(model, batch)[0])


def test_the_lowest_layers_are_kept(encoder: Path) -> None:
    whole, cut = load_model(encoder, 1).state_dict(), load_model(encoder, 1, layers=1).state_dict()
    assert any(".layer.1." in name for name in whole) and not any(".layer.1." in name for name in cut)
    assert all(torch.equal(weight, whole[name]) for name, weight in cut.items() if "qa_outputs" not in name)
    assert load_model(encoder, 1, layers=9).state_dict().keys() == whole.keys()


def test_only_the_first_token_and_text_may_be_marked(encoder: Path, batch: Batch) -> None:
    for logits in span_logits(load_model(encoder, 1), batch):
        masked = logits[torch.from_numpy(~batch.markable)]
        assert (masked == MASKED_LOGIT).all() and len(masked)
        assert (logits[torch.from_numpy(batch.markable)] > MASKED_LOGIT).all()


def test_the_loss_is_less_the_likelier_what_people_marked(batch: Batch) -> None:
    start, end = (torch.full(batch.ids.shape, 0.0) for _ in range(2))
    rows = torch.arange(len(batch.starts))

    def loss(right: float) -> float:
        start[rows, torch.from_numpy(batch.starts)] = right
        end[rows, torch.from_numpy(batch.ends)] = right
        return marking_loss((start, end), batch).item()

    assert loss(50.0) == pytest.approx(0, abs=1e-3)
    assert loss(-2.0) > loss(0.0) > loss(2.0) > 0
