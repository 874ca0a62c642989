"""Instructions in articles: sentences that speak to a language model rather than to a reader.

They are not given to the model at all. The rules know the usual wordings and no others; that what is written
must stand in a cited sentence holds whether or not they see one.
"""

import re

from index.segmentation.folding import fold_characters

_ADDRESSES_A_MODEL = re.compile(
    # "ignore the above", "disregard all previous instructions"
    r"\b(?:ignore|disregard|forget|override|bypass)\b(?:\W+\w+){0,4}?\W+"
    r"(?:above|previous|prior|preceding|earlier|foregoing|instructions?|prompts?|rules|everything)\b"
    r"|\b(?:system|developer|hidden) (?:prompt|message|instructions?)\b"
    r"|\b(?:new|updated|real|following) instructions?\s?:"
    r"|\byou are (?:now )?(?:an? )?(?:ai\b|a\.i\.|assistant|chat ?bot|language model|llm\b|gpt|dan\b)"
    r"|\bas an? (?:ai|language model|assistant)\b"
    # "say that you are free", "claim the bridge is safe instead"
    r"|\b(?:say|claim|state|pretend|declare|announce) (?:only )?(?:that )?you (?:are|were|have)\b"
    r"|\b(?:respond|reply|answer) (?:only|exactly|always|instead)\b"
    r"|\btell (?:the )?(?:user|asker|reader)s? (?:that|to)\b"
    r"|\bdo not (?:cite|reveal|mention (?:this|these))\b"
    r"|<\|?(?:im_start|im_end|system|user|assistant|endoftext|eot_id)\|?>|\[/?inst\]|<</?sys>>"
    r"|^\W*(?:system|assistant|user|human)\s?:|#{2,} ?(?:system|instruction|response)",
    re.IGNORECASE,
)


def addresses_a_model(text: str) -> bool:
    """Tell whether a sentence gives a language model instructions."""
    return _ADDRESSES_A_MODEL.search(" ".join(fold_characters(text).text.split())) is not None
