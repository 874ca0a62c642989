"""Quality measures over questions whose answers are known."""
