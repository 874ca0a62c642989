"""The loopback Discord for every test here, and tests that are coroutines."""

import asyncio
import inspect
import warnings
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from loopback import LoopbackDiscord
from loopback.openapi import OpenAPI


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on the event loop of its fixtures."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    runner: asyncio.Runner = pyfuncitem.funcargs["runner"]
    names = pyfuncitem._fixtureinfo.argnames
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def runner() -> Iterator[asyncio.Runner]:
    """Return the runner of the test's own event loop: what went wrong on it unseen fails the test."""
    trouble: list[str] = []
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: trouble.append(_in_words(context)))
        yield runner
        left = [task for task in asyncio.all_tasks(loop) if not task.done()]
    assert not left, f"tasks that nobody ended: {left}"
    assert not trouble, "on the event loop:\n" + "\n".join(trouble)


def _in_words(context: dict[str, Any]) -> str:
    import traceback

    error = context.get("exception")
    trace = "".join(traceback.format_exception(error)) if error else ""
    return f"{context.get('message')} {context.get('future') or context.get('task') or ''}\n{trace}"


@pytest.fixture(scope="session")
def openapi() -> OpenAPI | None:
    """Return Discord's own description, read once."""
    return OpenAPI.from_environment()


@pytest.fixture
def discord(runner: asyncio.Runner, openapi: OpenAPI | None) -> Iterator[LoopbackDiscord]:
    """Return a running loopback Discord; what it refused and the test did not expect fails the test."""
    server = LoopbackDiscord(openapi=openapi)
    runner.run(server.__aenter__())
    try:
        yield server
    finally:
        runner.run(server.__aexit__(None, None, None))
    server.check()
