"""What the wheel holds: all that asks and builds, with the weights and the model, but not the training."""

import tomllib
from pathlib import Path

from setuptools import find_packages

from tests.support.paths import ROOT

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]


def packages() -> set[str]:
    return set(find_packages(str(ROOT), **SETUPTOOLS["packages"]["find"]))


def test_every_package_is_in_the_wheel_but_the_training() -> None:
    modules = [path for top in ("bot", "index") for path in (ROOT / top).rglob("*.py")]
    needed = {".".join(path.relative_to(ROOT).parent.parts) for path in modules}
    training = {name for name in needed if name.startswith("index.training")}
    assert training
    assert packages() == needed - training


def test_nothing_in_the_wheel_imports_the_training() -> None:
    for package in packages():
        for path in (ROOT / Path(*package.split("."))).glob("*.py"):
            assert "index.training" not in path.read_text(encoding="utf-8"), path


def test_the_weights_and_the_model_are_in_the_wheel() -> None:
    index = ROOT / "index"
    data = {path for pattern in SETUPTOOLS["package-data"]["index"] for path in index.glob(pattern)}
    names = ("models/encoder_model", "models/encoder_graph", "reading/reader_model")
    models = [index / name for name in names]
    model = [path for folder in models for path in folder.rglob("*") if path.is_file()]
    weights = [index / "retrieval" / "fusion.json", index / "reading" / "reading.json"]
    assert len(model) > 12 and data >= {*model, *weights, index / "py.typed"}


def test_the_pages_of_the_reading_room_are_in_the_wheel() -> None:
    bot = ROOT / "bot"
    data = {path for pattern in SETUPTOOLS["package-data"]["bot"] for path in bot.glob(pattern)}
    needed = {path for path in (bot / "web").rglob("*") if path.suffix in (".html", ".css", ".svg")}
    assert len(needed) > 6 and data >= {*needed, bot / "py.typed"}
