"""Tables of examples that are one test: to set up a test takes longer than most examples."""

import functools
import inspect
from collections.abc import Callable, Collection


def each_row(names: str, rows: Collection[object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Make a test run all rows, as `pytest.mark.parametrize` makes a test of each, and name those that fail.

    The rows share the test's fixtures.
    """
    arguments = [name.strip() for name in names.split(",")]
    assert rows

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run_all(**fixtures: object) -> None:
            failures: list[Exception] = []
            for row in rows:
                values = row if len(arguments) > 1 else (row,)
                try:
                    test(**fixtures, **dict(zip(arguments, values, strict=True)))  # type: ignore[call-overload]
                except Exception as error:
                    error.add_note(f"in the row {row!r}")
                    failures.append(error)
            if failures:
                raise ExceptionGroup(f"{len(failures)} of {len(rows)} rows", failures)

        signature = inspect.signature(test)
        fixtures = [part for name, part in signature.parameters.items() if name not in arguments]
        run_all.__signature__ = signature.replace(parameters=fixtures)  # type: ignore[attr-defined]
        return run_all

    return decorate
