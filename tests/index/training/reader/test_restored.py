"""An exported reader as a model to go on from: the shipped one, tiny ones, and what cannot be restored."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from index.config import DEFAULT_ENCODER
from index.errors import ModelDamagedError
from index.models.model_folders import resolve_encoder
from index.models.span_model import GRAPH_FILE, SpanModel
from index.models.span_model_export import export_span_model
from index.reading.reader_choice import own_reader_folder
from index.training.reader.extractive import load_model
from index.training.reader.restored import restore
from tests.support.tiny_span_models import save_tiny_reader

QUESTION = "Who planned the bridge?"
TEXT = "The bridge over the Aare was built in 1844. Its architect, Karl Emanuel Müller, had planned 3 arches."


@pytest.mark.slow
def test_the_shipped_reader_marks_the_same_once_restored(tmp_path: Path) -> None:
    shipped = own_reader_folder()
    restore(shipped, resolve_encoder(DEFAULT_ENCODER), tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer.no_padding()
    encoding = tokenizer.encode(QUESTION, TEXT)
    inputs = {"input_ids": encoding.ids, "token_type_ids": encoding.type_ids}
    with torch.inference_mode():
        output = load_model(tmp_path, 1).eval()(**{name: torch.tensor([ids]) for name, ids in inputs.items()})
    text = np.flatnonzero(np.array(encoding.sequence_ids) == 1)
    logits = torch.cat([output.start_logits, output.end_logits]).numpy()
    expected = logits[:, text] - logits[:, :1]
    (found,) = SpanModel.load(shipped).read(QUESTION, [TEXT])
    assert np.corrcoef(np.stack([found.start, found.end]).ravel(), expected.ravel())[0, 1] > 0.995
    start, end = (encoding.offsets[text[row.argmax()]] for row in expected)
    assert TEXT[start[0] : end[1]] == "Karl Emanuel Müller"


@pytest.mark.slow
def test_each_weight_comes_back_but_for_its_rounding(tmp_path: Path) -> None:
    encoder = save_tiny_reader(tmp_path / "encoder", "bert", head=False)
    model = save_tiny_reader(tmp_path / "model", "bert")
    weights = load_file(model / "model.safetensors")
    torch.manual_seed(1)
    noisy = {name: weight + 0.1 * torch.randn_like(weight) for name, weight in weights.items()}
    save_file(noisy, model / "model.safetensors", metadata={"format": "pt"})  # equal ones are exported once
    export_span_model(model, tmp_path / "exported")
    restore(tmp_path / "exported", encoder, tmp_path / "restored")
    before, after = (load_model(folder, 1).state_dict() for folder in (model, tmp_path / "restored"))
    assert before.keys() == after.keys()
    for name, weight in before.items():
        assert (after[name] - weight).norm() <= 0.06 * weight.norm(), name  # of 7 bits
    assert any(not torch.equal(after[name], weight) for name, weight in before.items())


@pytest.mark.slow
def test_what_is_no_reader_of_that_encoder_is_refused(tmp_path: Path) -> None:
    encoder = save_tiny_reader(tmp_path / "encoder", "bert", head=False)
    export_span_model(save_tiny_reader(tmp_path / "model", "mpnet"), tmp_path / "exported")
    with pytest.raises(ModelDamagedError, match="not a reader made from"):
        restore(tmp_path / "exported", encoder, tmp_path / "restored")
    graph = tmp_path / "exported" / GRAPH_FILE
    graph.write_bytes(graph.read_bytes() + b"?")
    with pytest.raises(ModelDamagedError, match="expected sha256"):
        restore(tmp_path / "exported", encoder, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
