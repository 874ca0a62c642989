"""What a library may still take, if it may hold so much and no more."""

from dataclasses import dataclass

from index.errors import QuotaError

_BLOCK = 4096  # bytes; file systems hand out no less


@dataclass(frozen=True, slots=True)
class Size:
    """What an article takes: `characters` of its text, and `bytes` on disk (`on_disk`)."""

    characters: int
    bytes: int


@dataclass(slots=True)
class RemainingQuota:
    """How many articles, characters and bytes may still come; None: any number. What comes is taken off."""

    articles: int | None = None
    characters: int | None = None
    bytes: int | None = None

    def take(self, size: Size, replaced: Size | None = None) -> None:
        """Take off an article of that size, which comes in the place of one of the size `replaced`.

        Raises QuotaError if that is more than is left.
        """
        before = replaced or Size(0, 0)
        more_characters, more_bytes = size.characters - before.characters, size.bytes - before.bytes
        if self.articles is not None and replaced is None and self.articles < 1:
            raise QuotaError("the library holds as many articles as it may: remove one first")
        if self.characters is not None and more_characters > (left := max(self.characters, 0)):
            raise QuotaError(f"has {size.characters:,} characters, and the library may take {left:,} more")
        if self.bytes is not None and more_bytes > (left := max(self.bytes, 0)):
            raise QuotaError(
                f"has {_megabytes(size.bytes)}, and the library may take {_megabytes(left)} more, "
                "with what was removed from it"
            )
        if self.articles is not None and replaced is None:
            self.articles -= 1
        if self.characters is not None:
            self.characters -= more_characters
        if self.bytes is not None:
            self.bytes -= more_bytes


def on_disk(size: int) -> int:
    """Return the bytes that a file of `size` bytes takes on disk, in whole blocks."""
    return -(-size // _BLOCK) * _BLOCK


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.2f} MB"
