"""From articles to an index: what changed, what is reused, what is embedded."""
