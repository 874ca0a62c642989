"""Sending replies, and reporting what goes wrong."""
