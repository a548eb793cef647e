"""Makes the letters plain: what is invisible goes, and what only looks different becomes the same.

The network saw ordinary text. An insult written with zero-width spaces, full-width letters or Cyrillic look-alikes is
the same insult, and a stray control character must not change a score.
"""

from __future__ import annotations

import re
import unicodedata

from tonecheck.text.layers import Edit

SURROGATE = re.compile("[\ud800-\udfff]")

_ASCII_ODD = re.compile(r"\r\n?|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|(?<=[A-Za-z])`(?=[A-Za-z])")

_NEWLINES = "\r\x85\u2028\u2029"
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
_DROPPED = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"  # C0 and C1 controls
    "\xad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufdd0-\ufdef\ufff0-\uffff"  # noncharacters, specials, and U+FFFD, which stands for nothing
    "\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff"  # lone surrogates, private use, tags
)
_NONCHARACTERS = "".join(chr(plane << 16 | last) for plane in range(1, 14) for last in (0xFFFE, 0xFFFF))
_FOLDED = (
    "‘’‚‛ʼʹ′´ʻ“”„‟″«»‹›‐‑‒–—―−…"
    "\u2100-\u214f\u2160-\u217f\u2460-\u24ff\ufb00-\ufb06\ufe50-\ufe6b\uff01-\uff5e"
    "\U0001d400-\U0001d7ff\U0001f110-\U0001f12b\U0001f130-\U0001f189"
)
_ODD = re.compile(
    rf"\r\n|[{_NEWLINES}]|[{_SPACES}]|[{_DROPPED}{_NONCHARACTERS}]+|[{_FOLDED}]|[^\W\d_]?[{_MARKS}]+"
    r"|(?<=[A-Za-z])`(?=[A-Za-z])"
)
_ANY_ODD = re.compile(f"[`{_NEWLINES}{_SPACES}{_DROPPED}{_NONCHARACTERS}{_FOLDED}{_MARKS}]")
_IS_DROPPED = re.compile(f"[{_DROPPED}{_NONCHARACTERS}]")
_IS_MARK = re.compile(f"[{_MARKS}]")

_PLAIN = (
    dict.fromkeys(map(ord, "‘’‚‛ʼʹ′´ʻ‹›"), "'")
    | dict.fromkeys(map(ord, "“”„‟″«»"), '"')
    | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-")
    | {ord("…"): "..."}
)
# Negative squared letters have no NFKC form; regional indicators (flags) lie outside these blocks.
_PLAIN |= {0x1F150 + k: chr(65 + k) for k in range(26)} | {0x1F170 + k: chr(65 + k) for k in range(26)}

# The look-alikes of Unicode TR 39 that are found in ordinary fonts, and no more.
_TWINS = str.maketrans(
    "аеорсхуіјѕԁһѵԛԝАВЕКМНОРСТХІЈЅУɑɡοανιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcxyijsdhvqwABEKMHOPCTXIJSYagoaviABEZHIKMNOPTYX",
)
_MEETING = re.compile("[A-Za-z][ɑɡͰ-ϿЀ-ԯ]|[ɑɡͰ-ϿЀ-ԯ][A-Za-z]")
_WORD = re.compile(r"[^\W\d_]+")
_OTHER_SCRIPT = re.compile("[Ͱ-ϿЀ-ԯ]")


def plain_characters(text: str) -> list[Edit]:
    """Drops what cannot be seen and writes quotes, dashes, spaces and letters in their ordinary form."""
    if text.isascii():
        return [(m.start(), m.end(), _ascii(m[0])) for m in _ASCII_ODD.finditer(text)]
    if not _ANY_ODD.search(text):  # one set of characters is searched much faster than the patterns
        return []
    return [(m.start(), m.end(), new) for m in _ODD.finditer(text) if (new := _ordinary(m[0])) != m[0]]


def _ascii(odd: str) -> str:
    if odd[0] == "\r":
        return "\n"
    return "'" if odd == "`" else ""


def _ordinary(odd: str) -> str:
    """What stands for one odd character, or for a letter with its marks."""
    first = odd[0]
    if first in _NEWLINES:
        return "\n"
    if first == "`":
        return "'"
    if _IS_DROPPED.match(first):
        return ""
    if _IS_MARK.match(odd[-1]):
        return _one_mark(odd)
    if first.isspace():
        return " "
    if ord(first) in _PLAIN:
        return _PLAIN[ord(first)]
    folded = unicodedata.normalize("NFKC", first)
    return folded if folded.isascii() else first


def _one_mark(letter: str) -> str:
    """Keeps the first mark of a letter, where the two are one letter of some alphabet; a pile of marks is noise."""
    if _IS_MARK.match(letter[0]):
        return ""  # marks with no letter under them
    composed = unicodedata.normalize("NFC", letter[:2])
    return letter[0] if letter[0].isascii() and len(composed) > 1 else composed


def plain_letters(text: str) -> list[Edit]:
    """Writes look-alike letters in Latin, inside words that are otherwise Latin; real Russian and Greek stay."""
    if text.isascii() or not _MEETING.search(text):
        return []
    edits: list[Edit] = []
    for m in _WORD.finditer(text):
        word = m[0]
        if word.isascii():
            continue
        latin = word.translate(_TWINS)
        # A word such as "USBшка" mixes scripts openly: a letter without a twin shows that it hides nothing.
        if latin != word and re.search("[A-Za-z]", word) and not _OTHER_SCRIPT.search(latin):
            edits.append((m.start(), m.end(), latin))
    return edits


def without_surrogates(text: str) -> list[Edit]:
    """Replaces half characters, which cannot be written as UTF-8, by U+FFFD."""
    return [(m.start(), m.end(), "\ufffd") for m in SURROGATE.finditer(text)]
