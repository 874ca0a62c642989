"""A question as it came from Discord."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DiscordQuestion:
    """A question, who asked it, and where.

    `user` is the id of who asks. `source` is slash, menu, message or button; `server` is None in direct
    messages. `article` is an article's key, id or title, as it was given. `offset` is the number of citations
    that the asker has already seen. `library` is the server whose own articles are asked besides the common
    ones.
    """

    text: str
    user: int
    server: int | None
    source: str
    article: str | None = None
    offset: int = 0
    library: int | None = None
    text_hidden: bool = False
    """Discord did not show the bot what was written."""
    alone: str | None = None
    """The text as it was written, if the subject of an earlier question was added to what may need none.

    It is asked if the text with that subject has no answer.
    """
    is_follow_up: bool = False
    """`article` is that of an earlier answer; if it does not say, all articles are asked."""
    is_statement: bool = False
    """The text is not a question."""
    names: tuple[str, ...] = ()
    """What stands in the text for people who were mentioned."""
    may_be_taught: bool = False
    """If the articles do not say, the reply has the button to answer it."""
    written: bool = False
    """A language model writes an answer from the citations, too."""
    note: str = ""
    """A line in the bot's own words on how the text came about, shown in small print."""
    author: int | None = None
    """Who wrote the text, if not the asker: 0 if that is not known."""
