"""Footnote as LlamaIndex classes."""
