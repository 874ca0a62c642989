"""Whether a service with a user of its own could run an installation."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.doctor import service_checks
from bot.doctor.service_checks import examine_service, reason_unreadable
from tests.support.homes import Home


@pytest.fixture
def public() -> Iterator[Path]:
    """Return a folder that everybody may read."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


def test_what_everybody_may_read_is_readable(public: Path) -> None:
    (public / "file").touch(0o644)
    assert reason_unreadable(public) is None
    assert reason_unreadable(public / "file") is None


def test_what_lies_in_a_home_is_hidden_even_behind_a_link(public: Path) -> None:
    home = public / "home"
    (home / "python").mkdir(parents=True)
    (public / "python").symlink_to(home / "python")
    for path in (home / "python", public / "python", home / "nothing"):
        reason = reason_unreadable(path, hidden=(home,))
        assert reason is not None
        assert reason.endswith(f"lies in {home}, which the service cannot see")
    (home / "link").symlink_to("/usr")
    assert reason_unreadable(home / "link", hidden=(home,)) is not None


def test_what_others_may_not_read_is_named(public: Path) -> None:
    folder = public / "private"
    folder.mkdir(0o700)
    (folder / "file").touch(0o644)
    assert reason_unreadable(folder / "file") == f"{folder} cannot be read by everybody"
    (public / "file").touch(0o640)
    assert reason_unreadable(public / "file") == f"{public / 'file'} cannot be read by everybody"
    assert reason_unreadable(public / "nothing") == f"{public / 'nothing'}: No such file or directory"


def test_the_service_writes_to_its_state_folder_only(public: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_checks, "reason_unreadable", lambda _: None)
    (public / "config.toml").touch()
    outside = examine_service(BotConfig.read(public / "config.toml"), public / "config.toml")
    assert [(check.status, check.detail.split(":")[0]) for check in outside] == [
        ("fail", "[index] directory"),
        ("fail", "[discord] directory"),
    ]
    (public / "config.toml").write_text(
        "[index]\ndirectory = '/var/lib/footnote-bot/index'\n[discord]\ndirectory = '/var/lib/footnote-bot'\n"
    )
    (check,) = examine_service(BotConfig.read(public / "config.toml"), public / "config.toml")
    assert (check.check, check.status) == ("service", "ok")


@pytest.mark.parametrize("attribute", ["prefix", "base_prefix", "executable"])
def test_a_python_in_a_home_is_a_failure_with_a_remedy(
    public: Path, monkeypatch: pytest.MonkeyPatch, attribute: str
) -> None:
    for name in ("prefix", "base_prefix", "executable"):
        monkeypatch.setattr(sys, name, "/usr")
    monkeypatch.setattr(sys, attribute, "/home/somebody/.pyenv/versions/3.11.9")
    details = {check.detail: check.remedy for check in examine_service(BotConfig(base=public), None)}
    detail = "Python: /home/somebody/.pyenv/versions/3.11.9 lies in /home, which the service cannot see"
    assert "/usr/bin/python3 -m venv" in details[detail]


@pytest.mark.slow
def test_doctor_checks_the_service_only_if_asked(built_home: Home) -> None:
    assert "service" not in built_home.footnote("doctor").out
    run = built_home.footnote("doctor", "--service", "--json")
    assert run.code == 1
    assert "[index] directory" in " ".join(
        check["detail"] for check in run.json if check["check"] == "service"
    )
