"""The training of the support model, which tells whether a text says what a statement says."""
