"""A question as it came from Discord."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiscordQuestion:
    """A question, and who asked it where.

    `source` is slash, menu, message or button; `server` is None in direct messages. `article` is an article's
    key, id or title, as it was given. `first` is the number of citations that the asker has seen already.
    `unseen`: Discord did not show the bot what was written. `from_before`: the article is that of an earlier
    answer; where it does not say, all are asked. `statement`: the text is none that wants an answer.
    """

    text: str
    user: int
    server: int | None
    source: str
    article: str | None = None
    first: int = 0
    unseen: bool = False
    from_before: bool = False
    statement: bool = False
