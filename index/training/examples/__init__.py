"""Training examples: their order, their batches, and variations that make them harder."""
