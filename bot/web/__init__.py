"""The reading room: a site to ask on, and each article with an anchor a sentence."""
