"""One command makes the reader: each step gets what the one before made."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index.training import __main__ as training
from index.training import figures
from index.training.reader import __main__, averaging
from index.training.weights import joint


def test_the_steps_follow_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[tuple[str, list[str]]] = []
    for module in (__main__, joint, figures):

        def record(arguments: Sequence[str], name: str = module.__name__) -> None:
            steps.append((name.rpartition(".")[2], list(arguments)))

        monkeypatch.setattr(module, "main", record)
    averaged: list[tuple[Sequence[Path], Path]] = []
    exported: list[tuple[Path, Path]] = []
    monkeypatch.setattr(averaging, "average", lambda *some: averaged.append(some))
    larger: list[Path] = []
    monkeypatch.setattr(training, "ids_between", lambda _, folder: larger.append(folder))
    read: list[Path] = []
    monkeypatch.setattr(training, "read_selqa", read.append)
    monkeypatch.setattr(training, "export_span_model", lambda *some: exported.append(some))
    work, out = tmp_path / "work", tmp_path / "index"
    data = ["--squadshifts", "S", "--qamr", "Q", "--squad2", "A", "--selqa", "L", "--larger", "M"]
    training.main([*data, "--work", str(work), "--out", str(out)])
    assert [name for name, _ in steps] == [*["reader"] * 5, "joint", "figures"]
    assert steps[2][1].pop() == "--words"
    options = [dict(zip(found[::2], found[1::2], strict=True)) for _, found in steps]
    first, second, third, teacher, taught, weighed, measured = options
    models = [Path(one["--work"]) / "model" for one in (first, second, third)]
    assert len(set(models)) == 3
    assert second["--start-from"] == third["--start-from"] == str(models[0])
    ((of, average),) = averaged
    assert list(of) == models and average == Path(taught["--start-from"])
    assert larger == [Path("M")] and read == [Path("L")]
    assert teacher["--start-from"] == "M" and "--teacher" not in teacher
    assert Path(taught["--teacher"]) == Path(teacher["--work"]) / "model"
    assert 0 < float(taught["--substituted"]) < 1
    assert taught["--qamr"] == "Q" and all("--qamr" not in one for one in (second, third, teacher))
    assert exported == [(Path(taught["--work"]) / "model", out / "reader_model")]
    assert len({one["--work"] for one in options[:5]}) == 5
    assert weighed["--reader"] == measured["--reader"] == str(out / "reader_model")
    assert weighed["--out"] == measured["--weights"] == str(out / "reading.json")
    assert (first["--squadshifts"], first["--qamr"]) == ("S", "Q")
    assert weighed["--squad2"] == measured["--squad2"] == "A"
    assert {one["--squadshifts"] for one in options} == {"S"}
    assert measured["--selqa"] == "L"
    assert Path(weighed["--report"]).parent == Path(measured["--out"]).parent == work
