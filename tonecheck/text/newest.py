"""Finds the newest message of a mail: the writer's own words, without the mails below it and the block under the name.

Works on lines. A line is set aside only for a reason found in the mail itself; where the reason is weak, it stays: a
footer that is read costs little, a lost sentence may be the one that counted. Every search is a single pass over
one line or over a few joined lines of bounded length.
"""

from __future__ import annotations

import re

from tonecheck.text.layers import Piece
from tonecheck.text.phrases import (
    ABOVE_MARK,
    ANTIVIRUS,
    BANNER,
    CONTACT,
    DATE,
    DISCLAIMER_START,
    DISCLAIMER_SURE,
    DISCLAIMER_WEAK,
    FOOTER,
    FORWARD_START,
    HEADER,
    LIST_NAME,
    MOBILE,
    NAME,
    NARRATED,
    NO_FOOTER,
    OPENER,
    OPENS_AGAIN,
    OPENS_DATED,
    OTHER_NAME,
    PERSONAL,
    PHONE,
    PROSE_WORDS,
    SEPARATOR,
    SIGN_OFF,
    SIGN_OFF_NAME,
    TIME,
    TITLE,
    WORTH_KEEPING,
    WROTE,
    WROTE_AND_MORE,
)

_QUOTED = re.compile(r"[ \t]{0,3}>")
_DEEP = re.compile(r"[ \t]{0,3}> ?>(?! ?>)")
_RULE = re.compile(r"[ \t]*[_=*-]{5,}[ \t]*$")
_DELIMITER = re.compile(r"[ \t]*--[ \t]*$")
_LETTER = re.compile(r"[^\W\d_]")
_ADDRESS = re.compile(r"[\w.+-]@[\w-]")

_MAX_JOINED = 400
_MAX_ATTRIBUTION_LINES = 4
_MAX_HEADER_LINES = 20
_MAX_SIGNATURE_LINES = 15
_MAX_DISCLAIMER_LINES = 40
_MAX_FORWARDS = 10


def has_words(text: str) -> bool:
    """Tells whether there is at least one letter to read."""
    return bool(_LETTER.search(text))


def older_parts(text: str, *, is_reply: bool = False) -> list[Piece] | None:
    """Finds what is not the writer's newest message.

    Args:
        text: A whole mail as plain text.
        is_reply: The subject says that this is a reply.

    Returns:
        The pieces to set aside, of kind "quote", "signature" or "disclaimer"; None when nothing would be left.
    """
    lines = text.split("\n")
    kinds = _kinds(lines, is_reply)
    return None if kinds is None else _pieces(lines, kinds)


def around_forwarded(text: str) -> list[Piece]:
    """Finds what stands round the text of a forward without a comment: there, the forwarded text is the ticket."""
    lines = text.split("\n")
    kinds: list[str | None] = [None] * len(lines)
    begin = 0
    for _ in range(_MAX_FORWARDS):
        start, end = _first_history(lines[begin:])
        if not end or not any(map(_LETTER.search, lines[begin + end :])):
            break
        kinds[begin : begin + end] = ["signature"] * start + ["quote"] * (end - start)
        begin += end
        inner = _kinds(lines[begin:])
        if inner is not None:
            kinds[begin:] = inner
            break
    return _pieces(lines, kinds)


def _kinds(lines: list[str], is_reply: bool = False) -> list[str | None] | None:
    """Why each line is not the writer's newest message, None where it is; no list when no word of it would be left."""
    kinds: list[str | None] = [None] * len(lines)
    _mark_history(lines, kinds, is_reply)
    _mark_closing(lines, kinds)
    left = any(kind is None and _LETTER.search(line) for kind, line in zip(kinds, lines, strict=True))
    return kinds if left else None


def _pieces(lines: list[str], kinds: list[str | None]) -> list[Piece]:
    """Joins neighbouring lines of one kind to pieces, sorted and apart; a piece ends behind its last line break."""
    pieces: list[Piece] = []
    at = 0
    last = None
    for i, line in enumerate(lines):  # empty lines inside a piece belong to it
        if line.strip():
            last = kinds[i]
        elif kinds[i] is None:
            kinds[i] = last
    for kind, line in zip(kinds, lines, strict=True):
        end = at + len(line) + 1
        if kind and pieces and pieces[-1][0] == kind and pieces[-1][2] == at:
            pieces[-1] = (kind, pieces[-1][1], end)
        elif kind:
            pieces.append((kind, at, end))
        at = end
    if pieces and pieces[-1][2] == at:  # the last line has no line break
        kind, start, _ = pieces.pop()
        if start < at - 1:
            pieces.append((kind, start, at - 1))
    return pieces


# Older mails


