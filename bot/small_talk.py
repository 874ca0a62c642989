"""Small talk: greetings, thanks and the like, which are no questions about the articles."""

import re
import unicodedata
from enum import StrEnum, auto


class SmallTalk(StrEnum):
    """What somebody says who asks nothing about the articles."""

    GREETING = auto()
    THANKS = auto()
    GOODBYE = auto()
    HELP = auto()
    """They ask what the bot is, what it can do, or how to use it."""


_PHRASES = {
    SmallTalk.GREETING: (
        "hello|hallo|hullo|hi|hiya|hey+|heya|howdy|yo|greetings"
        "|good (?:morning|afternoon|evening|day)"
        "|(?:morning|afternoon|evening) (?:all|everyone|everybody|folks|guys)"
        "|how (?:are|r) (?:you|u)(?: doing)?(?: today)?|how are things|how'?s it going|how do you do"
        "|what'?s up|wh?ass?up|sup"
        "|(?:are )?you (?:there|awake|ok(?:ay)?)|anybody there|anyone there|nice to meet you"
    ),
    SmallTalk.THANKS: (
        "thanks|thank you|thank u|thanx|thx|tx|ty|tysm|cheers|much appreciated|i appreciate it|good bot"
        "|great|perfect|awesome|amazing|excellent|brilliant|lovely|nice(?: one)?|cool|wow|ok(?:ay)?|kk?"
        "|got it|i see|understood|makes sense|good(?: job| work| to know)?|well done|never ?mind|no worries"
        "|that'?s (?:all|great|perfect|good|right|it|helpful)|that (?:helps|helped)|lol|haha+"
    ),
    SmallTalk.GOODBYE: (
        "bye(?: ?bye)?|good ?bye|good ?night|see (?:you|ya)(?: later| soon| tomorrow)?|cya|ciao|farewell"
        "|exit|quit|q|:q!?|logout|have a (?:good|nice|great) (?:one|day|evening|weekend)|i(?:'m| am) done"
    ),
    SmallTalk.HELP: (
        "(?:please )?help(?: me)?|can you (?:help(?: me)?|hear me)|i need help"
        "|usage|commands|menu|start|options"
        "|how can you help(?: me)?|what (?:kind|sort) of questions can (?:i|we) ask"
        "|what (?:can|do|could) you do|what (?:can|should) (?:i|we) (?:ask|do)(?: you)?(?: here)?"
        "|what (?:do you know|are you(?: for)?|is this(?: bot)?|are the commands|are your commands)"
        "|who (?:are you|(?:made|built|created|wrote) you|is this)|what(?:'?s| is) your name"
        "|how (?:do|does|can) (?:you|this|it|i|the bot|this bot)"
        "(?: bot| thing)? ?(?:work|use (?:you|this|it)|start|ask)(?: (?:you )?(?:a )?questions?)?"
        "|are you (?:a )?(?:bot|robot|human|real|an? ai|chatgpt)"
    ),
}
# What may stand around such a phrase: "oh, ok thanks a lot, bot", "hello there", "thanks for your help".
_BEFORE = "(?:(?:oh|ah|well|so|and|ok|okay|great|cool|perfect|nice|good|right|many|hey|hi|hello|no) )*"
_AFTER = (
    "(?: (?:there|again|then|now|for now|bot|footnote|all|everyone|everybody|folks|guys|friend|mate|please"
    "|today|so much|a lot|very much|a (?:bunch|million|ton)|for (?:your|the|all the) (?:help|answers?|info)"
    "|for that|you|indeed))*"
)
_LONGEST = 80
"""Characters of the longest small talk."""
_PATTERNS = {
    kind: re.compile(f"{_BEFORE}(?:{phrases})(?: (?:{phrases}))*{_AFTER}")
    for kind, phrases in _PHRASES.items()
}


def recognise(text: str) -> SmallTalk | None:
    """Tell which kind of small talk `text` is, or return None if it may be a question about the articles.

    All of it has to be small talk: "hello" is, "Hello, when does the market open?" is not.
    """
    words = "".join(character if _is_said(character) else " " for character in text.replace("\u2019", "'"))
    said = " ".join(word for word in words.casefold().split() if any(map(str.isalnum, word)))
    if len(said) > _LONGEST:
        return None
    if not said:
        return SmallTalk.HELP if text.strip() in ("?", "??", "???") else None
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(said)), None)


def _is_said(character: str) -> bool:
    return character in "':" or unicodedata.category(character)[0] in "LMN"
