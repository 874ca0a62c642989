"""The training of a reader: a tiny one learns, stops, goes on as if it had not, is exported and reads."""

import json
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from rich.console import Console
from safetensors.torch import load_file
from tokenizers import Tokenizer

from index.checksums import file_sha256
from index.models.span_model import SpanModel
from index.training.datasets.lessons import SQUADSHIFTS, Lesson
from index.training.examples import cloze
from index.training.examples.batches import UNMARKED, Batch, batches
from index.training.examples.names_and_numbers import Likest
from index.training.reader import __main__
from index.training.reader.__main__ import CHECKPOINT, LOG, Recipe, Training, keep_recipe, main, train
from index.training.reader.extractive import NEVER, loaded, scores
from index.training.reader.measuring import measured_examples
from tests.support.miniature_datasets import (
    QUESTION,
    short_lessons,
    short_sentences,
    write_qamr,
    write_squadshifts,
)
from tests.support.tiny_span_models import WORDS, save_tiny_reader

RECIPE = Recipe(rounds=6, tokens=1024, rate=3e-3, save_every=4, measure_every=5, measured=6)
QUIET = Console(quiet=True)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """A tiny model gains nothing by more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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


def run(encoder: Path, work: Path, recipe: Recipe = RECIPE) -> Path:
    work.mkdir(exist_ok=True)
    return train(short_lessons(10), short_sentences(6), encoder, work, recipe, QUIET)


def log(work: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (work / LOG).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def trained(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the work folder of a training without a stop; tests only read it."""
    work = tmp_path_factory.mktemp("trained")
    assert run(encoder, work) == work / "model"
    return work


def test_it_learns(encoder: Path, trained: Path) -> None:
    lines = log(trained)
    assert [line["step"] for line in lines[:-1]] == [5 * (number + 1) for number in range(len(lines) - 1)]
    assert lines[-1]["loss"] < 0.8 * lines[0]["loss"]
    assert all(0 <= line[name] <= 1 for line in lines for name in ("f1", "exact", "auroc"))
    before = load_file(encoder / "model.safetensors")
    after = load_file(trained / "model" / "model.safetensors")
    assert all(tensor.dtype == torch.float32 for tensor in after.values())
    words = "embeddings.word_embeddings.weight"  # frozen, and given back as they were
    assert torch.equal(after[f"bert.{words}"], before[words])
    other = "encoder.layer.1.output.dense.weight"
    assert not torch.equal(after[f"bert.{other}"], before[other])
    assert not torch.equal(after[f"bert.{other}"], after[f"bert.{other}"].bfloat16().float())  # the masters


