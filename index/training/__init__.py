"""Learns the weights that the package ships; build side only, not needed to build an index or to ask."""
