"""The front ends: the terminal, and Discord."""
