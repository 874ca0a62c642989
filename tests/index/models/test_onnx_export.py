"""Export to ONNX: what the encoder's and the reader's have in common."""

import logging
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from index.errors import ModelDamagedError, Reason, Role
from index.models.onnx_export import check_tokenizer, copy_tokenizer, export_graph, quiet, write_tokenizer


def test_the_callers_warnings_and_logs_come_back(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):  # other tests set the root's level
        with quiet():
            logging.getLogger("anything").warning("suppressed")
            warnings.warn("suppressed", UserWarning, stacklevel=1)
        logging.getLogger("anything").warning("logged")
    assert "logged" in caplog.text
    assert "suppressed" not in caplog.text
    with pytest.warns(UserWarning, match="raised"):
        warnings.warn("raised", UserWarning, stacklevel=1)


def test_a_traced_graph_takes_inputs_of_any_size(tmp_path: Path) -> None:
    import torch

    layer = torch.nn.Embedding(10, 4)
    features = {"ids": torch.tensor([[1, 2, 3], [4, 5, 0]])}
    with quiet():
        export_graph(
            layer,
            lambda inputs: layer(inputs["ids"]).sum(1),
            features,
            {"sums": {0: "batch"}},
            tmp_path / "g",
        )
    session = onnxruntime.InferenceSession(tmp_path / "g")
    ids = np.array([[7, 8, 9, 1, 1]], dtype=np.int64)
    (sums,) = session.run(["sums"], {"ids": ids})
    expected = layer(torch.from_numpy(ids)).sum(1).detach().numpy()
    np.testing.assert_allclose(sums, expected, atol=1e-6)


def test_a_slow_tokenizer_is_refused() -> None:
    check_tokenizer(Role.READER, SimpleNamespace(is_fast=True))
    with pytest.raises(ModelDamagedError, match="it has no fast tokenizer") as raised:
        check_tokenizer(Role.READER, SimpleNamespace(is_fast=False))
    assert (raised.value.reason, raised.value.role) == (Reason.MODEL_NOT_EXPORTABLE, Role.READER)


def test_a_tokenizer_is_copied_before_it_is_changed_and_written(tmp_path: Path) -> None:
    from tokenizers import Tokenizer, models

    backend = Tokenizer(models.WordLevel({"a": 0}))
    copy = copy_tokenizer(SimpleNamespace(backend_tokenizer=backend))
    copy.enable_truncation(5)
    write_tokenizer(copy, tmp_path / "tokenizer.json")
    assert backend.truncation is None
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).truncation["max_length"] == 5
