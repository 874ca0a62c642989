"""Training of the encoder: which text answers a question. Build side only."""