def _mark_history(lines: list[str], kinds: list[str | None], is_reply: bool) -> None:
    """Marks the mails that this one answers or forwards."""
    own = False  # has the writer said something before this line?
    quoting = False  # has something introduced the quoted lines?
    i = 0
    while i < len(lines):
        line = lines[i]
        if not line or line.isspace():
            i += 1
            continue
        if _QUOTED.match(line):
            quoting = quoting or _is_attribution_quoted(lines, i)
            if quoting or line.strip() == ">":
                kinds[i] = "quote"
            i += 1
            continue
        if end := _history(lines, i):
            if not own and _is_above_mark(line):
                end = i + 1  # the mark stands first: what follows is the message
            elif not _is_quoted_next(lines, end):
                _mark_rest(lines, kinds, i)
                return
        else:
            n_lines, is_sure = _attribution(lines, i)
            end = i + n_lines
            if n_lines and not _is_quoted_next(lines, end):
                if own and is_sure:
                    _mark_rest(lines, kinds, i)
                    return
                end = i  # "Yesterday your colleague Bob wrote:" may be the writer's own tale
        if end > i:
            kinds[i:end] = ["quote"] * (end - i)
            quoting = True
            i = end
        elif quoting and _is_overflow(lines, i):
            kinds[i] = "quote"
            i += 1
        else:
            own = own or (bool(_LETTER.search(line)) and not _is_device_line(line))
            i += 1
    if not quoting:
        _mark_unannounced(lines, kinds, is_reply)


def _mark_rest(lines: list[str], kinds: list[str | None], i: int) -> None:
    """Marks all from line i on, with a rule drawn above it."""
    above = i - 1
    while above > 0 and not lines[above].strip():
        above -= 1
    if above > 0 and _RULE.match(lines[above]):
        i = above
    kinds[i:] = ["quote"] * (len(lines) - i)


def _history(lines: list[str], i: int) -> int:
    """Where the head of an older mail that begins at line i ends (exclusive); 0 when none begins here."""
    line = lines[i]
    if _is_above_mark(line):
        return i + 1
    if SEPARATOR.match(line) or FORWARD_START.match(line):
        return _header_block(lines, _next_text(lines, i + 1))[0] or i + 1
    if _RULE.match(line):
        j = _next_text(lines, i + 1)
        return _headers(lines, j) if j <= i + 3 else 0
    if TITLE.match(line):
        return _headers(lines, _next_text(lines, i + 1))
    if WROTE_AND_MORE.match(line):
        return i + 1
    return _headers(lines, i)


def _is_above_mark(line: str) -> bool:
    return ("##" in line or "this line" in line.lower()) and bool(ABOVE_MARK.search(line[:_MAX_JOINED]))


def _headers(lines: list[str], i: int) -> int:
    """The end of a From/Sent/To/Subject block that begins at line i, sure enough to stand alone; else 0."""
    first = HEADER.match(lines[i]) if i < len(lines) else None
    if not first or first.lastgroup not in ("sender", "date"):
        return 0
    end, kinds, has_address = _header_block(lines, i)
    if "sender" not in kinds or len(kinds & {"sender", "date", "to", "subject"}) < 3:
        return 0
    # "From: London, To: Paris, Date: 3 May" is a booking; a mail header has a subject or an address.
    return end if "subject" in kinds or has_address else 0


def _header_block(lines: list[str], i: int) -> tuple[int, set[str], bool]:
    """Reads header lines from line i on: where they end (0 when there are none), which they are, any address seen."""
    kinds: set[str] = set()
    has_address = False
    end = 0
    for j in range(i, min(i + _MAX_HEADER_LINES, len(lines))):
        line = lines[j]
        m = HEADER.match(line)
        if m and m.lastgroup:
            kinds.add(m.lastgroup)
            end = j + 1
        elif end == j and line.strip() and (line[0] in " \t" or line.rstrip().endswith((";", ">"))) and j > i:
            end = j + 1  # a long list of addresses goes on in the next line
        elif line.strip() or end < j:
            break
        has_address = has_address or bool(_ADDRESS.search(line))
    return end, kinds, has_address


def _first_history(lines: list[str]) -> tuple[int, int]:
    """The first head of an older mail: its first line and its end; (0, 0) when there is none."""
    for i, line in enumerate(lines):
        if line.strip() and not _QUOTED.match(line) and (end := _history(lines, i)):
            return i, end
    return 0, 0


