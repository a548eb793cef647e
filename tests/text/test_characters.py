"""What cannot be seen goes, and what only looks different becomes the same."""

import pytest

from tonecheck.text import read


def text(body: str) -> str:
    return read(None, body).text


CONTROLS = [chr(k) for k in (*range(0x20), *range(0x7F, 0xA0))]
NONCHARACTERS = [chr(k) for k in range(0xFDD0, 0xFDF0)] + [
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
]


@pytest.mark.parametrize("odd", [c for c in CONTROLS if c not in "\n\r\t\x85"] + NONCHARACTERS, ids=ascii)
def test_controls_and_noncharacters_leave_no_trace(odd: str) -> None:
    assert text(f"{odd}it is bro{odd}ken{odd}") == "it is broken"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028", "\u2029"], ids=ascii)
def test_every_newline_is_a_newline(newline: str) -> None:
    assert text(f"one{newline}two") == "one\ntwo"


def test_all_surrogates() -> None:
    for code in range(0xD800, 0xE000):
        body = f"a{chr(code)}b"
        assert text(body) == "ab"
        kept = read(chr(code), body, clean=False)
        assert kept.text == "\ufffd\na\ufffdb"
        kept.text.encode()
    assert text("\ude00\ud83d wrong way round \ud83d") == "wrong way round"


INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\xad\u180e\u202a\u202e\u2066\u2069\u200e\u200f\ue000\U000e0041\ufe0f"


@pytest.mark.parametrize("unseen", INVISIBLE, ids=ascii)
def test_the_unseen_is_dropped(unseen: str) -> None:
    assert text(f"you i{unseen}diot") == "you idiot"


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [
        ("Ｙｏｕ　ａｒｅ　ｌａｔｅ！", "You are late!"),
        ("𝐲𝐨𝐮 𝓁𝒾𝒶𝓇 𝟙𝟚", "you liar 12"),
        ("ⓘⓓⓘⓞⓣ 🅸🅳", "idiot ID"),
        ("don’t “stop” – now…", 'don\'t "stop" - now...'),
        ("don`t and don´t", "don't and don't"),
        ("a\xa0b\u2003c", "a b c"),
        ("yоu аrе a liаr", "you are a liar"),
        ("pаypаl", "paypal"),
        ("cafe\u0301", "café"),
        ("i\u0336d\u0336i\u0336o\u0336t\u0336", "idiot"),
        ("z\u0300\u0301\u0302\u0303a\u0301\u0302\u0303lgo", "zálgo"),
    ],
)
def test_look_alikes_become_ordinary(sent: str, read_as: str) -> None:
    assert text(sent) == read_as


@pytest.mark.parametrize(
    "real",
    [
        "Привет, принтер не работает",
        "Καλημέρα σας",
        "USBшка",
        "Grüße aus Łódź",
        "東京は雨です",
        "naïve façade",
        "`ls -l` fails",
    ],
)
def test_real_words_stay(real: str) -> None:
    assert text(real) == real


def test_keys_held_down_and_endless_words() -> None:
    assert text("help" + "!" * 100) == "help!!!!!!!!"
    assert text("h" + "e" * 30 + "lp") == "heeeeeeeelp"
    assert text("ab" * 200) == "ab" * 50
    assert text("ab" * 100) == "ab" * 100
    assert text("東京" * 200) == "東京" * 200


def test_blanks() -> None:
    assert text("  a \t b  \n\n\n\n c\n  d \n") == "a b\n\nc\nd"
    for nothing in ("", " ", "\n\n", "\t", "\u200b", " \u200b\n", "\xa0", "\u3000"):
        assert read(nothing, nothing).text == ""
