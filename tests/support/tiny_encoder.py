"""A tiny sentence-transformers model with random weights, unlike the default one in every respect."""

from pathlib import Path
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,:?!"


def save_tiny_model(folder: Path, *, half: bool = False, pooled: int = 32, **pooling: Any) -> Path:
    """Save to `folder` a model with prompts, a window of 32, CLS pooling, a Dense module and no Normalize."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Pooling, Transformer
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, "query", "passage", *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    vocabulary = {piece: row for row, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token=names["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    torch.manual_seed(7)
    bert = BertModel(
        BertConfig(
            vocab_size=len(pieces),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            max_position_embeddings=64,
            initializer_range=0.5,  # large, so that unlike texts have unlike vectors
        )
    )
    bert.save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder / "bert")
    transformer = Transformer(str(folder / "bert"), max_seq_length=32, do_lower_case=True)
    model = SentenceTransformer(
        modules=[transformer, Pooling(32, **({"pooling_mode": "cls"} | pooling)), Dense(pooled, 16)],
        prompts={"query": "query: ", "passage": "passage: "},
        device="cpu",
    )
    (model.half() if half else model).save(str(folder / "model"), create_model_card=False)
    return folder / "model"
