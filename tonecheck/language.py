"""Which language a text is in. The only file that imports the language detector, CLD2.

CLD2 is right on sentences and over-sure of scraps: it calls "system frozen on startup" Danish and "Scam" Latin. So its
word is taken against English only where the text itself bears it out: enough letters, a language that people really
write to a desk in, and none of the small words that only English has.
"""

from __future__ import annotations

import re

import pycld2

UNKNOWN = "und"
"""ISO 639 code for a language that cannot be told."""

_READ_CHARACTERS = 4_000  # a language shows within a page, and CLD2's time grows with the text
_MASK = re.compile(r"<(?:url|email|user|number)>")
_LETTER = re.compile(r"[^\W\d_]")
_LATIN = re.compile(r"[A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff]")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_NOT_OWN = re.compile(r"\"[^\"\n]{12,400}\"|^[ \t]*>.*$|^[^|\n]{1,60}\|[^|\n]{1,60}(?:\|[^\n]{0,200})?$", re.M)
_PLANE_ENDS = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_CONTROL = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANE_ENDS}]")  # CLD2 raises on these

_WRITTEN_TO_DESKS = frozenset(
    """af az bs ca cs da de es et eu fi fr gl hr hu id is it lt lv ms nb nl nn no pl pt ro sk sl sq sr sv sw tl tr uz
    vi""".split()
)
"""Languages in Latin letters that are believed on a short text; others (Kalaallisut, Interlingue, Scots) need a longer one."""

_TODAY = {"iw": "he", "in": "id", "ji": "yi", "jw": "jv"}
"""Codes that ISO 639-1 has replaced since CLD2 was made."""

_ONLY_ENGLISH = frozenset(
    """the are my you your this that it's its not has with and can can't cant cannot please pls plz what why how when
    still would but from they don't dont doesn't doesnt didn't didnt won't wont i'm im i've ive isn't isnt help
    thanks thank again working work need get got getting our their there because just know should could said tried
    trying u ur cos bcos rn wtf lol ain't aint gonna wanna tryna been having nothing something anything everything
    anyone someone where who which these those than then were did does doing any some all out off only ever never
    broken reset frozen stuck missing wrong lost late slow blank charged opening hours delivery refund invoice
    startup crash crashed crashes screen locked after before""".split()
)
_ENGLISH_SHARE = 0.15  # of a text's words; English sentences have over 0.3, others' loan words stay under 0.1
_ENGLISH_PERCENT = 40  # of a text's bytes, as CLD2 counts them: an English half is enough to score
_SURE_LETTERS = 25


def has_words(text: str) -> bool:
    """Whether there is any letter to read, beyond the masks that stand for addresses and numbers."""
    return any(map(str.isalpha, _MASK.sub(" ", text)))


def detect(text: str) -> str:
    """The main language of a text as an ISO 639-1 code, "und" where there is too little to tell, "mis" for a rare script.

    Only the writer's own words count: what stands in quotation marks, after ">" or in a row of menu items was written by
    a machine or another person. An English beginning counts as English, whatever address block in another language follows.

    Args:
        text: Any text; its first 4,000 characters are looked at.
    """
    head = _CONTROL.sub(" ", _MASK.sub(" ", text[:_READ_CHARACTERS]))
    own = _NOT_OWN.sub(" ", head)
    own = own if _LETTER.search(own) else head
    language = _of(own)
    if language not in ("en", UNKNOWN):
        lead = own.lstrip().split("\n\n", 1)[0]
        if len(_WORD.findall(lead)) >= 3 and _of(lead) == "en":
            return "en"
    return language


def _of(text: str) -> str:
    _, _, found = pycld2.detect(text.encode("utf-8"), isPlainText=True, bestEffort=True)
    best = _TODAY.get(code := str(found[0][1]).split("-")[0], code)
    if best == "en" or any(code == "en" and percent >= _ENGLISH_PERCENT for _, code, percent, _ in found):
        return "en"
    letters = _LETTER.findall(text)
    n_latin = len(_LATIN.findall(text))
    if n_latin * 2 < len(letters):  # another script: never English, whatever CLD2 makes of it
        return best if best != "un" else "mis"
    words = [word.lower() for word in _WORD.findall(text)]
    if words and sum(word in _ONLY_ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    if best == "un" or (best not in _WRITTEN_TO_DESKS and len(letters) < 2 * _SURE_LETTERS):
        return UNKNOWN
    if best == "sco" or (len(words) == 1 and len(letters) < _SURE_LETTERS):
        return UNKNOWN
    return best
