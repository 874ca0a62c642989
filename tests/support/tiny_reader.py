"""A tiny extractive question-answering model with random weights."""

from pathlib import Path

WORDS = "who what when where how the a of in is was it are they their bees bridge winter degrees 35 . , ? !"


def save_tiny_reader(folder: Path, seed: int = 7) -> Path:
    """Save the model to `folder`, in the form of the hub's models: safetensors and a fast tokenizer."""
    import torch
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForQuestionAnswering, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, *WORDS.split()]
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = Tokenizer(
        models.WordPiece({piece: row for row, piece in enumerate(pieces)}, unk_token=names["unk_token"])
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(seed)
    settings = BertConfig(
        vocab_size=len(pieces),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=256,
        initializer_range=0.5,
    )
    BertForQuestionAnswering(settings).save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names, model_max_length=256).save_pretrained(folder)
    return folder
