"""The training of a reader: a tiny one learns, stops, and continues as if it had not."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from index.training.progress import no_progress
from index.training.reader.extractive import load_model
from index.training.reader.recipe import Recipe
from index.training.reader.training import CHECKPOINT_FILE, LOG_FILE, TrainingRun, learn_batches
from tests.support.lazy_modules import LazyModule
from tests.support.miniature_datasets import lesson_batches
from tests.support.tiny_span_models import save_tiny_reader

safetensors, torch = LazyModule("safetensors.torch"), LazyModule("torch")

STEPS = 13
RECIPE = Recipe(
    frozen_layers=0,
    steps=STEPS,
    warm_up=1,
    cool_down=3,
    rate=3e-3,
    head_rate=1.0,
    save_every=4,
    measure_every=5,
)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny encoder with all files that the default one has; tests only read it."""
    folder = save_tiny_reader(tmp_path_factory.mktemp("encoder"), "bert", head=False)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    words = sorted(vocabulary, key=lambda word: vocabulary[word])
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    return folder


def run(
    encoder: Path,
    work: Path,
    progress: Callable[[str, int, int], None] = no_progress,
    recipe: Recipe = RECIPE,
    measured: int = 4,
) -> Path:
    work.mkdir(exist_ok=True)
    batches = (lesson_batches(encoder, 512) * STEPS)[:STEPS]
    return learn_batches(batches, lesson_batches(encoder, 512, measured), encoder, work, recipe, progress)


