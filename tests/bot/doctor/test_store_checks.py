"""What the doctor says of a standby: how far it is behind, and what to do."""

import pytest

from bot.doctor.check import OK, WARN
from bot.doctor.store_checks import examine_standby
from index.storage.postgres.health import StandbyState

LATEST = "2026-01-01T00:00:00Z"
BEHIND = "read-only, 1 byte behind what it has received"
WHOLE = "read-only, with all changes that it has received"
PRIMARY = "Name its primary server in `[store] url`"


@pytest.mark.parametrize(
    ("state", "answers_only", "status", "detail", "remedy"),
    [
        (StandbyState(0, False, LATEST), True, OK, f"{WHOLE}, the latest of {LATEST}", ""),
        (StandbyState(1, False, None), True, OK, BEHIND, ""),
        (StandbyState(1, False, None), False, WARN, BEHIND, PRIMARY),
        (StandbyState(1, True, None), True, WARN, f"{BEHIND}; replay is paused", "Let an administrator"),
        (StandbyState(None, False, None), True, OK, "read-only; it receives no changes by streaming", ""),
    ],
)
def test_a_standby(state: StandbyState, answers_only: bool, status: str, detail: str, remedy: str) -> None:
    check = examine_standby(state, answers_only=answers_only)
    assert (check.status, check.detail) == (status, detail)
    assert check.remedy.startswith(remedy)
    assert bool(check.remedy) == bool(remedy)
