"""What is published, in a folder or in a database, is described alike."""

import sys

import pytest

from index.config import Config, StoreSection
from index.errors import ConfigurationError
from index.storage.published import (
    check_place,
    content_fingerprint,
    count_characters,
    input_state,
    open_published,
)


@pytest.mark.slow
def test_both_are_described_alike(config: Config, stored_config: Config) -> None:
    folder, stored = (open_published(one, lambda published: published) for one in (config, stored_config))
    assert stored.fingerprint == folder.fingerprint
    assert stored.encoder.name == folder.encoder.name
    assert stored.facts == folder.facts
    assert stored.name == "1"
    assert count_characters(stored) == count_characters(folder)
    inputs, others = input_state(stored), input_state(folder)
    assert inputs is not None
    assert others is not None
    assert {s.file: s.digest for s in inputs.files.values()} == {
        s.file: s.digest for s in others.files.values()
    }
    assert content_fingerprint(stored) == open_published(stored_config, content_fingerprint)


def test_without_the_extra_its_name_is_told(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg_pool", None)
    config = Config(store=StoreSection(url="postgresql://host/library"))
    with pytest.raises(
        ConfigurationError, match=r"PostgreSQL needs the extra packages of footnote-bot\[postgres\]"
    ):
        check_place(config)
