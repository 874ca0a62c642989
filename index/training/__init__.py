"""Training of the weights that the package ships; in the repository, but not in the wheel."""
