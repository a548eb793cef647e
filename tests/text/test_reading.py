"""The laws of the way back, the limits, and the large inputs."""

import pickle
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonecheck.text import Reading, SetAside, Span, read

SCRAPS = [
    "<div>", "</div>", "<p hidden>", "<b>", "&amp;", "&#x110000;", "> ", "\n", "\r\n", "Hello there", "\u200b", "pаypal",
    "On Tue, 3 May 2022 at 10:01, Bob <b@x.example> wrote:", "e\u0301\u0302", "!!!!!!!!!!!", "http://a.b/c, ", "123456789",
    "-- ", "Thanks,", "From: a@b.c", "Sent: x", "Subject: y", "\ud800", "<!--", "-->", "<script>", "</script>", "  ", "\t",
    "2022-05-03 10:00:00 x\n", "<blockquote type=cite>", "</blockquote>", "’", "ｈｉ", "\xa0", "<br>", "<td>",
    "CONFIDENTIALITY NOTICE privileged", "Re: ", "x" * 250, "\n---- Original Message ----\n", "<head>", "<title>", "<video>",
]  # fmt: skip
bodies = st.lists(st.one_of(st.sampled_from(SCRAPS), st.text(max_size=6)), max_size=25).map("".join)


@settings(max_examples=150, deadline=None)
@given(bodies, bodies)
def test_laws_of_the_way_back(subject: str, body: str) -> None:
    reading = read(subject, body)
    sent = {"subject": subject, "body": body}
    reading.text.encode()
    assert reading == read(subject, body)
    assert reading.n_offered >= len(reading.text)
    before = (False, 0, 0)
    for k in range(len(reading.text)):
        spans = reading.origin(k, k + 1)
        for span in spans:
            assert 0 <= span.start < span.end <= len(sent[span.field])
        if spans:
            place = (spans[0].field == "body", spans[0].start, spans[-1].end)
            assert place >= before
            before = place
    last = ("", 0)
    for piece in reading.set_aside:
        assert 0 <= piece.span.start < piece.span.end <= len(sent[piece.span.field])
        assert last[0] != piece.span.field or last[1] <= piece.span.start
        last = (piece.span.field, piece.span.end)
    for layer in (layer for part in reading._parts for layer in part.layers):
        at = 0
        for start, end, _ in layer._edits:
            assert at <= start < end <= layer._length
            at = end


@settings(max_examples=150, deadline=None)
@given(bodies.filter(str.isascii).filter(lambda body: not re.search(r"[<`&@\x00-\x08\x0b-\x1f\x7f]|://|\[|[0-9]{6}", body)))
def test_kept_characters_are_the_original_characters(body: str) -> None:
    reading = read(None, body)
    for k, letter in enumerate(reading.text):
        (span,) = reading.origin(k, k + 1)
        original = body[span.start : span.end]
        assert original == letter or not original.strip() or "\n" in original


@settings(max_examples=100, deadline=None)
@given(bodies, bodies)
def test_not_cleaned_is_as_sent(subject: str, body: str) -> None:
    parts = [re.sub("[\ud800-\udfff]", "\ufffd", part) for part in (subject, body) if part]
    reading = read(subject, body, clean=False)
    assert reading.text == "\n".join(parts)
    assert reading.set_aside == ()
    assert reading.n_offered == len(reading.text)


def test_origin_of_words_masks_and_folds() -> None:
    body = "Hi Bob,\r\nthe p\u200bage https://x.example/y fails &amp; stays"
    reading = read("Re: page", body)
    for word, original in [
        ("page\n", "page"),
        ("<url>", "https://x.example/y"),
        ("fails", "fails"),
        ("stays", "stays"),
    ]:
        at = reading.text.index(word)
        spans = reading.origin(at, at + len(word))
        assert "".join({"subject": "Re: page", "body": body}[s.field][s.start : s.end] for s in spans) == original
    at = reading.text.index("page", 5)
    assert reading.origin(at, at + 4) == (Span("body", 13, 14), Span("body", 15, 18))
    assert reading.origin(3, 3) == ()
    assert reading.origin(0, 10**9)[-1].end == len(body)


def test_origin_in_html() -> None:
    body = "<div><p>a &lt;b <i>wor</i>d</p></div>"
    reading = read(None, body)
    assert reading.text == "a <b word"
    at = reading.text.index("<")
    assert reading.origin(at, at + 1) == (Span("body", body.index("&lt;"), body.index("&lt;") + 4),)
    spans = reading.origin(reading.text.index("word"), len(reading.text))
    assert [body[s.start : s.end] for s in spans] == ["wor", "d"]


def test_a_reading_is_a_value() -> None:
    reading = read("a", "b <c@d.example>\n\nSent from my iPhone")
    again: Reading = pickle.loads(pickle.dumps(reading))
    assert again == reading
    assert again.origin(0, 5) == reading.origin(0, 5)
    assert read(None, "x").text == read("", "x").text == "x"
    assert read("x", "").text == "x"


def test_limits_are_told() -> None:
    body = "word " * 40_000
    reading = read("s" * 1_500, body)
    assert SetAside("beyond_limit", Span("body", 100_000, 200_000)) in reading.set_aside
    assert SetAside("beyond_limit", Span("subject", 1_000, 1_500)) in reading.set_aside
    assert 0.45 < len(reading.text) / reading.n_offered < 0.55
    whole = read(None, body[:100_000])
    assert whole.n_offered == len(whole.text)
    assert read(None, body, clean=False).text == body[:100_000]


def test_limits_of_html_are_told() -> None:
    body = "<p>word</p>" * 200_000
    reading = read(None, body)
    assert len(reading.text) <= 100_000
    assert SetAside("beyond_limit", Span("body", 1_000_000, len(body))) in reading.set_aside
    assert 0.05 < len(reading.text) / reading.n_offered < 0.12


FORMS = {
    "words": "hello world ",
    "one word": "abcdefghij",
    "!": "!",
    "spaces": " ",
    "emoji": "😡",
    "CJK": "漢字",
    "RTL": "שלום ",
    "marks": "e\u0301\u0302\u0303",
    "[SEP]": "[SEP] ",
    "newlines": "\n",
    "CRLF": "a\r\n",
    "quotes": "> hi\n",
    "disclaimers": "This email is \n",
    "rules": "_" * 30 + "\n",
    "dashes": "-- \n",
    "at": "a@",
    "wrote": "wrote:\n",
    "headers": "From: a@b.example\nSent: x\n",
    "surrogates": "\ud800",
}


@pytest.mark.parametrize("size", [1_000_000, 10_000_000])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_large_texts_end(form: str, size: int) -> None:
    reading = read(None, form * (size // len(form)))
    assert len(reading.text) < reading.n_offered
    assert len(reading.text) <= 140_000  # a mask may be longer than what it masks
