"""The training of a reader: a tiny one learns, stops, and continues as if it had not."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer

from index.training.datasets.lessons import SQUADSHIFTS
from index.training.examples.batches import Batch, make_batches
from index.training.progress import no_progress
from index.training.reader.extractive import MASKED_LOGIT, load_model, span_logits
from index.training.reader.measuring import held_out_examples
from index.training.reader.recipe import RECIPES, Recipe
from index.training.reader.training import CHECKPOINT_FILE, LOG_FILE, Training, train, train_reader
from tests.support.miniature_datasets import short_lessons, short_sentences, write_squadshifts
from tests.support.tiny_span_models import save_tiny_reader

RECIPE = Recipe(rounds=4, tokens=1024, rate=3e-3, save_every=4, measure_every=5, measured_questions=6)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a tiny encoder with all files that the default one has; tests only read it."""
    folder = save_tiny_reader(tmp_path_factory.mktemp("encoder"), "bert", head=False)
    vocabulary = Tokenizer.from_file(str(folder / "tokenizer.json")).get_vocab()
    words = sorted(vocabulary, key=lambda word: vocabulary[word])
    (folder / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    names = {f"{name.lower()}_token": f"[{name}]" for name in ("CLS", "SEP", "PAD", "UNK")}
    (folder / "special_tokens_map.json").write_text(json.dumps(names), encoding="utf-8")
    return folder


def run(encoder: Path, work: Path, progress: Callable[[str, int, int], None] = no_progress) -> Path:
    work.mkdir(exist_ok=True)
    return train(short_lessons(10), short_sentences(6), encoder, work, RECIPE, progress)


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
    assert [line["step"] for line in lines[:-1]] == [5 * (number + 1) for number in range(len(lines) - 1)]
    assert lines[-1]["loss"] < 0.9 * lines[0]["loss"]
    assert all(0 <= line[name] <= 1 for line in lines for name in ("f1", "exact", "auroc"))
    before = load_file(encoder / "model.safetensors")
    after = load_file(trained / "model" / "model.safetensors")
    assert all(tensor.dtype == torch.float32 for tensor in after.values())
    words = "embeddings.word_embeddings.weight"  # frozen, and given back as they were
    assert torch.equal(after[f"bert.{words}"], before[words])
    other = "encoder.layer.1.output.dense.weight"
    assert not torch.equal(after[f"bert.{other}"], before[other])
    assert not torch.equal(after[f"bert.{other}"], after[f"bert.{other}"].bfloat16().float())  # never rounded


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
    ours, theirs = (load_file(path / "model.safetensors") for path in (folder, trained / "model"))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert {path.name for path in tmp_path.iterdir()} == {"model", CHECKPOINT_FILE, LOG_FILE}
    assert log(tmp_path)[-1]["f1"] == log(trained)[-1]["f1"]
    # Once more: nothing is left to learn.
    count = len(steps)
    run(encoder, tmp_path, stop)
    assert len(steps) == count


@pytest.mark.slow
def test_the_second_stage_continues_from_the_first(encoder: Path, trained: Path, tmp_path: Path) -> None:
    start = trained / "model"
    recipe = replace(RECIPE, stage=2, rounds=1, rate=1e-3)
    folder = train(short_lessons(10), [], encoder, tmp_path, recipe, start=start)
    before, after = (load_file(place / "model.safetensors") for place in (start, folder))
    words = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(after[words], before[words])
    head = "qa_outputs.weight"
    assert 0 < (after[head] - before[head]).norm() < 0.5 * before[head].norm()
    assert log(tmp_path)[-1]["loss"] < log(trained)[0]["loss"]


def test_a_model_without_a_step_is_the_one_it_started_from(encoder: Path) -> None:
    exact = load_model(encoder, 1).state_dict()
    untouched = Training(load_model(encoder, 1), RECIPE, 10).averaged_model().state_dict()
    assert all(torch.equal(weight, exact[key]) for key, weight in untouched.items())


@pytest.mark.slow
def test_the_model_is_a_running_average_that_soon_forgets_its_start(encoder: Path) -> None:
    name = "bert.encoder.layer.1.output.dense.weight"
    (batch,) = held_out(encoder)

    def learn(average: float, steps: int) -> torch.Tensor:
        training = Training(load_model(encoder, 1), replace(RECIPE, average=average, warm_up=0.0), 10)
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
    training = Training(load_model(encoder, 1), RECIPE, 10)
    training.save(tmp_path / CHECKPOINT_FILE)
    before = (tmp_path / CHECKPOINT_FILE).read_bytes()

    def fail(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        training.save(tmp_path / CHECKPOINT_FILE)
    assert (tmp_path / CHECKPOINT_FILE).read_bytes() == before
    training.load(tmp_path / CHECKPOINT_FILE)


@pytest.mark.slow
def test_held_out_lessons_are_measured_on_and_never_learnt(encoder: Path, tmp_path: Path) -> None:
    lessons = short_lessons(10)
    learnt = [lesson for lesson in lessons if not lesson.text.held_out]
    held_out_lessons = [lesson for lesson in lessons if lesson.text.held_out]
    recipe = Recipe(rounds=1, tokens=2048)
    models = []
    for name, chosen in (("all", lessons), ("changed", [*learnt, *held_out_lessons[:2]])):
        (tmp_path / name).mkdir()
        models.append(load_file(train(chosen, [], encoder, tmp_path / name, recipe) / "model.safetensors"))
    assert all(torch.equal(weight, models[1][name]) for name, weight in models[0].items())
    assert log(tmp_path / "all")[-1]["auroc"] != log(tmp_path / "changed")[-1]["auroc"]


@pytest.mark.slow
def test_the_rate_rises_and_falls(encoder: Path) -> None:
    (batch,) = held_out(encoder)
    training = Training(load_model(encoder, 1), Recipe(rate=1.0, warm_up=0.2), 10)
    rates = []
    for _ in range(10):
        rates.append(training.rate)
        training.learn(batch)
    assert rates == pytest.approx([0, 0.5, *(1 - number / 8 for number in range(8))])
    assert training.rate == 0


@pytest.mark.slow
def test_a_new_head_is_the_same_for_the_same_seed_and_nothing_drops_out(encoder: Path) -> None:
    heads = [load_model(encoder, seed).qa_outputs.weight for seed in (1, 1, 2)]
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])
    model = load_model(encoder, 1).train()
    (batch,) = held_out(encoder)
    assert torch.equal(span_logits(model, batch)[0], span_logits(model, batch)[0])


