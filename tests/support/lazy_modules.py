"""Modules that take long to import, for tests that are collected by processes that run none of them."""

from importlib import import_module
from typing import Any


class LazyModule:
    """A module that is imported when the first of its names is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("_", "pytest")):  # pytest looks for those in all that a test's module holds
            raise AttributeError(name)
        return getattr(import_module(self._name), name)
