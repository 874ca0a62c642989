"""The average of the weights of several models that were trained from the same one (Wortsman et al. 2022).

It marks answers better than each of them, and costs no more to run. Build side only.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def average(folders: Sequence[Path], out: Path) -> None:
    """Write the average of the models in `folders` to the folder `out`, with the first one's other files."""
    shutil.copytree(folders[0], out, dirs_exist_ok=True)
    models = [load_file(folder / WEIGHTS) for folder in folders]
    weights = {name: torch.stack([model[name] for model in models]).mean(0) for name in models[0]}
    save_file(weights, out / WEIGHTS, metadata={"format": "pt"})