def held_out(encoder: Path) -> list[Batch]:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    return make_batches(held_out_examples(short_lessons(10), 12, 1), tokenizer, 4096, random.Random(1))


def test_only_cls_and_text_may_be_marked(encoder: Path) -> None:
    for batch in held_out(encoder):
        for logits in span_logits(load_model(encoder, 1), batch):
            masked = logits[torch.from_numpy(~batch.markable)]
            assert (masked == MASKED_LOGIT).all() and len(masked)
            assert (logits[torch.from_numpy(batch.markable)] > MASKED_LOGIT).all()


@pytest.mark.slow
def test_a_student_learns_in_its_own_vocabulary_from_words_replaced(encoder: Path, tmp_path: Path) -> None:
    base = save_tiny_reader(tmp_path / "base", "mpnet", shift=5)
    recipe = replace(RECIPES["student"], rounds=1, measured_questions=6)
    folder = train(short_lessons(10), [], encoder, tmp_path, recipe, start=base, teacher=base)
    assert (folder / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    assert 0 < log(tmp_path)[-1]["loss"] < 10


def test_words_are_replaced_only_for_a_teacher(encoder: Path) -> None:
    with pytest.raises(ValueError, match="only a teacher marks"):
        Training(load_model(encoder, 1), replace(RECIPE, substituted=0.5), 3)


@pytest.mark.slow
def test_frozen_layers_and_embeddings_stay_as_they_were(encoder: Path, trained: Path, tmp_path: Path) -> None:
    recipe = replace(RECIPE, stage=2, rounds=1, frozen_layers=1)
    folder = train(short_lessons(10), [], encoder, tmp_path, recipe, start=trained / "model")
    before, after = (load_file(place / "model.safetensors") for place in (trained / "model", folder))
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert {name.partition("layer.")[2][:1] for name in changed} == {"1", ""}
    assert {name for name in changed if "layer." not in name} == {"qa_outputs.weight", "qa_outputs.bias"}


def test_one_layer_at_least_is_learnt(encoder: Path) -> None:
    with pytest.raises(ValueError, match="2 of 2 layers are frozen"):
        Training(load_model(encoder, 1), replace(RECIPE, frozen_layers=2), 10)


@pytest.mark.slow
def test_a_recipe_gets_what_it_needs(encoder: Path, trained: Path, tmp_path: Path) -> None:
    squadshifts = write_squadshifts(
        tmp_path / "squad", [one for domain in SQUADSHIFTS for one in short_lessons(24, domain)]
    )
    work = tmp_path / "work"
    with pytest.raises(ValueError, match="needs the files of QAMR"):
        train_reader(RECIPES["first"], squadshifts, work, encoder)
    with pytest.raises(ValueError, match="starts from a model"):
        train_reader(RECIPES["second"], squadshifts, work, encoder)
    assert not work.exists()
    train_reader(RECIPES["second"], squadshifts, work, encoder, start=trained / "model")
    assert len(log(work)) == 1
    for recipe, start in ((RECIPES["second-words"], trained / "model"), (RECIPES["second"], work / "model")):
        with pytest.raises(ValueError, match="another recipe"):
            train_reader(recipe, squadshifts, work, encoder, start=start)
