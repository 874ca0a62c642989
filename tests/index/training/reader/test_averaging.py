"""The average of models: each weight of it, and files that load."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from index.training.reader.averaging import WEIGHTS, average
from index.training.reader.extractive import load_model
from tests.support.tiny_span_models import save_tiny_reader


@pytest.mark.slow
def test_each_weight_is_the_mean(tmp_path: Path) -> None:
    folders = [save_tiny_reader(tmp_path / name, "bert") for name in ("one", "two", "three")]
    for number, folder in enumerate(folders):
        model = load_model(folder, 1)
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(number * 3)
        model.save_pretrained(folder)
    out = tmp_path / "deep" / "out"
    average(folders, out)
    before, after = load_file(folders[0] / WEIGHTS), load_file(out / WEIGHTS)
    assert set(before) == set(after)
    assert all(torch.allclose(after[name], before[name] + 3) for name in before)
    assert (out / "tokenizer.json").read_bytes() == (folders[0] / "tokenizer.json").read_bytes()
    assert torch.equal(load_model(out, 1).qa_outputs.weight, after["qa_outputs.weight"])
