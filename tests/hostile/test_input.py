"""Every bad input of the issue: a finite score, an abstention, or an InputError; never a traceback from below, never its text.

The arithmetic of the network is stubbed here, as 100,000 characters of words cost it seconds; the slow tests run it too.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonecheck import AXES, InputError, Scorer, Ticket, TicketScore

NOT_TICKETS: dict[str, Any] = {
    "None": None,
    "NaN": math.nan,
    "numpy's NaN": np.nan,
    "infinity": math.inf,
    "bytes": b"please help",
    "bytearray": bytearray(b"please help"),
    "an int": 7,
    "a float": 1.5,
    "a bool": True,
    "a list": ["please help"],
    "a tuple": ("please help",),
    "a dict": {"body": "please help"},
    "a set": {"please help"},
    "an array": np.array(["please help"]),
    "a function": print,
    "a class": str,
    "a generator": (letter for letter in "please help"),
}


def check(score: TicketScore) -> TicketScore:
    """Finite everywhere or abstained everywhere, and fit for a file."""
    values = [getattr(score, axis) for axis in AXES] + list(score.signals.values())
    if score.abstained is None:
        assert all(0 <= value <= 1 for value in values)
        assert score.n_tokens > 0
    else:
        assert all(math.isnan(value) for value in values)
    assert 0 <= score.read_fraction <= 1
    json.dumps(score.as_dict(), allow_nan=False).encode()
    return score


@pytest.mark.parametrize("name", NOT_TICKETS)
def test_what_is_no_ticket_is_refused_with_index_and_type(light_scorer: Scorer, name: str) -> None:
    value = NOT_TICKETS[name]
    kind = "NaN" if isinstance(value, float) and math.isnan(value) else type(value).__name__
    with pytest.raises(InputError, match=kind) as alone:
        light_scorer.score(value)
    assert alone.value.index is None
    seen = []
    with pytest.raises(InputError, match=rf"index 3.*{kind}") as among:
        seen.extend(light_scorer.score_many(["please help", "", "my site is down", value, "please help"]))
    assert among.value.index == 3
    assert len(seen) == 3
    for error in (alone.value, among.value):
        assert "please help" not in str(error)
        assert error.__cause__ is None


def test_pandas_na_is_refused(light_scorer: Scorer) -> None:
    pandas = pytest.importorskip("pandas")
    with pytest.raises(InputError, match="NAType"):
        light_scorer.score(pandas.NA)
    with pytest.raises(InputError, match="NAType"):
        Ticket(subject=pandas.NA, body="x")
    with pytest.raises(InputError, match="NAType"):
        Ticket(body=pandas.NA)
    with pytest.raises(InputError, match="index 1"):
        list(light_scorer.score_many(pandas.Series(["please help", None], dtype=object)))


EMPTY = (
    "", " ", "   ", "\n", "\r\n\r\n", "\t", "\x0b\x0c", "\u00a0", "\u2007\u202f\u3000", "\u200b", "\u200b\u200c\u200d\u2060",
    "\ufeff", "\u00ad", "\x00", "\x00\x01\x1f\x7f\x9f", "\u202e\u202c\u2066\u2069", "\u180e\u034f", "\ufe0f", "\U000e0041",
)  # fmt: skip
EMPTY_HTML = (
    "<p></p>", "<div>&nbsp;</div>", "<html><body><script>var words = 1</script></body></html>",
    "<div style='display:none'>words</div>", "<div>\u200b<br><br></div>", "<html><head><title>words</title></head></html>",
)  # fmt: skip


@pytest.mark.parametrize("text", EMPTY, ids=ascii)
def test_nothing_to_see_is_empty_each_time(scorer: Scorer, text: str) -> None:
    for score in (scorer.score(text), scorer.score(Ticket(subject=text, body=text)), *scorer.score_many([text] * 3)):
        assert check(score).abstained == "empty"
        assert score.n_tokens == 0


@pytest.mark.parametrize("body", EMPTY_HTML, ids=ascii)
def test_a_mail_without_visible_words_is_empty_each_time(scorer: Scorer, body: str) -> None:
    for score in (scorer.score(body), scorer.score(Ticket(subject=" ", body=body)), *scorer.score_many([body] * 3)):
        assert check(score).abstained == "empty"


def nested(tag: str, n: int) -> str:
    return f"<{tag}>" * n + "help me please" + f"</{tag}>" * n


def levels(n: int) -> str:
    return "help me please\n" + "\n".join(">" * level + " x" for level in range(1, n + 1))


BIG: dict[str, Callable[[int], str]] = {
    "words": lambda n: ("my printer is broken again today. " * (n // 34 + 1))[:n],
    "words on one line each": lambda n: "help\n" * (n // 5),
    "one word": lambda n: "a" * n,
    "one word of capitals and signs": lambda n: "A-" * (n // 2),
    "exclamation marks": lambda n: "!" * n,
    "help and exclamation marks": lambda n: "help" + "!" * n,
    "spaces": lambda n: " " * n,
    "newlines": lambda n: "\n" * n,
    "carriage returns": lambda n: "\r" * n,
    "zero-width spaces": lambda n: "\u200b" * n,
    "emoji": lambda n: "\U0001f600" * n,
    "help and emoji": lambda n: "help me please " + "\U0001f600 " * (n // 2),
    "families": lambda n: "\U0001f468\u200d\U0001f469\u200d\U0001f467" * (n // 5),
    "CJK": lambda n: "我的网站打不开" * (n // 7),
    "Arabic": lambda n: "الموقع لا يعمل " * (n // 15),
    "Thai": lambda n: "เว็บไซต์ของฉันใช้งานไม่ได้" * (n // 26),
    "combining marks": lambda n: "e\u0301\u0302\u0303" * (n // 4),
    "one letter with all the marks": lambda n: "e" + "\u0301" * n,
    "bidi overrides": lambda n: "\u202ehelp\u202c " * (n // 7),
    "[SEP]": lambda n: "[SEP] " * (n // 6),
    "[SEP] without blanks": lambda n: "[SEP]" * (n // 5),
    "tickets on tickets": lambda n: "On Mon, 3 May 2021 at 10:01, Bob <b@x.org> wrote:\n> hi\n" * (n // 54),
    "levels of >": lambda n: levels(max(1, int(math.sqrt(2 * n)))),
    "nested div": lambda n: nested("div", n // 11),
    "nested b": lambda n: nested("b", n // 7),
    "nested blockquote": lambda n: nested("blockquote", n // 25),
    "nested table": lambda n: nested("table><tr><td", n // 40),
    "unclosed p": lambda n: "<p>help me please" + "<p>x" * (n // 4),
    "closed but never opened": lambda n: "<p>help me please" + "</div>" * (n // 6),
    "attributes": lambda n: "<div " + "a=b " * (n // 4) + ">help me please</div>",
    "a quoted attribute that never ends": lambda n: "<div a='" + "x" * n + "<p>help me please</p>",
    "comments that never end": lambda n: "<p>help me please</p>" + "<!--a>" * (n // 6),
    "CDATA that never ends": lambda n: "<p>help me please</p>" + "<![CDATA[" * (n // 9),
    "a script that never ends": lambda n: "<p>help me please</p><script>" + "x<y " * (n // 4),
    "less-than signs": lambda n: "<p>help me please</p>" + "<" * n,
    "ampersands": lambda n: "<p>help me please</p>" + "&" * n,
    "entities beyond Unicode": lambda n: "<p>help me please " + "&#x110000;" * (n // 10) + "</p>",
    "entities of surrogates": lambda n: "<p>help me please " + "&#xd800;" * (n // 8) + "</p>",
    "hidden words": lambda n: "<p>help me please</p>" + "<p style='display:none'>secret</p>" * (n // 34),
    "web addresses": lambda n: "see https://example.org/a?b=c#d and " * (n // 36),
    "mail addresses": lambda n: "anna@example.org, " * (n // 18),
    "numbers": lambda n: "1234567 " * (n // 8),
    "a log": lambda n: "2024-05-03 10:00:00 ERROR something failed\n" * (n // 43),
    "code": lambda n: "    if (a) { b(); }\n" * (n // 20),
    "backticks": lambda n: "`" * n,
    "fences": lambda n: "```\n" * (n // 4),
    "brackets": lambda n: "[" * n,
    "NULs": lambda n: "\x00" * n,
    "help and NULs": lambda n: "help me please" + "\x00" * n,
    "surrogates": lambda n: "\ud800" * n,
    "help and surrogates": lambda n: "help me please" + "\udc00" * n,
    "U+FFFD": lambda n: "\ufffd" * n,
    "private use": lambda n: "\ue000" * n,
    "look-alikes": lambda n: "уоu аrе idiоts " * (n // 15),
    "dashes": lambda n: "-" * n,
    "underscores and names": lambda n: "help me please\n" + "_" * n + "\nFrom: a@b.c\nSent: x\nTo: y\nSubject: z\n",
}


@pytest.mark.parametrize("name", BIG)
def test_a_megabyte_of_anything_is_scored_or_abstained_from(light_scorer: Scorer, light_raw_scorer: Scorer, name: str) -> None:
    text = BIG[name](1_000_000)
    score = check(light_scorer.score(text))
    check(light_raw_scorer.score(text))
    assert len(light_scorer.read(text).text) <= 200_000  # a mask may be longer than its number
    if "help" in text[:20]:
        assert score.abstained != "empty"


@pytest.mark.parametrize("name", ["words", "one word", "exclamation marks", "emoji", "CJK", "nested div", "combining marks"])
def test_ten_megabytes_of_anything_are_scored_or_abstained_from(light_scorer: Scorer, name: str) -> None:
    text = BIG[name](10_000_000)
    score = check(light_scorer.score(text))
    assert score.read_fraction < 1 or score.abstained is not None
    check(light_scorer.score(Ticket(subject=text, body="help me please")))


@pytest.mark.slow
@pytest.mark.parametrize("n", [1_000_000, 10_000_000])
@pytest.mark.parametrize("name", BIG)
def test_the_real_network_reads_megabytes_of_anything(scorer: Scorer, name: str, n: int) -> None:
    check(scorer.score(BIG[name](n)))


def test_the_real_network_reads_a_long_ticket(scorer: Scorer) -> None:
    score = check(scorer.score("my printer is broken again today. " * 300))
    assert (score.read_fraction, score.abstained) == (1.0, None)


def test_only_the_beginning_of_a_huge_ticket_is_read_and_the_score_says_so(light_scorer: Scorer) -> None:
    one, ten = (light_scorer.score(BIG["words"](n)) for n in (1_000_000, 10_000_000))
    assert 0.09 < one.read_fraction < 0.11
    assert 0.009 < ten.read_fraction < 0.011
    assert one.n_tokens == ten.n_tokens


def test_a_million_nested_tags(light_scorer: Scorer) -> None:
    for tag in ("div", "b", "blockquote", "span", "unknown"):
        check(light_scorer.score(nested(tag, 1_000_000)))
    assert light_scorer.read(nested("div", 10_000)).text == "help me please"


def test_ten_thousand_levels_of_quotes(light_scorer: Scorer) -> None:
    assert light_scorer.read(levels(200)).text == "help me please"
    check(light_scorer.score(levels(1_000)))
    deep = "help me please\n" + "> " * 10_000 + "older words\n" + ">" * 10_000 + "older words"
    assert check(light_scorer.score(deep)).abstained is None
    every = "help me please\n" + "\n".join(f"{'>' * level} older" for level in range(1, 10_001))
    assert check(light_scorer.score(every)).abstained is None


CONTROLS = [chr(code) for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))]


@pytest.mark.parametrize("control", CONTROLS, ids=ascii)
def test_every_control_character(scorer: Scorer, light_raw_scorer: Scorer, control: str) -> None:
    assert check(scorer.score(control)).abstained == "empty"
    assert check(scorer.score(f"help{control} me")).abstained is None
    check(light_raw_scorer.score(f"help{control}me"))
    check(light_raw_scorer.score(control * 3))
    if not control.isspace() and control not in "\x1c\x1d\x1e\x1f\x85":
        assert scorer.score(f"{control}my si{control}te is down{control}") == scorer.score("my site is down")


def test_all_control_characters_at_once(scorer: Scorer) -> None:
    check(scorer.score("".join(CONTROLS)))
    check(scorer.score("".join(f"help{control}" for control in CONTROLS)))


def test_every_lone_surrogate(scorer: Scorer, light_raw_scorer: Scorer) -> None:
    expected = scorer.score("my site is down")
    for code in range(0xD800, 0xE000):
        half = chr(code)
        assert check(light_raw_scorer.score(f"help {half} me")).abstained is None
        reading = scorer.read(f"{half}my si{half}te is down{half}")
        assert reading.text == "my site is down"
        if code % 97 == 0:
            assert check(scorer.score(f"{half}my si{half}te is down{half}")) == expected
            assert check(scorer.score(half)).abstained == "empty"


def test_surrogates_at_the_limit_and_the_wrong_way_round(light_scorer: Scorer, light_raw_scorer: Scorer) -> None:
    for scorer in (light_scorer, light_raw_scorer):
        for n in (99_999, 100_000, 100_001):
            check(scorer.score("help " * (n // 5) + "x" * (n % 5 - 1) + "\ud83d\ude00"))
        check(scorer.score("help \ude00\ud83d me"))
        check(scorer.score("help " + "".join(map(chr, range(0xD800, 0xE000)))))


@pytest.mark.parametrize(
    "code", [*range(0xFDD0, 0xFDF0), *(plane << 16 | last for plane in range(17) for last in (0xFFFE, 0xFFFF))], ids=hex
)
def test_every_noncharacter(light_scorer: Scorer, light_raw_scorer: Scorer, code: int) -> None:
    for text in (chr(code), f"please {chr(code)} help", f"please{chr(code)}help me with my site"):
        check(light_scorer.score(text))
        check(light_raw_scorer.score(text))


@pytest.mark.parametrize("name", ["[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "<s>", "##ing"])
def test_a_special_name_in_a_ticket_is_only_text(scorer: Scorer, name: str) -> None:
    windows = scorer._engine.tokenizer.windows(scorer.read(f"my site {name} is down {name}").text)
    (ids,) = (window.input_ids for window in windows)
    vocabulary = scorer._engine.tokenizer._tokenizer
    for special in ("[CLS]", "[SEP]", "[PAD]", "[MASK]"):
        n = ids.count(vocabulary.token_to_id(special))
        assert n == (1 if special in ("[CLS]", "[SEP]") else 0)
    check(scorer.score(name))
    check(scorer.score(f"my site {name} is down {name}"))


def test_an_error_below_never_carries_the_ticket(scorer: Scorer) -> None:
    """When the network itself fails, the user gets our error, without a word of the ticket and without a chain to it."""
    from tonecheck import ModelError

    with pytest.raises(ModelError, match=r"model\.onnx failed") as caught:
        scorer._engine.network.logits((10**9,))
    assert "1000000000" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


pieces = st.sampled_from(
    [
        "help", " ", "\n", "\r", "\x00", "\ud800", "\udfff", "\u200b", "\u0301", "\U0001f600", "我", "<div>", "</div>", "<", ">",
        "&",
        "&nbsp;", "<!--", "-->", "<script>", "[SEP]", "On Mon, 3 May 2021 at 10:01, Bob <b@x.org> wrote:", "> ", "-- \n",
        "https://x.org", "a@b.c", "From: a", "Sent: b", "To: c", "Subject: d", "```", "    x = {1}", "_" * 9, "\x85", "\u2028",
        "Sent from my iPhone", "Kind regards,", "1234567", "\U0001fffe", "\U0010ffff", "`", "'", '"', "=", "/",
        "<a href='", "style=",
    ]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(pieces, max_size=60).map("".join), st.lists(pieces, max_size=8).map("".join))
def test_any_mixture_of_bad_things(light_scorer: Scorer, light_raw_scorer: Scorer, body: str, subject: str) -> None:
    for scorer in (light_scorer, light_raw_scorer):
        check(scorer.score(body))
        check(scorer.score(Ticket(subject=subject, body=body)))
        scorer.read(body).text.encode()


def test_messages_of_our_errors_hold_no_value_of_any_type(light_scorer: Scorer) -> None:
    secret = "qzxwv"
    for value in (secret.encode(), [secret], {secret: secret}, (secret,), {secret}, np.array([secret])):
        for call in (
            light_scorer.score,
            Ticket.of,
            lambda value: list(light_scorer.score_many([value])),
            lambda value: Ticket(value, "x"),
        ):
            with pytest.raises(InputError) as caught:
                call(value)
            assert not re.search(secret, f"{caught.value} {caught.value!r}")