def test_it_goes_on_where_it_was_stopped(
    encoder: Path, trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn = Training.learn
    steps: list[int] = []

    def stop(training: Training, batch: Batch) -> float:
        if len(steps) in (6, 12):
            steps.append(-1)
            raise KeyboardInterrupt
        steps.append(training.step)
        return learn(training, batch)

    monkeypatch.setattr(Training, "learn", stop)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            run(encoder, tmp_path)
        assert not (tmp_path / "model").exists()
    folder = run(encoder, tmp_path)
    assert steps[:14] == [0, 1, 2, 3, 4, 5, -1, 4, 5, 6, 7, 8, -1, 8]  # from the last checkpoint on
    ours, theirs = (load_file(path / "model.safetensors") for path in (folder, trained / "model"))
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert {path.name for path in tmp_path.iterdir()} == {"model", CHECKPOINT, LOG}
    assert log(tmp_path)[-1]["f1"] == log(trained)[-1]["f1"]
    # Once more: nothing is left to learn.
    count = len(steps)
    run(encoder, tmp_path)
    assert len(steps) == count


def test_the_second_stage_goes_on_from_the_first(encoder: Path, trained: Path, tmp_path: Path) -> None:
    start = trained / "model"
    model = loaded(start, 5)
    assert torch.equal(model.qa_outputs.weight, load_file(start / "model.safetensors")["qa_outputs.weight"])
    recipe = replace(RECIPE, stage=2, rounds=1, rate=1e-3)
    folder = train(short_lessons(10), [], encoder, tmp_path, recipe, QUIET, start)
    before, after = (load_file(place / "model.safetensors") for place in (start, folder))
    words = "bert.embeddings.word_embeddings.weight"
    assert torch.equal(after[words], before[words])
    head = "qa_outputs.weight"
    assert 0 < (after[head] - before[head]).norm() < 0.5 * before[head].norm()
    assert log(tmp_path)[-1]["loss"] < log(trained)[0]["loss"]


def test_the_model_is_a_running_average_and_starts_exactly(encoder: Path) -> None:
    name = "bert.encoder.layer.1.output.dense.weight"
    exact = loaded(encoder, 1).state_dict()
    untouched = Training(loaded(encoder, 1), RECIPE, 10)
    assert all(torch.equal(weight, exact[key]) for key, weight in untouched.whole().state_dict().items())
    training = Training(loaded(encoder, 1), replace(RECIPE, average=0.5), 10)
    expected = exact[name].clone()
    for number in range(3):
        training.learn(held_out(encoder)[0])
        place = [key for key, _ in training.model.named_parameters() if "word_embeddings" not in key].index(
            name
        )
        expected += (1 - min(0.5, (1 + number) / (10 + number))) * (training._masters[place] - expected)
    assert not torch.equal(expected, training._masters[place])
    assert torch.allclose(training.whole().state_dict()[name], expected, atol=1e-6)


def test_a_checkpoint_that_is_cut_off_leaves_the_one_before(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = Training(loaded(encoder, 1), RECIPE, 10)
    training.save(tmp_path / CHECKPOINT)
    before = (tmp_path / CHECKPOINT).read_bytes()

    def fail(_: object, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(torch, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        training.save(tmp_path / CHECKPOINT)
    assert (tmp_path / CHECKPOINT).read_bytes() == before
    training.load(tmp_path / CHECKPOINT)


def test_held_out_lessons_are_measured_on_and_never_learnt(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt: list[Lesson] = []
    nearest = __main__.nearest_texts

    def look(lessons: list[Lesson]) -> object:
        learnt.extend(lessons)
        return nearest(lessons)

    measured: list[Lesson] = []

    def drawn(lessons: list[Lesson], count: int, seed: int, likest: Likest) -> object:
        measured.extend(lessons)
        return measured_examples(lessons, count, seed, likest)

    monkeypatch.setattr(__main__, "nearest_texts", look)
    monkeypatch.setattr(__main__, "measured_examples", drawn)
    run(encoder, tmp_path, Recipe(rounds=1, tokens=2048, measured=4))
    assert {one.text.held_out for one in learnt} == {False}
    assert {one.text.held_out for one in measured} == {True}
    assert len(learnt) + len(measured) == 20


def test_the_rate_rises_and_falls(encoder: Path) -> None:
    training = Training(loaded(encoder, 1), Recipe(rate=1.0, warm_up=0.1), 100)
    rates = []
    for training.step in range(101):
        rates.append(training._rate())
    assert rates[:11] == pytest.approx([*(0.1 * (number + 1) for number in range(10)), 1.0])
    assert rates[55] == pytest.approx(0.5) and rates[100] == 0.0
    assert Training(loaded(encoder, 1), Recipe(rate=1.0), 1)._rate() == 1.0


def test_a_new_head_is_the_same_for_the_same_seed_and_nothing_drops_out(encoder: Path) -> None:
    heads = [loaded(encoder, seed).qa_outputs.weight for seed in (1, 1, 2)]
    assert torch.equal(heads[0], heads[1]) and not torch.equal(heads[0], heads[2])
    model = loaded(encoder, 1).train()
    test = held_out(encoder)[0]
    assert torch.equal(scores(model, test)[0], scores(model, test)[0])


def held_out(encoder: Path) -> list[Batch]:
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    return batches(measured_examples(short_lessons(10), 12, 1), tokenizer, 4096, random.Random(1))


def test_only_cls_and_text_may_be_marked(encoder: Path) -> None:
    for batch in held_out(encoder):
        for logits in scores(loaded(encoder, 1), batch):
            hidden = logits[torch.from_numpy(~batch.markable)]
            assert (hidden == NEVER).all() and len(hidden)
            assert (logits[torch.from_numpy(batch.markable)] > NEVER).all()


def test_the_command_trains_and_exports_what_reads(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(__main__, "resolve_encoder", lambda _: encoder)
    sentences = [f"The river was built by {name} ." for name in ("Anna", "Bela", "Carl")]
    rows = [(number, "Who built the river?", "5") for number in range(3)]
    lessons = [one for domain in SQUADSHIFTS for one in short_lessons(24, domain)]
    folders = (
        write_squadshifts(tmp_path / "squad", lessons),
        write_qamr(tmp_path / "qamr", sentences, rows),
    )
    sections = [
        {
            "article": topic,
            "question": "Who drew it?",
            "candidates": [f"In 1850 Anna Berg built the old bridge of {topic}.", f"Hans drew {topic}."],
            "answers": [1],
        }
        for topic in ("Chocolate", "DNA", "Israel")  # the second is in part 0
    ]
    selqa = tmp_path / "selqa.json"
    selqa.write_text(json.dumps(sections), encoding="utf-8")
    learnt: dict[str, list[Lesson]] = {}
    beside: dict[str, list[Lesson]] = {}
    stage = __main__.second_stage

    def seen(own: list[Lesson], short: list[Lesson], *rest: Any) -> object:
        name = "second" if short else "larger"
        learnt[name], beside[name] = short, rest[-1]
        return stage(own, short, *rest)

    monkeypatch.setattr(__main__, "second_stage", seen)
    monkeypatch.setattr(cloze, "SHORTEST", 30)
    work, out = tmp_path / "work" / "deep", tmp_path / "out"
    arguments = ["--squadshifts", str(folders[0]), "--qamr", str(folders[1]), "--work", str(work)]
    main([*arguments, "--rounds", "1", "--seed", "3"])
    assert len(log(work)) == 1
    again = ["--squadshifts", str(folders[0]), "--start-from", str(work / "model")]
    base = save_tiny_reader(tmp_path / "base", "mpnet", head=False, shift=5)
    larger = ["--squadshifts", str(folders[0]), "--start-from", str(base), "--work", str(tmp_path / "larger")]
    main([*larger, "--rate", "1e-3", "--others", "0"])
    teacher = tmp_path / "larger" / "model"
    assert (teacher / "tokenizer.json").read_bytes() == (base / "tokenizer.json").read_bytes()
    before, after = (load_file(folder / "model.safetensors") for folder in (base, teacher))
    words = "embeddings.word_embeddings.weight"
    assert torch.equal(after[f"mpnet.{words}"], before[words])
    last = [*again, "--work", str(tmp_path / "second"), "--out", str(out), "--words"]
    last += ["--teacher", str(teacher), "--qamr", str(folders[1])]
    last += ["--cloze", "2", "--selqa", str(selqa), "--selqa-part", "1"]
    main([*last, "--substituted", "0.5"])
    assert len(log(tmp_path / "second")) == 1
    recipes = [json.loads((tmp_path / name / "recipe.json").read_text()) for name in ("larger", "second")]
    names = ("others", "rate", "taught", "substituted", "sentences", "cloze", "selqa")
    assert [tuple(one[name] for name in names) for one in recipes] == [
        (0.0, 1e-3, 0.0, 0.0, False, 0, ""),
        (0.5, 1e-4, __main__.TAUGHT, 0.5, True, 2, f"1 of {file_sha256(selqa)}"),
    ]
    assert len(learnt["second"]) > len(learnt["larger"]) == 0
    assert beside["larger"] == []
    questions = Counter((one.text.topic, one.question == "Who drew it?") for one in beside["second"])
    times = Recipe().selqa_times
    assert {topic: count for (topic, named), count in questions.items() if named} == {
        "Chocolate": times,
        "Israel": times,
    }
    made = [one for one in beside["second"] if one.question != "Who drew it?"]
    assert {one.text.topic for one in made} == {"Topic 0", "Topic 1", "Topic 2", "Chocolate", "Israel"}
    assert max(Counter(one.text.text for one in made).values()) == 2
    assert len({(one.text.text, one.question, *one.spans) for one in made}) == len(made)
    texts = {one.text.text: one.text for one in beside["second"]}
    assert not any(text.held_out for text in texts.values())
    assert {text.domain for text in texts.values()} == {"new_wiki", "selqa"}
    for other in ([], ["--teacher", str(work / "model")], ["--substituted", "0.4"], ["--selqa-part", "0"]):
        with pytest.raises(ValueError, match="another recipe"):
            main([*last, *other])
    shipped = [*arguments[:2], "--start-from", str(out), "--work", str(tmp_path / "more"), "--others", "0"]
    main([*shipped, "--frozen", "1", "--tokens", "512"])
    before, after = (load_file(tmp_path / "more" / name / "model.safetensors") for name in ("start", "model"))
    changed = {name for name, weight in after.items() if not torch.equal(weight, before[name])}
    assert {name.partition("layer.")[2][:1] for name in changed} == {"1", ""}
    assert {name for name in changed if "layer." not in name} == {"qa_outputs.weight", "qa_outputs.bias"}
    text = "In 1850 the bridge was built by Anna."
    (found,) = SpanModel.load(out).read(QUESTION, [text])
    words = [text[start:end] for start, end in zip(found.starts, found.ends, strict=True)]
    assert words[0] in {"In", "I"} and words[-1] == "."
    assert all(math.isfinite(score) for score in (*found.start.tolist(), *found.end.tolist()))


def test_it_learns_from_words_exchanged_before_they_get_other_ids(
    encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = save_tiny_reader(tmp_path / "base", "mpnet", shift=5)
    learnt: list[Batch] = []

    def learn(self: Training, batch: Batch) -> float:
        learnt.append(batch)
        self.step += 1
        return 0.0

    monkeypatch.setattr(Training, "learn", learn)
    recipe = replace(__main__.SECOND, taught=0.5, substituted=0.6)
    train(short_lessons(24), [], encoder, tmp_path, recipe, QUIET, base, base)
    assert all((batch.ids[:, 0] == 5 + 2).all() for batch in learnt)  # CLS
    unmarked = [start == UNMARKED for batch in learnt for start in batch.starts]
    assert 0.1 < np.mean(unmarked) < 0.6
    assert max(int(batch.ids.max()) for batch in learnt) >= 5 + 4 + len(WORDS)  # pieces of words
    with pytest.raises(ValueError, match="only a teacher marks"):
        Training(loaded(encoder, 1), replace(RECIPE, substituted=0.5), 3)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "needs --qamr"),
        (["--qamr", "Q", "--others", "1"], "second stage"),
        (["--qamr", "Q", "--teacher", "T"], "second stage"),
        (["--qamr", "Q", "--rate", "0"], "more than 0"),
        (["--qamr", "Q", "--rounds", "-1"], "more than 0"),
        (["--start-from", "S", "--others", "-0.3"], "0 or more"),
        (["--start-from", "S", "--frozen", "-1"], "0 or more"),
        (["--start-from", "S", "--tokens", "0"], "more than 0"),
        (["--start-from", "S", "--substituted", "0.5"], "needs --teacher"),
        (["--start-from", "S", "--teacher", "T", "--substituted", "1.5"], "from 0 to 1"),
        (["--start-from", "S", "--cloze", "3"], "need --teacher"),
        (["--start-from", "S", "--selqa", "F"], "need --teacher"),
        (["--start-from", "S", "--teacher", "T", "--cloze", "-1"], "0 or more"),
        (["--start-from", "S", "--teacher", "T", "--selqa-part", "0"], "needs --selqa"),
        (["--start-from", "S", "--out", "S"], "not the folder of --start-from"),
        (["--start-from", "S", "--frozen", "2", "--words"], "exclude each other"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(
    arguments: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--squadshifts", "D", "--work", str(tmp_path / "work"), *arguments])
    assert problem in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_one_layer_at_least_is_learnt(encoder: Path) -> None:
    with pytest.raises(ValueError, match="of 2 layers 2 cannot stay"):
        Training(loaded(encoder, 1), replace(RECIPE, frozen=2), 10)


def test_checkpoints_of_another_recipe_are_not_gone_on_with(tmp_path: Path) -> None:
    kept = tmp_path / "recipe.json"
    keep_recipe(kept, Recipe(seed=1))
    keep_recipe(kept, Recipe(seed=1))
    with pytest.raises(ValueError, match="another recipe"):
        keep_recipe(kept, Recipe(seed=2))
