"""How a reader is trained; written beside its checkpoints, so that none is continued with another recipe."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

RECIPE_FILE = "recipe.json"


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a reader is trained from an encoder.

    The rate of learning rises, stays, and falls to zero at the end (Hägele et al. 2024), so that more steps
    change nothing but the end.
    """

    start: str = ""
    """Fingerprint of the encoder that the training starts from."""
    layers: int = 8
    """Lowest layers of the encoder that the reader keeps."""
    frozen_layers: int = 2
    """Lowest layers that are not learnt; with any, no embedding is."""
    steps: int = 4140
    """Steps of AdamW."""
    warm_up: int = 60
    """Steps in which the rate rises."""
    cool_down: int = 300
    """Steps in which it falls."""
    rate: float = 5e-5
    """Highest learning rate."""
    head_rate: float = 10.0
    """How many times as fast the head learns, which is new."""
    decay: float = 0.01
    tokens: int = 2048
    """Tokens of a batch, padding counted: about 14 windows."""
    repeated: int = 8000
    """Questions of SQuADShifts, and half as many of QAMR, among the others."""
    last_rounds: int = 2
    """Rounds through the libraries at the end, when the rate falls (MiniCPM, Hu et al. 2024)."""
    last_others: float = 0.4
    """Batches of all the others among them, for each one of the libraries."""
    average: float = 0.99
    """The model that is kept is a running average of the weights; this is what remains of it in a step."""
    seed: int = 1
    save_every: int = 300
    measure_every: int = 200
    measured_questions: int = 400
    """Held-out windows of the figures in the log."""


@dataclass(frozen=True, slots=True)
class FurtherRecipe:
    """How the upper layers of a shipped reader are trained further; each window is learnt once a round."""

    start: str = ""
    """Checksum of the reader's graph that the training starts from."""
    libraries: tuple[str, ...] = ()
    """Names of the libraries that are learnt."""
    below: int = 2
    """Layers that stay as they are."""
    rounds: int = 1
    """Rounds through the libraries, each in other windows and other spellings."""
    again: int = 1600
    """Questions of those that the reader has learnt from, so that it forgets nothing."""
    repeated: int = 600
    """Answerable questions of SQuADShifts among them."""
    tokens: int = 2048
    """Tokens of a batch, padding counted, unless a group has more: about 14 windows."""
    group: int = 16
    """Windows of one section that stay together, at most: a question and its twins mostly do."""
    hard: float = 0.2
    """Loss of the shipped reader above which a window is learnt."""
    easy: float = 0.2
    """Share of the other windows that are learnt, too."""
    together: int = 1536
    """Tokens of the windows that are learnt together, padding counted: a batch is split, to have little."""
    rate: float = 4e-5
    """Highest learning rate."""
    warm_up: int = 40
    """Steps in which it rises."""
    cool_down: float = 0.4
    """Share of the steps in which it falls to zero, at the end."""
    decay: float = 0.01
    average: float = 0.99
    """The weights that are learnt are a running average; this is what remains of it in a step."""
    interpolation: float = 0.7
    """Where the weights that are kept lie: at 0 those before, at 1 those learnt."""
    seed: int = 1
    save_every: int = 50


def keep_recipe(path: Path, recipe: "DataclassInstance") -> None:
    """Write the recipe beside its checkpoints; raise ValueError if they are of another one."""
    text = json.dumps(asdict(recipe), indent=2) + "\n"
    if path.exists() and path.read_text(encoding="utf-8") != text:
        raise ValueError(f"{path}: another recipe; choose another work folder, or the arguments of that one")
    path.write_text(text, encoding="utf-8")
