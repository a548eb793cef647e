"""Shortens what machines wrote into a ticket: logs, traces and code to a few lines, addresses and numbers to masks.

Three lines of a log tell what it is; four hundred drown the sentence above it. The masks `<url>`, `<email>` and `<number>`
are the ones that the network was trained with.
"""

from __future__ import annotations

import re

from tonecheck.text.layers import Edit, Piece
from tonecheck.text.phrases import PROSE_WORDS

_N_WHOLE = 8
_N_FIRST = 3
_N_FORM = 12
_MAX_URLS_IN_A_ROW = 3

_FENCE = re.compile(r"[ \t]{0,3}(?:```|~~~)")
_LOG = re.compile(
    r"[ \t]{0,40}(?:"
    r"at \S|File \"|Traceback |Caused by:|\.{3} \d{1,5} (?:more|common)|--- End of|goroutine \d|Thread \d"
    r"|[\[(<]?(?:\d{4}[-/]\d\d?[-/]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4})[T ,]{1,2}\d\d?:\d\d:"
    r"|[\[(]?\d\d?:\d\d:\d\d|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) {1,2}\d\d? \d\d:\d\d:"
    r"|\[?(?:DEBUG|INFO|WARN|WARNING|ERROR|FATAL|TRACE|NOTICE|SEVERE|CRITICAL)\b[\]: ]|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3} "
    r"|(?:0x)?[0-9a-fA-F]{4,16}:? [0-9a-fA-F]{2,8} [0-9a-fA-F]{2,8}\b|[A-Za-z0-9+/=_-]{40,}[ \t]*$"
    r"|[a-zA-Z_][\w.$]{2,120}(?:Exception|Error)\b:?|\[[ \d.]{1,20}\] "
    r")"
)
_CODE = re.compile(
    r"(?: {4}|\t)[ \t]*\S|[ \t]*(?:[{}\[\]][{}\[\](),; \t]*$|\"[^\"]{0,200}\"[ \t]*:|</?[a-zA-Z][^>]{0,200}>|#include|//|/\*|\* )"
    r"|diff --git |index [0-9a-f]{6,}|@@ |\+{3} |--- [\w/]|[+-][ \t]*\S[^\n]{0,200}[{};=]|[^\n]{1,200}[;{}][ \t]*$"
)
_CODE_SIGN = re.compile(r"[{}()\[\];=<>_/\\|\"@]|:$")
_SYNTAX = re.compile("[{}=<>]")
_FORM = re.compile(r"[ \t]*[\w./() -]{1,50}(?::|=|\t)[ \t]*\S[^\n]{0,80}$|[ \t]*[\w./() -]{1,50}[:=][ \t]*$")

_URL = re.compile(r"<?\b(?:(?:https?|ftp|file)://|www\.)[^\s<>\"]+>?", re.I)
_URL_END = ".,;:!?)'*]}"
_GAP = " \t\n0123456789.,;:*|()[]<>-"
_EMAIL = re.compile(r"<?(?:mailto:)?(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,200}>?", re.I)
_NUMBER = re.compile("[0-9]{6,}")


def shortened_dumps(text: str) -> tuple[list[Edit], list[Piece]]:
    """Cuts every log, trace, dump or piece of code longer than eight lines to its first three and its last."""
    if text.count("\n") < _N_WHOLE:
        return [], []
    lines = text.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    edits: list[Edit] = []
    pieces: list[Piece] = []
    for kind, block in _blocks(lines):
        if len(block) > (_N_FORM if kind == "form" else _N_WHOLE):
            start, end = starts[block[_N_FIRST]], starts[block[-1]]
            edits.append((start, end, "[...]\n"))
            pieces.append(("code" if kind == "code" else "log", start, end))
    return edits, pieces


def _blocks(lines: list[str]) -> list[tuple[str, list[int]]]:
    """Groups neighbouring lines of one machine's voice; a single blank line does not end a block."""
    blocks: list[tuple[str, list[int]]] = []
    fenced = False
    last = -9
    for i, line in enumerate(lines):
        if not line.strip():
            continue
        is_fence = bool(_FENCE.match(line))
        kind = "code" if fenced or is_fence else _kind(line)
        if is_fence:
            fenced = not fenced
        if not kind:
            last = -9  # somebody speaks in between: what follows is another block
            continue
        if blocks and i - last <= 2 and _fits(blocks[-1][0], kind):
            blocks[-1][1].append(i)
        else:
            blocks.append((kind, [i]))
        last = i
    return blocks


def _fits(block: str, kind: str) -> bool:
    """Code and logs mix; a form stays by itself, so that a filled-in form is not cut for a log beside it."""
    return (block == "form") == (kind == "form")


def _kind(line: str) -> str | None:
    """The voice of one line: "log", "code", "form" (a name and its value), or None for a person's words."""
    if _LOG.match(line):
        return "log"
    n_words = len(line.split())
    is_speech = bool(PROSE_WORDS.search(line))
    if (
        _CODE.match(line)
        and (_CODE_SIGN.search(line) or n_words < 4)
        and not (is_speech and n_words > 5 and not _SYNTAX.search(line))
    ):
        return "code"
    if not is_speech and len(line) < 140 and n_words <= 8 and _FORM.match(line):
        return "form"
    return None


def masked(text: str) -> tuple[list[Edit], list[Piece]]:
    """Replaces addresses and long numbers by masks, and many web addresses in a row by a single mask."""
    edits: list[Edit] = []
    pieces: list[Piece] = []
    if "://" in text or "www." in text:
        edits = _few_urls(text, [_url_edit(m) for m in _URL.finditer(text)], pieces)
    taken = edits
    if "@" in text:
        found = [(m.start(), m.end() - len(m[0]) + len(m[0].rstrip(".-")), "<email>") for m in _EMAIL.finditer(text)]
        taken = _besides(taken, found)
    numbers = [(m.start(), m.end(), "<number>") for m in _NUMBER.finditer(text) if not _is_hex(text, m.start())]
    return _besides(taken, numbers), pieces


def _is_hex(text: str, start: int) -> bool:
    """An error code such as 0x80070005 says what is wrong, so it stays."""
    return text[max(start - 2, 0) : start].lower() == "0x"


def _url_edit(m: re.Match[str]) -> Edit:
    """One address, without the full stop or bracket of the sentence round it."""
    url = m[0]
    if url[0] != "<":
        url = url.rstrip(">").rstrip(_URL_END)
    return m.start(), m.start() + len(url), "<url>"


def _few_urls(text: str, urls: list[Edit], pieces: list[Piece]) -> list[Edit]:
    """Makes one edit of more than three addresses in a row."""
    edits: list[Edit] = []
    k = 0
    while k < len(urls):
        last = k
        while last + 1 < len(urls) and not text[urls[last][1] : urls[last + 1][0]].strip(_GAP):
            last += 1
        if last - k >= _MAX_URLS_IN_A_ROW:
            edits.append((urls[k][0], urls[last][1], "<url>"))
            pieces.append(("urls", urls[k][1], urls[last][1]))
        else:
            edits += urls[k : last + 1]
        k = last + 1
    return edits


def _besides(taken: list[Edit], more: list[Edit]) -> list[Edit]:
    """Adds the edits that do not overlap those already taken."""
    if not taken or not more:
        return taken or more
    ends = sorted(taken + more)
    first = set(taken)
    edits: list[Edit] = []
    for edit in ends:
        if edits and edit[0] < edits[-1][1]:
            if edit in first:
                edits[-1] = edit
            continue
        edits.append(edit)
    return edits
