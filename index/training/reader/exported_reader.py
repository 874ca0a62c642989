"""A shipped reader back as a model to train: what its graph holds, in single precision."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.arrays import Floats
from index.models.packed_embeddings import BLOCK
from index.models.span_model import GRAPH_FILE, SETTINGS_FILE, TOKENIZER_FILE, SpanSettings
from index.training.reader.exported_graph import ExportedGraph, upper_layers

if TYPE_CHECKING:
    from torch.nn import Linear
    from transformers import PreTrainedTokenizerFast
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

PADDING = ("<pad>", "[PAD]")
"""What the token is called that stands for none; the first that a vocabulary has."""


def restore_model(reader: Path, target: Path) -> Path:
    """Write the exported reader in the folder `reader` as a model of Hugging Face's transformers to `target`.

    Its weights are those of the graph: 8 bits, or 4 for words, times their scales. Returns `target`. Raises
    ValueError for a graph that is not of MPNet's kind, ModelDamagedError for other settings than a reader's.
    """
    import torch
    from transformers import MPNetForQuestionAnswering

    graph, tokenizer = ExportedGraph(reader / GRAPH_FILE), _tokenizer(reader)
    encoder = upper_layers(reader / GRAPH_FILE, 0)
    parts = ("word_embeddings.weight", "position_embeddings.weight", "LayerNorm.weight", "LayerNorm.bias")
    embeddings = {part: _weights(graph, f"model.mpnet.embeddings.{part}") for part in parts}
    words, positions = (embeddings[part] for part in parts[:2])
    config = encoder.config
    config.vocab_size, config.max_position_embeddings = len(words), len(positions)
    config.pad_token_id = tokenizer.pad_token_id
    model = MPNetForQuestionAnswering(config)
    model.mpnet.encoder = encoder
    tensors = {name: torch.from_numpy(values.copy()) for name, values in embeddings.items()}
    model.mpnet.embeddings.load_state_dict(tensors, strict=False)  # positions are numbered by a buffer
    head, bias = graph.head
    model.qa_outputs.load_state_dict(
        {"weight": torch.from_numpy(head.T.copy()), "bias": torch.from_numpy(bias.copy())}
    )
    model.save_pretrained(target)
    tokenizer.save_pretrained(target)
    return target


def with_upper_layers(model: Path, layers: "MPNetEncoder", head: "Linear", target: Path) -> None:
    """Write the model in the folder `model` to `target`, with other upper layers and another head."""
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    whole: Any = AutoModelForQuestionAnswering.from_pretrained(model, local_files_only=True)
    count = len(layers.layer)
    for own, other in zip(whole.mpnet.encoder.layer[-count:], layers.layer, strict=True):
        own.load_state_dict(other.state_dict())
    whole.qa_outputs.load_state_dict(head.state_dict())
    whole.save_pretrained(target)
    AutoTokenizer.from_pretrained(model, local_files_only=True).save_pretrained(target)


def _weights(graph: ExportedGraph, name: str) -> Floats:
    """Return weights that are kept in 4 bits if they are many: float32."""
    if graph.holds(name):
        return graph.named(name)
    codes, scales, zeros = (
        graph.named(f"{name}_{part}").astype(np.float32) for part in ("packed", "scales", "zeros")
    )
    blocks = codes.reshape(len(codes), -1, BLOCK)
    values: Floats = ((blocks - zeros[..., None]) * scales[..., None]).reshape(len(codes), -1)
    return values


def _tokenizer(reader: Path) -> "PreTrainedTokenizerFast":
    """Return the reader's tokenizer with the layout of question and text that its settings tell."""
    from tokenizers import Tokenizer
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    settings = SpanSettings.read(reader / SETTINGS_FILE)
    tokenizer = Tokenizer.from_file(str(reader / TOKENIZER_FILE))
    before, between, after = (
        [str(tokenizer.id_to_token(token)) for token in part]
        for part in (settings.before, settings.between, settings.after)
    )
    tokenizer.post_processor = TemplateProcessing(
        single=[*before, "$A", *after],
        pair=[*before, "$A", *between, "$B", *after],
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in {*before, *between, *after}],
    )
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        model_max_length=settings.tokens,
        model_input_names=["input_ids", "attention_mask"],
        cls_token=before[0],
        sep_token=after[-1],
        pad_token=next(token for token in PADDING if tokenizer.token_to_id(token) is not None),
        unk_token=tokenizer.model.unk_token,
    )
