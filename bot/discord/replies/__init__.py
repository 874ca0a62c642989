"""Replies as Discord messages: answers, articles, lists, and their buttons."""
