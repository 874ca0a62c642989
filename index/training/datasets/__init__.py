"""Public data sets as training examples and as libraries to measure on."""
