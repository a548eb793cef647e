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
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_WRITTEN_TO_DESKS = frozenset(
    """af az bs ca cs da de es et eu fi fr gl hr hu id is it lt lv ms nb nl nn no pl pt ro sk sl sq sr sv sw tl tr uz
    vi""".split()
)
"""Languages in Latin letters that are believed on a short text; others (Kalaallisut, Interlingue, Scots) need a longer one."""

_ONLY_ENGLISH = frozenset(
    """the are my you your this that it's its not has with and can can't cant cannot please pls plz what why how when
    still would but from they don't dont doesn't doesnt didn't didnt won't wont i'm im i've ive isn't isnt help thanks
    thank again working work need get got getting our their there because just know should could said tried trying u ur
    cos bcos rn wtf lol ain't aint gonna wanna tryna been having nothing something anything everything anyone someone
    where who which these those than then were did does doing any some all out off only ever never broken reset""".split()
)
_ENGLISH_SHARE = 0.15  # of a text's words; English sentences have over 0.3, others' loan words stay under 0.1
_ENGLISH_PERCENT = 40  # of a text's bytes, as CLD2 counts them: an English half is enough to score
_SURE_LETTERS = 25


def has_words(text: str) -> bool:
    """Whether there is any letter to read, beyond the masks that stand for addresses and numbers."""
    return _LETTER.search(_MASK.sub(" ", text)) is not None


def detect(text: str) -> str:
    """The main language of a text as an ISO 639-1 code, or "und" where there is too little to tell.

    A text with a substantial English part counts as English ("en"): there is something to read for an English model.

    Args:
        text: Any text; its first 4,000 characters are looked at.
    """
    head = _CONTROL.sub(" ", _MASK.sub(" ", text[:_READ_CHARACTERS]))
    _, _, found = pycld2.detect(head.encode("utf-8"), bestEffort=True)
    best = str(found[0][1]).split("-")[0]
    if best == "en" or any(code == "en" and percent >= _ENGLISH_PERCENT for _, code, percent, _ in found):
        return "en"
    letters = _LETTER.findall(head)
    n_latin = len(_LATIN.findall(head))
    if n_latin * 2 < len(letters):  # another script: never English, whatever CLD2 makes of it
        return best if best != "un" else "mis"
    words = [word.lower() for word in _WORD.findall(head)]
    if words and sum(word in _ONLY_ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    if best == "un" or (best not in _WRITTEN_TO_DESKS and len(letters) < 2 * _SURE_LETTERS):
        return UNKNOWN
    if best == "sco" or (len(words) == 1 and len(letters) < _SURE_LETTERS):
        return UNKNOWN
    return best
