"""Fingerprint of what determines an index's content."""

from dataclasses import fields, replace

import pytest

from index.storage.fingerprint import Fingerprint, difference, encoder_name, fingerprint, reader_name


def test_the_same_program_and_model_have_the_same_fingerprint() -> None:
    assert difference(fingerprint("model"), fingerprint("model")) is None
    assert (
        difference(fingerprint("model"), fingerprint("other"))
        == "the model changed since the index was built"
    )


@pytest.mark.parametrize("part", [field.name for field in fields(Fingerprint)])
def test_each_part_makes_a_difference_that_is_named(part: str) -> None:
    changed = replace(fingerprint("model"), **{part: "other"})
    message = difference(changed, fingerprint("model"))
    assert message
    assert "_" not in message
    assert message.endswith(" changed since the index was built")


def test_several_differences_are_all_named() -> None:
    changed = replace(fingerprint("model"), file_formats="other", passages="other")
    expected = "file parsing and passage segmentation changed since the index was built"
    assert difference(changed, fingerprint("model")) == expected


def test_exports_have_names_of_their_own_that_may_be_deleted() -> None:
    names = {encoder_name("model"), encoder_name("other"), reader_name("other")}
    assert {len(name) for name in names} == {32}
    assert encoder_name("model") != encoder_name("other")