def _attribution(lines: list[str], i: int) -> tuple[int, bool]:
    """How many lines "On Tuesday at 10:01, Bob <bob@x> wrote:" takes here (0: none), and whether it is surely one."""
    joined = ""
    for n in range(1, _MAX_ATTRIBUTION_LINES + 1):
        line = lines[i + n - 1].strip() if i + n <= len(lines) else ""
        joined = f"{joined} {line}" if joined else line
        if not line or len(joined) > _MAX_JOINED or _QUOTED.match(line):
            break
        if n > 1 and (OPENS_AGAIN.match(line) or not OPENER.match(lines[i].strip())):
            break  # the line above is the writer's, and the attribution begins further down
        if line.endswith((":", "-")) and (m := WROTE.search(joined)):
            has_address = "@" in joined
            dated = bool(DATE.search(joined))
            timed = bool(TIME.search(joined))
            if NARRATED.search(joined) and not has_address:
                break
            if OPENS_DATED.match(joined) and (dated or timed or has_address):
                return n, dated and (timed or has_address)
            if n <= 2 and (has_address or (m.start() < 60 and n == 1)):
                return n, has_address and (dated or timed or joined.startswith("---"))
    return 0, False


def _is_attribution_quoted(lines: list[str], i: int) -> bool:
    """Does the attribution stand inside the quote, as Apple's phones write it?"""
    bare = [line.lstrip(" \t>") for line in lines[i : i + _MAX_ATTRIBUTION_LINES]]
    return _attribution(bare, 0)[1]


def _mark_unannounced(lines: list[str], kinds: list[str | None], is_reply: bool) -> None:
    """Marks ">" lines that no line announced, when they surely quote a mail and not a prompt, a menu or an error."""
    quoted = [i for i, line in enumerate(lines) if _QUOTED.match(line)]
    if not quoted or not (is_reply or any(_DEEP.match(lines[i]) for i in quoted)):
        return
    introduced = False
    for i in quoted:
        if not (i and _QUOTED.match(lines[i - 1])):
            above = next((lines[j] for j in range(i - 1, max(i - 3, -1), -1) if lines[j].strip()), "")
            introduced = above.rstrip().endswith(":")  # "I get this error:" makes the quote the writer's own
        if not introduced:
            kinds[i] = "quote"


def _is_quoted_next(lines: list[str], i: int) -> bool:
    j = _next_text(lines, i)
    return j < len(lines) and bool(_QUOTED.match(lines[j]))


def _next_text(lines: list[str], i: int) -> int:
    while i < len(lines) and not lines[i].strip():
        i += 1
    return i


def _is_overflow(lines: list[str], i: int) -> bool:
    """Is this line the rest of a quoted line that some mail program broke without a new ">"?"""
    if not (0 < i < len(lines) - 1 and _QUOTED.match(lines[i - 1]) and _QUOTED.match(lines[i + 1])):
        return False
    above = lines[i - 1].rstrip()
    return len(above) >= 68 and above[-1] not in ".?!:" and len(lines[i]) < 40 and lines[i].strip()[:1].islower()


# What stands under the message


def _mark_closing(lines: list[str], kinds: list[str | None]) -> None:
    """Marks signatures, disclaimers and footers in what is left of the mail."""
    seen = 0  # paragraphs up to here were judged
    for i, line in enumerate(lines):
        if kinds[i] is None and line:
            if _is_device_line(line):
                kinds[i] = "signature"
            elif ANTIVIRUS.match(line) and not PERSONAL.search(line):
                kinds[i] = "disclaimer"
            elif i >= seen and (BANNER.match(line) or DISCLAIMER_START.match(line)):
                seen = _mark_disclaimer(lines, kinds, i)
    _mark_footer(lines, kinds)
    start = None
    for i in range(len(lines) + 1):
        is_own = i < len(lines) and kinds[i] is None
        if is_own and start is None:
            start = i
        elif not is_own and start is not None:
            _mark_signature(lines, kinds, start, i)
            start = None


def _mark_disclaimer(lines: list[str], kinds: list[str | None], i: int) -> int:
    """Marks the paragraph at line i, and those after it that go on in the same voice; gives the first line not judged."""
    while i < len(lines) and kinds[i] is None:
        end = i
        while end < len(lines) and lines[end].strip() and kinds[end] is None:
            end += 1
        if end - i > _MAX_DISCLAIMER_LINES or not _is_disclaimer(" ".join(lines[i:end])):
            return end
        kinds[i:end] = ["disclaimer"] * (end - i)
        i = _next_text(lines, end)
    return i


def _is_disclaimer(paragraph: str) -> bool:
    if PERSONAL.search(paragraph):
        return False  # no lawyer writes "I" or asks a question
    return bool(DISCLAIMER_SURE.search(paragraph)) or len(set(DISCLAIMER_WEAK.findall(paragraph.lower()))) > 1


