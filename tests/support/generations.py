"""Generations of a few letters, for tests of the index folder."""

from pathlib import Path

from index.storage import generations
from index.storage.fingerprint import Fingerprint
from index.storage.manifest import Facts

ENCODER = "0123456789abcdef0123456789abcdef"
FINGERPRINT = Fingerprint("model", "encoder", "formats", "sentences", "passages", "terms")


def publish(root: Path, content: str, encoder: str = ENCODER) -> None:
    """Publish a generation with that content, and an encoder if there is none of that name."""
    with generations.writers_lock(root, 10):
        folder = root / "encoders" / encoder
        if not folder.exists():
            folder = generations.put_encoder(root, encoder, lambda made: write(made / "model", "weights"))
        with generations.new_generation(root, folder, FINGERPRINT) as draft:
            write(draft.folder / "text", content)
            write(draft.folder / "other", "same")
            draft.facts = Facts(articles=1)


def write(path: Path, content: str) -> None:
    """Write a file of text."""
    path.write_text(content, encoding="utf-8")
