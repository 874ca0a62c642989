"""The export of a support model agrees with what was trained, and belongs to its reader."""

from pathlib import Path

import pytest

from index.errors import ModelDamagedError
from index.models.span_model import GRAPH_FILE, SpanModel
from index.models.support_model import SupportModel
from index.training.support.recipe import SupportRecipe
from tests.support.tiny_statements import BELOW, bridge_statements, save_tiny_reader_with_states


def test_it_scores_as_the_network_that_was_trained(tmp_path: Path) -> None:
    import torch

    from index.training.support.export import export_support_model, write_settings
    from index.training.support.learning import train, with_states

    folder = save_tiny_reader_with_states(tmp_path / "one")
    reader, statements = SpanModel.load(folder), bridge_statements(30)
    data = with_states(statements, reader, tmp_path)
    recipe = SupportRecipe(below=BELOW, rounds=8, tokens=200, rate=3e-3, head_rate=1.0, warm_up=2)
    network = train(data, folder / GRAPH_FILE, recipe)
    model = export_support_model(network, reader, tmp_path / "support")
    assert model.threshold == 0
    with torch.inference_mode():
        states, mask, _ = data.batch(range(len(data)))
        expected = torch.sigmoid(network(states, mask)).tolist()
    found = model.scores([(one.statement, one.shown) for one in statements])
    assert found == pytest.approx(expected, abs=0.15)
    write_settings(tmp_path / "support", reader, 0.75)
    assert SupportModel.load(tmp_path / "support", reader).threshold == 0.75
    other = SpanModel.load(save_tiny_reader_with_states(tmp_path / "two"))
    write_settings(tmp_path / "support", other, 0.75)
    if other.sha256 != reader.sha256:
        with pytest.raises(ModelDamagedError, match="another reader"):
            SupportModel.load(tmp_path / "support", reader)
