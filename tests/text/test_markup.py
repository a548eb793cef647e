"""An HTML mail is read as a person sees it."""

import pytest

from tonecheck.text import read
from tonecheck.text.markup import is_html


def text(body: str) -> str:
    return read(None, body).text


PLAIN = [
    "My page shows <div> as text, why?",
    "<user> wrote to <email> and <url>, order <number>",
    "Bob <john@x.com> says a < b and c > d",
    "Use <br> between the lines",
    "if (a<b && c>d) { x }",
    "I <3 this printer",
    "The page <html><body><p>x</p></body></html> is blank, why?",
    "In `<p>text</p>` the tag is not closed",
    "",
]
MARKED_UP = [
    "<p>Hello</p>",
    "<!DOCTYPE html><html><body>Hello</body></html>",
    "<div>" * 5,
    "Hello<br>it is broken<br/>again",
    "Hello<div>it is broken</div>",
    "\n <table><tr><td>x</td></tr></table>",
]


@pytest.mark.parametrize("body", PLAIN)
def test_plain_text_stays_plain(body: str) -> None:
    assert not is_html(body)


@pytest.mark.parametrize("body", MARKED_UP)
def test_html_is_known(body: str) -> None:
    assert is_html(body)


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("<p>a</p><p>b &amp; c&nbsp;d &lt;x&gt;</p>", "a\n\nb & c d <x>"),
        ("<div>one<br>two</div><div>three</div>", "one\ntwo\nthree"),
        ("<p>list</p><ul><li>one</li><li>two</li></ul>", "list\n\n- one\n- two"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<p>a\n   b\t c</p>", "a b c"),
        ("<p>wo<b>rd</b></p>", "word"),
        ("<p>x &#x110000; y &#65; &bogus; z</p>", "x y A &bogus; z"),
        ("<p title='a>b'>seen</p>", "seen"),
        ("<p>a < b</p>", "a < b"),
        ("<p>seen<img alt='unseen'></p>", "seen"),
        ("<pre>a\n  b</pre>", "a\nb"),
    ],
)
def test_what_is_seen(body: str, seen: str) -> None:
    assert text(body) == seen


@pytest.mark.parametrize(
    "hidden",
    [
        "<style>p{color:red}</style>",
        "<script>var a='<p>x</p>'</script>",
        "<head><title>secret</title></head>",
        "<noscript>secret</noscript>",
        "<template><p>secret</p></template>",
        "<!-- secret <p>secret</p> -->",
        "<!--[if mso]><p>secret</p><![endif]-->",
        "<div style='display:none'>secret <div>secret</div></div>",
        "<div style='DISPLAY : NONE; color:red'>secret</div>",
        "<span style='font-size:0px'>secret</span>",
        "<span style='visibility:hidden'>secret</span>",
        "<div style='mso-hide:all'>secret</div>",
        "<p hidden>secret<div></div>",
        "<div><span hidden>secret</div>",
        "<table><tr><td hidden>secret<td></td></tr></table>",
    ],
)
def test_the_hidden_is_not_read_but_told(hidden: str) -> None:
    reading = read(None, f"<div>before {hidden} after</div>")
    assert reading.text.split() == ["before", "after"]
    assert {piece.kind for piece in reading.set_aside} == {"hidden"}


def test_small_letters_are_not_hidden() -> None:
    assert text("<p style='font-size:0.8em'>small</p>") == "small"


def test_a_word_is_never_split_by_markup() -> None:
    assert text("<p>i<span></span>di<!-- x -->ot</p>") == "idiot"


def test_a_forward_of_html_keeps_the_forwarded_mail() -> None:
    body = (
        '<div><br></div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>'
        "From: Jo &lt;jo@x.example&gt;<br>Date: Tue, 3 May 2022<br>Subject: Seat<br>To: help@x.example<br></div>"
        "<br>The seat was broken.</div>"
    )
    assert text(body) == "The seat was broken."


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        ("I use <br> and <br> here and my <script> is stripped. Help", "I use and here and my <script> is stripped. Help"),
        ("a <br> b <br> my <video> and <iframe src='x'> are gone", "a b my <video> and <iframe src='x'> are gone"),
        ("a <br> b <br> then <div hidden> is shown", "a b then is shown"),
        ("a <br> b <br> <script>x</script> c <style>d</style>", "a b c"),
        ("<html><head><title>x</title>\nHello, it is dead<br>please help", "Hello, it is dead please help"),
        ("<html><head><title>x</title><b>Hello</b>, it is dead", "Hello, it is dead"),
        ("<html><head><title>Hello, it is dead<br>please help", "Hello, it is dead please help"),
        ("<html><head>\n<title>x</title> <style>y</style>\n<o:z>1</o:z> </head>Hello<br>", "Hello"),
        ("<p>Hello</p><video src=x><p>it is dead", "Hello it is dead"),
    ],
)
def test_what_never_ends_hides_nothing(body: str, seen: str) -> None:
    reading = read(None, body)
    assert reading.text.split() == seen.split()
    assert reading.n_offered == len(reading.text)


def test_visible_quote_alone_is_read() -> None:
    assert text('<div><blockquote type="cite">only this</blockquote></div>') == "only this"


BOMBS = {
    "nested": "<div>" * 1_000_000,
    "unclosed": "<b><i><p>x" * 100_000,
    "attributes": "<div " + "a=1 " * 1_000_000 + ">x</div>",
    "script": "<p>x</p>" + "<script>" * 10_000,
    "characters": "<p>" + "&#x110000;" * 20_000,
    "cdata": "<p>x</p>" + "<![CDATA[" * 20_000,
    "comments": "<p>x</p>" + "<!--a>" * 20_000,
    "ampersands": "<p>x</p>" + "&" * 1_000_000,
    "less than": "<p>x</p>" + "<" * 1_000_000,
    "open tags": "<p>x</p>" + "<a" * 100_000,
    "open quotes": "<p>x</p>" + "<a b='>' " * 20_000,
    "quotes": "<p>x</p>" + "<blockquote>" * 20_000,
    "closings": "<p>x</p>" + "</div>" * 50_000,
    "videos": "<p>x</p>" + "<video>" * 50_000 + "</video>",
    "typed scripts": "a<br>b<br>" + "<script>" * 20_000,
    "hidden names": "a<br>b<br>" + "".join(f"<x{k} hidden>" for k in range(20_000)),
    "heads": "<html>" + "<head>x" * 50_000,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_bombs_end(bomb: str) -> None:
    reading = read(None, bomb)
    assert len(reading.text) <= 100_000
    assert reading.n_offered >= len(reading.text)


def test_tags_are_cut_in_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is counted, not timed: each bomb may look for the end of a tag once per tag, and never twice."""
    from tonecheck.text import markup

    for bomb in BOMBS.values():
        calls = 0
        original = markup._Page._markup_end

        def counted(self: markup._Page, start: int) -> int:
            nonlocal calls
            calls += 1
            return original(self, start)  # noqa: B023

        with monkeypatch.context() as patch:
            patch.setattr(markup._Page, "_markup_end", counted)
            markup.visible_text(bomb[:100_000])
        assert calls <= bomb[:100_000].count("<")
