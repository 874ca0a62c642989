"""Any extractive-QA model on disk is exported, agrees with the original, or is refused in words."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelDamagedError, ModelMissingError
from index.models.span_model import SpanModel
from index.models.span_model_export import export_span_model
from tests.support.lazy_modules import LazyModule
from tests.support.tiny_span_models import save_tiny_reader

onnx = LazyModule("onnx")

QUESTION, TEXT = "who built the bridge?", "the bridge over the river was built by anna müller in 1842."


@pytest.fixture(scope="module")
def tiny_reader(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of a tiny model and of its export; tests only read them."""
    base = tmp_path_factory.mktemp("tiny-reader")
    export_span_model(save_tiny_reader(base / "model", "bert"), base / "reader")
    return base / "model", base / "reader"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "distilbert", "roberta"])
def test_scores_are_the_models_own(kind: str, tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    folder = save_tiny_reader(tmp_path / "model", kind)
    export_span_model(folder, tmp_path / "reader")
    (scores,) = SpanModel.load(tmp_path / "reader").read(QUESTION, [TEXT])
    model = AutoModelForQuestionAnswering.from_pretrained(folder).eval()
    encoding = AutoTokenizer.from_pretrained(folder)(QUESTION, TEXT, return_offsets_mapping=True)
    offsets = encoding.pop("offset_mapping")
    with torch.inference_mode():
        output = model(**{name: torch.tensor([values]) for name, values in encoding.items()})
    text_tokens = [row for row, part in enumerate(encoding.sequence_ids()) if part == 1]
    assert [offsets[row] for row in text_tokens] == list(zip(scores.starts, scores.ends, strict=True))
    for logits, ours in ((output.start_logits[0], scores.start), (output.end_logits[0], scores.end)):
        theirs = (logits[text_tokens] - logits[0]).numpy()
        assert np.corrcoef(ours, theirs)[0, 1] > 0.97
        assert np.abs(ours - theirs).mean() < 0.2 * theirs.std()


@pytest.mark.slow
def test_export_is_the_same_bytes_again(tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    folder, exported = tiny_reader
    shutil.copytree(exported, tmp_path / "again")
    export_span_model(folder, tmp_path / "again")  # over a complete one
    files = {path.name: path.read_bytes() for path in exported.iterdir()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()} == files
    assert len(files) == 3


@pytest.mark.slow
def test_different_scores_are_refused(tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match=r"scores differ \(correlation 0\.9"):
        export_span_model(tiny_reader[0], tmp_path, least_correlation=1.01)


def test_missing_models_and_pickles_are_refused(tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"config\.json"):
        export_span_model(tmp_path, tmp_path / "reader")
    pickled = shutil.copytree(tiny_reader[0], tmp_path / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(ModelMissingError, match=r"pytorch_model\.bin"):
        export_span_model(pickled, tmp_path / "reader")
    assert not (tmp_path / "reader").exists()


def test_truncated_weights_are_named(tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    model = shutil.copytree(tiny_reader[0], tmp_path / "model")
    weights = model / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelDamagedError, match="model: the model cannot be loaded"):
        export_span_model(model, tmp_path / "reader")


def test_an_encoder_without_a_span_head_is_refused(tmp_path: Path) -> None:
    folder = save_tiny_reader(tmp_path / "model", "bert", head=False)
    with pytest.raises(ModelDamagedError, match="expected a model …ForQuestionAnswering, found BertModel"):
        export_span_model(folder, tmp_path / "reader")
    config = json.loads((folder / "config.json").read_text())
    config["architectures"] = ["BertForQuestionAnswering"]  # as it says, but has not
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelDamagedError, match=r"no weights for qa_outputs\.bias: not trained to answer"):
        export_span_model(folder, tmp_path / "reader")


def test_what_several_layers_are_given_is_quantised_once(tiny_reader: tuple[Path, Path]) -> None:
    kinds = [node.op_type for node in onnx.load(tiny_reader[1] / "reader.onnx").graph.node]
    layers = 2
    assert kinds.count("MatMulInteger") == 6 * layers  # query, key and value are given the same
    assert kinds.count("DynamicQuantizeLinear") == 4 * layers


def test_a_null_that_is_not_first_is_refused(tiny_reader: tuple[Path, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_reader[0], tmp_path / "model")
    path = folder / "tokenizer.json"
    values = json.loads(path.read_text())
    values["post_processor"]["cls"], values["post_processor"]["sep"] = ["[SEP]", 3], ["[CLS]", 2]
    path.write_text(json.dumps(values))
    with pytest.raises(ModelDamagedError, match="does not begin with the token that stands for no answer"):
        export_span_model(folder, tmp_path / "reader")
