"""Bytes to text: every encoding that articles come in, damage that shows, binary data refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.articles.decoding import decode, normalise_text
from index.errors import UnreadableFileError

ENGLISH = "The café closed – “for good”, they said. It cost €5."
LEGACY = {
    "cp1252": ENGLISH,
    "latin-1": "Le café est très bon. Où êtes-vous allés cet été ? Ça alors, garçon !",
    "cp1251": "Привет, мир. Это обычное предложение на русском языке. Оно короткое.",
    "koi8-r": "Привет, мир. Это обычное предложение на русском языке. Оно короткое.",
    "shift_jis": "彼は言った。「もう行く。」そして去った。日本語の文章です。",
    "gb18030": "他来了。她走了！为什么？因为下雨。中文文章在这里。",
    "big5": "他來了。她走了！為什麼？因為下雨。中文文章在這裡。",
    "euc-kr": "안녕하세요. 저는 학생입니다. 오늘 날씨가 좋습니다.",
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@given(text=st.text())
def test_unicode_comes_back(encoding: str, text: str) -> None:
    text = text.lstrip("\0\ufeff")  # they would make another mark of the mark before them
    data = text.encode(encoding, errors="replace")
    try:
        found = decode(data)
    except UnreadableFileError:
        assert encoding == "utf-8"  # a text of control characters
        assert any(ord(char) < 32 for char in text)
    else:
        expected = normalise_text(data.decode(encoding))
        # Without a mark, letters between zeros are UTF-16.
        assert found == expected or (encoding == "utf-8" and "\0" in text)


@pytest.mark.parametrize(("encoding", "text"), LEGACY.items())
def test_legacy_encodings_are_guessed(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_declared_encoding_counts_where_it_fits() -> None:
    assert decode("žluťoučký".encode("iso-8859-2"), "iso-8859-2") == "žluťoučký"
    assert decode("žluťoučký".encode(), "no-such-encoding") == "žluťoučký"
    assert decode("日本".encode(), "ascii") == "日本"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark(encoding: str) -> None:
    assert decode("Żółw, a turtle.".encode(encoding)) == "Żółw, a turtle."


def test_newlines_and_nul() -> None:
    assert decode(b"One.\r\nTwo.\rThree.\n" + b"x" * 100 + b"\0") == "One.\nTwo.\nThree.\n" + "x" * 100
    assert normalise_text("a\ud800b") == "a\ufffdb"


def test_damage_shows() -> None:
    text = "Прочитайте это" * 10
    assert decode(text.encode()[:-1]) == text[:-1] + "\ufffd"
    assert decode(b"\xff\xfe" + "Hello".encode("utf-16-le") + b"\0") == "Hello\ufffd"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"\x7fELF" + bytes(100),
        bytes(10),
        hashlib.shake_256(b"").digest(3000),
    ],
)
def test_binary_data_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="binary"):
        decode(data)


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text = decode(data)
    except UnreadableFileError:
        return
    assert "\0" not in text
    assert "\r" not in text
    text.encode()  # without lone surrogates
