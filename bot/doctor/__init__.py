"""Checks of everything that Footnote depends on, each with its remedy."""