def log(work: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (work / LOG_FILE).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def trained(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the work folder of a training without a stop; tests only read it."""
    work = tmp_path_factory.mktemp("trained")
    assert run(encoder, work) == work / "model"
    return work


def test_it_learns(encoder: Path, trained: Path) -> None:
    lines = log(trained)
    assert [line["step"] for line in lines] == [5, 10, STEPS]
    assert lines[-1]["loss"] < 0.9 * lines[0]["loss"]
    assert all(0 <= line[name] <= 1 for line in lines for name in ("f1", "exact", "auroc"))
    before = safetensors.load_file(encoder / "model.safetensors")
    after = safetensors.load_file(trained / "model" / "model.safetensors")
    assert all(tensor.dtype == torch.float32 for tensor in after.values())
    words = "embeddings.word_embeddings.weight"  # frozen, and given back as they were
    assert torch.equal(after[f"bert.{words}"], before[words])
    other = "encoder.layer.1.output.dense.weight"
    assert not torch.equal(after[f"bert.{other}"], before[other])
    assert not torch.equal(after[f"bert.{other}"], after[f"bert.{other}"].bfloat16().float())  # never rounded
    for name in ("tokenizer.json", "vocab.txt"):
        assert (trained / "model" / name).read_bytes() == (encoder / name).read_bytes()


@pytest.mark.slow
def test_it_continues_where_it_was_stopped(encoder: Path, trained: Path, tmp_path: Path) -> None:
    steps: list[int] = []

    def stop(_: str, step: int, __: int) -> None:
        steps.append(step)
        if len(steps) in (6, 11):
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(encoder, tmp_path, stop)
        assert not (tmp_path / "model").exists()
    folder = run(encoder, tmp_path, stop)
    assert steps[:12] == [1, 2, 3, 4, 5, 6, 5, 6, 7, 8, 9, 9]  # from the last checkpoint on
    ours, theirs = (safetensors.load_file(path / "model.safetensors") for path in (folder, trained / "model"))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert {path.name for path in tmp_path.iterdir()} == {"model", CHECKPOINT_FILE, LOG_FILE}
    assert log(tmp_path)[-1]["f1"] == log(trained)[-1]["f1"]
    # Once more: nothing is left to learn.
    count = len(steps)
    run(encoder, tmp_path, stop)
    assert len(steps) == count


def test_a_model_without_a_step_is_the_one_it_started_from(encoder: Path) -> None:
    exact = load_model(encoder, 1).state_dict()
    untouched = TrainingRun(load_model(encoder, 1), RECIPE).averaged_model().state_dict()
    assert all(torch.equal(weight, exact[key]) for key, weight in untouched.items())


@pytest.mark.slow
def test_the_model_is_a_running_average_that_soon_forgets_its_start(encoder: Path) -> None:
    name = "bert.encoder.layer.1.output.dense.weight"
    (batch, *_) = lesson_batches(encoder, 4096)

    def learn(average: float, steps: int) -> Any:
        training = TrainingRun(load_model(encoder, 1), replace(RECIPE, average=average))
        for _ in range(steps):
            training.learn(batch)
        return training.averaged_model().state_dict()[name].clone()

    expected = learn(0.0, 0)
    for step in range(3):
        newest = learn(0.0, step + 1)  # which keeps nothing of earlier weights
        expected += (1 - min(0.15, (1 + step) / (10 + step))) * (newest - expected)
    assert not torch.equal(expected, newest)
    assert torch.allclose(learn(0.15, 3), expected, atol=1e-6)


def test_a_checkpoint_that_is_cut_off_leaves_the_one_before(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = TrainingRun(load_model(encoder, 1), RECIPE)
    training.save(tmp_path / CHECKPOINT_FILE)
    before = (tmp_path / CHECKPOINT_FILE).read_bytes()

    def fail(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr("torch.save", fail)
    with pytest.raises(OSError, match="disk full"):
        training.save(tmp_path / CHECKPOINT_FILE)
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == before
    training.load(tmp_path / CHECKPOINT_FILE)


@pytest.mark.slow
def test_held_out_windows_are_measured_on_and_never_learnt(
    encoder: Path, trained: Path, tmp_path: Path
) -> None:
    other = safetensors.load_file(run(encoder, tmp_path, measured=9) / "model.safetensors")
    model = safetensors.load_file(trained / "model" / "model.safetensors")
    assert all(torch.equal(weight, model[name]) for name, weight in other.items())
    assert log(tmp_path)[-1]["auroc"] != log(trained)[-1]["auroc"]


def test_the_rate_rises_stays_and_falls(encoder: Path) -> None:
    (batch, *_) = lesson_batches(encoder, 512)
    training = TrainingRun(
        load_model(encoder, 1), replace(RECIPE, rate=0.01, warm_up=2, cool_down=4, steps=9)
    )
    rates = []
    for _ in range(9):
        rates.append(training.rate * 100)
        training.learn(batch)
    assert rates == pytest.approx([0.5, 1, 1, 1, 1, 1, 0.75, 0.5, 0.25])
    assert training.rate == 0


@pytest.mark.slow
def test_the_head_learns_faster(encoder: Path) -> None:
    (batch, *_) = lesson_batches(encoder, 512)

    def moved(head_rate: float) -> float:
        training = TrainingRun(load_model(encoder, 1), replace(RECIPE, average=0.0, head_rate=head_rate))
        training.learn(batch)
        before = load_model(encoder, 1).qa_outputs.weight
        return float((training.averaged_model().qa_outputs.weight - before).detach().norm())

    assert moved(10.0) == pytest.approx(10 * moved(1.0), rel=0.01)


@pytest.mark.slow
def test_frozen_layers_and_embeddings_stay_as_they_were(encoder: Path, tmp_path: Path) -> None:
    folder = run(encoder, tmp_path, recipe=replace(RECIPE, frozen_layers=1))
    before, after = (
        safetensors.load_file(encoder / "model.safetensors"),
        safetensors.load_file(folder / "model.safetensors"),
    )
    same = {name for name, weight in before.items() if torch.equal(weight, after.get(f"bert.{name}", weight))}
    changed = {name.partition("layer.")[2][:1] for name in before.keys() - same}
    assert changed == {"1"} and not any(name.startswith("embeddings") for name in before.keys() - same)


def test_one_layer_at_least_is_learnt(encoder: Path) -> None:
    with pytest.raises(ValueError, match="2 of 2 layers are frozen"):
        TrainingRun(load_model(encoder, 1), replace(RECIPE, frozen_layers=2))
