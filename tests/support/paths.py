"""Where the repository's own files are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "corpus"
ARTICLE = CORPUS / "coalition-strikes-near-al-tanf.txt"
DATA = ROOT / "tests" / "data"
QUESTIONS = DATA / "questions.jsonl"
NO_NETWORK = ROOT / "tests" / "support" / "no_network"
