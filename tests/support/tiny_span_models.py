"""Tiny extractive-QA models with random weights: BERT, others without token types, RoBERTa of bytes."""

from pathlib import Path
from typing import Any

from tests.support.tiny_encoder import LETTERS

WORDS = ("the", "bridge", "river", "was", "built", "by", "in", "who", "what")
WINDOW = 96


def save_tiny_reader(folder: Path, kind: str, *, head: bool = True, shift: int = 0) -> Path:
    """Save a model of `kind` with a window of 96 tokens to `folder`; without `head`, its encoder alone.

    Its vocabulary begins with `shift` unused tokens.
    """
    import torch
    from transformers import AutoConfig, AutoModel, AutoModelForQuestionAnswering

    tokenizer = _bytes_tokenizer() if kind == "roberta" else _word_tokenizer(kind, shift)
    tokenizer.save_pretrained(folder)
    small = {"dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 64, "initializer_range": 0.3}
    if kind != "distilbert":
        names = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size")
        small = dict(zip((*names, "initializer_range"), small.values(), strict=True))
    positions = WINDOW + 2 if kind in {"roberta", "mpnet"} else WINDOW
    padding = tokenizer.pad_token_id
    small |= {"vocab_size": len(tokenizer), "max_position_embeddings": positions, "pad_token_id": padding}
    torch.manual_seed(7)
    make: Any = AutoModelForQuestionAnswering if head else AutoModel
    make.from_config(AutoConfig.for_model(kind, **small)).save_pretrained(folder)
    return folder


def save_encoder_of_tiny_reader(folder: Path) -> Path:
    """Save an encoder for an index, of the same kind and vocabulary as a tiny reader of BERT's."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    transformer = Transformer(str(save_tiny_reader(folder / "bert", "bert", head=False)))
    model = SentenceTransformer(modules=[transformer, Pooling(32)], device="cpu")
    model.save(str(folder / "encoder"), create_model_card=False)
    return folder / "encoder"


def _word_tokenizer(kind: str, shift: int) -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = [*(f"[unused{number}]" for number in range(shift)), "[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, *WORDS, *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    vocabulary = {piece: row for row, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=names["unk_token"]))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", shift + 3), ("[CLS]", shift + 2))
    inputs = ["input_ids", "attention_mask"] + (["token_type_ids"] if kind == "bert" else [])
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_input_names=inputs, **names)


def _bytes_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>"]
    pieces = [*special, *sorted(pre_tokenizers.ByteLevel.alphabet()), "Ġt", "Ġth", "Ġthe"]
    merges = [("Ġ", "t"), ("Ġt", "h"), ("Ġth", "e")]
    tokenizer = Tokenizer(models.BPE({piece: row for row, piece in enumerate(pieces)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    names = {"pad_token": "<pad>", "cls_token": "<s>", "sep_token": "</s>"}
    inputs = ["input_ids", "attention_mask"]
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_input_names=inputs, **names)
