"""The encoder and the span model: where they are, how they are exported, and how they run."""
