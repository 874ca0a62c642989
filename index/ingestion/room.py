"""Room that a library has left, where it may hold so much and no more."""

from dataclasses import dataclass

from index.errors import QuotaError


@dataclass(slots=True)
class Room:
    """How many `articles` and `characters` may still come; None: any number. What comes is taken off."""

    articles: int | None = None
    characters: int | None = None

    def take(self, characters: int, replaced: int | None = None) -> None:
        """Take the room for an article of `characters`, in the place of one that had `replaced` of them.

        Raises QuotaError if there is none.
        """
        more = characters - (replaced or 0)
        if self.articles is not None and replaced is None and self.articles < 1:
            raise QuotaError("the library holds as many articles as it may: remove one first")
        if self.characters is not None and more > max(self.characters, 0):
            left = max(self.characters, 0)
            raise QuotaError(f"has {characters:,} characters, and the library may take {left:,} more")
        if self.articles is not None and replaced is None:
            self.articles -= 1
        if self.characters is not None:
            self.characters -= more
