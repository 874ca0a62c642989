"""Learning of the weights for ranking, reading and confidence."""