def _is_device_line(line: str) -> bool:
    """Is this "Sent from my iPhone", and not "Sent from my iPhone two days ago and still no answer"?"""
    return bool(MOBILE.match(line)) and not NO_FOOTER.search(line)


def _is_footer(lines: list[str], i: int) -> bool:
    if FOOTER.match(lines[i]):
        return True
    under_rule = i > 0 and bool(_RULE.match(lines[i - 1]) or _DELIMITER.match(lines[i - 1]))
    return under_rule and bool(LIST_NAME.match(lines[i]))


def _mark_footer(lines: list[str], kinds: list[str | None]) -> None:
    """Marks the footer of a mailing list, with the rule above it, when it is the end of what the writer sent."""
    opening = next((i for i, line in enumerate(lines) if _LETTER.search(line)), len(lines))
    first = None
    n_below = 0
    for i in range(len(lines) - 1, opening, -1):  # one walk up from the end, as far as a footer may reach
        if kinds[i] is None and lines[i].strip():
            n_below += 1
            if n_below > _MAX_SIGNATURE_LINES or (PERSONAL.search(lines[i]) and "://" not in lines[i]):
                break
            if _is_footer(lines, i):
                first = i
    if first is None:
        return
    if kinds[first - 1] is None and (_RULE.match(lines[first - 1]) or _DELIMITER.match(lines[first - 1])):
        first -= 1
    for i in range(first, len(lines)):
        kinds[i] = kinds[i] or "signature"


def _mark_signature(lines: list[str], kinds: list[str | None], start: int, end: int) -> None:
    """Marks the signature that ends one stretch of the writer's lines, if there is one."""
    used = [i for i in range(max(start, end - 4 * _MAX_SIGNATURE_LINES), end) if lines[i].strip()]
    for k in range(len(used)):
        if _DELIMITER.match(lines[used[k]]) and len(used) - k - 1 <= _MAX_SIGNATURE_LINES:
            below = used[k + 1 :]
            if not any(_is_prose(lines[i], 8) or WORTH_KEEPING.search(lines[i]) for i in below):
                kinds[used[k] : end] = ["signature"] * (end - used[k])
                used = used[:k]
                break
    for k in range(len(used) - 1, max(-1, len(used) - 2 - _MAX_SIGNATURE_LINES), -1):
        line = lines[used[k]].strip()
        if len(line) < 60 and (SIGN_OFF.match(line) or SIGN_OFF_NAME.match(line)):
            _mark_contact(lines, kinds, used[k + 1 :])
            return
    _mark_name_block(lines, kinds, used)


def _mark_contact(lines: list[str], kinds: list[str | None], below: list[int]) -> None:
    """Marks name, title, firm and telephone below a sign-off; a plain first name, or a name alone, stays."""
    if below and len(lines[below[0]].split()) == 1 and _is_name(lines[below[0]]):
        below = below[1:]
    if len(below) == 1 and _is_name(lines[below[0]]):
        return
    if not below or not (_is_name(lines[below[0]]) or any(CONTACT.match(lines[i]) or PHONE.search(lines[i]) for i in below)):
        return  # "Monday 9 to 12" below the thanks is not a signature
    for i in below:
        if _is_prose(lines[i], 5):
            return
        if not WORTH_KEEPING.search(lines[i]):
            kinds[i] = "signature"


def _is_name(line: str) -> bool:
    return bool(NAME.match(line.strip()) or OTHER_NAME.match(line.strip()))


def _mark_name_block(lines: list[str], kinds: list[str | None], used: list[int]) -> None:
    """Marks a last paragraph of name, firm and telephone that no sign-off announces."""
    k = len(used) - 1
    while k > 0 and used[k - 1] == used[k] - 1:
        k -= 1
    block = used[k:]
    if not 2 <= len(block) <= 8 or k == 0 or lines[used[k - 1]].rstrip().endswith(":"):
        return
    first = lines[block[0]].strip()
    if not (NAME.match(first) and len(first.split()) > 1) or not any(CONTACT.match(lines[i]) for i in block[1:]):
        return
    if not any(_is_prose(lines[i], 5) or WORTH_KEEPING.search(lines[i]) for i in block):
        kinds[block[0] : block[-1] + 1] = ["signature"] * len(block)


def _is_prose(line: str, n_words: int) -> bool:
    """Is this a sentence that somebody wrote now, rather than a title, a firm or an address?"""
    if "?" in line and "://" not in line and "www." not in line:
        return True
    text = line.strip()
    if text.endswith(":") and "  " not in text:
        return True  # the heading of something to come
    if text[:3].upper().rstrip() in ("PS", "PS:", "P.S", "PS."):
        return True
    return (len(text.split()) >= n_words and bool(PROSE_WORDS.search(text))) or len(text) > 200
