"""From a ticket as it was sent to the text that the network reads, with the way back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil

from tonecheck.text.characters import plain_characters, plain_letters, without_surrogates
from tonecheck.text.dumps import masked, shortened_dumps
from tonecheck.text.layers import Draft, Edit, Layer, origin
from tonecheck.text.markup import is_html, visible_text
from tonecheck.text.newest import around_forwarded, older_parts
from tonecheck.text.phrases import REPLY_SUBJECT, SUBJECT_PREFIX
from tonecheck.text.squeeze import on_one_line, squeezed_blanks, squeezed_runs, squeezed_words

MAX_SUBJECT_CHARS = 1_000
MAX_BODY_CHARS = 100_000
MAX_HTML_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of the ticket as it was sent.

    Attributes:
        field: "subject" or "body".
        start: Where the piece begins, in characters of the original string.
        end: Where it ends (exclusive).
    """

    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SetAside:
    """A piece of the ticket that the network does not read, and why.

    Attributes:
        kind: "quote" (an older mail), "signature", "disclaimer", "hidden" (not visible in an HTML mail), "log", "code", "urls"
            (all but the first of many web addresses) or "beyond_limit".
        span: The piece.
    """

    kind: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Part:
    """One field inside the text that is read."""

    field: str
    start: int
    end: int
    layers: tuple[Layer, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network reads of a ticket, what it does not read, and where every word came from.

    Attributes:
        text: The cleaned subject, a line break and the cleaned body; only one of them when the other is empty.
        n_offered: How many characters there would be to read if no limit had cut the ticket; what was set aside for another
            reason does not count. `len(text) / n_offered` is the share that was read.
        set_aside: The pieces of the ticket that are not read, in order and apart from each other.
    """

    text: str
    n_offered: int
    set_aside: tuple[SetAside, ...]
    _parts: tuple[_Part, ...] = field(default=(), repr=False, compare=False)

    def origin(self, start: int, end: int) -> tuple[Span, ...]:
        """Shows which original characters stand behind text[start:end].

        A character that the cleaning kept maps to itself; one that it wrote in place of others, such as `<url>`, maps to all
        that it stands for. The line break between subject and body has no origin.

        Returns:
            Spans in reading order, apart from each other; none for an empty stretch.
        """
        return tuple(
            Span(part.field, first, last)
            for part in self._parts
            for first, last in origin(part.layers, max(start, part.start) - part.start, min(end, part.end) - part.start)
        )


@dataclass(slots=True)
class _Cleaned:
    """One field after cleaning."""

    draft: Draft
    limit: int  # characters of the original beyond this one were cut
    cuts: list[tuple[int, int]]  # (characters cut, characters they were cut from), innermost cut first

    @property
    def n_offered(self) -> int:
        """The characters there were to read: those left, and what the cuts took, in proportion to what they left."""
        n = len(self.draft.text)
        for cut, kept in self.cuts:
            if cut > 0:
                n += max(1, ceil(n * cut / max(kept, 1)))
        return n


def read(subject: str | None, body: str, *, clean: bool = True) -> Reading:
    """Finds the words of a ticket that its writer wrote now, as plain text.

    Args:
        subject: The subject line, if the ticket has one.
        body: The message: plain text or HTML, with or without quoted mails.
        clean: False gives subject and body as they are, except that half characters become U+FFFD and the limits hold.

    Returns:
        The text with its origin. It is never empty when the ticket has visible words, and takes time in proportion to the
        length of the ticket: at most 100,000 characters of plain text, or 1,000,000 of HTML, are looked at.
    """
    subject = subject or ""
    if clean:
        fields = {"subject": _subject(subject), "body": _body(body, bool(REPLY_SUBJECT.match(subject)))}
    else:
        fields = {"subject": _as_sent(subject, MAX_SUBJECT_CHARS), "body": _as_sent(body, MAX_BODY_CHARS)}
    return _joined(fields, {"subject": len(subject), "body": len(body)})


def _joined(fields: dict[str, _Cleaned], lengths: dict[str, int]) -> Reading:
    """Puts subject and body together."""
    text = ""
    n_offered = 0
    parts: list[_Part] = []
    aside: list[SetAside] = []
    for name, cleaned in fields.items():
        new = cleaned.draft.text
        if new:
            if text:
                text += "\n"
                n_offered += 1
            parts.append(_Part(name, len(text), len(text) + len(new), tuple(cleaned.draft.layers)))
            text += new
        n_offered += cleaned.n_offered
        at = 0
        for kind, start, end in sorted(cleaned.draft.aside, key=lambda piece: piece[1:]):
            if end > at:
                aside.append(SetAside(kind, Span(name, max(start, at), end)))
                at = end
        if cleaned.limit < lengths[name]:
            aside.append(SetAside("beyond_limit", Span(name, cleaned.limit, lengths[name])))
    return Reading(text, n_offered, tuple(aside), tuple(parts))


def _as_sent(raw: str, limit: int) -> _Cleaned:
    draft = Draft(raw[:limit])
    draft.edit(without_surrogates(draft.text))
    return _Cleaned(draft, limit, [(len(raw) - limit, limit)])


def _subject(raw: str) -> _Cleaned:
    draft = Draft(raw[:MAX_SUBJECT_CHARS])
    draft.edit(plain_characters(draft.text))
    draft.edit(plain_letters(draft.text))
    draft.edit(_prefixes(draft.text))
    draft.edit(masked(draft.text)[0])
    draft.edit(on_one_line(draft.text))
    _squeeze(draft)
    return _Cleaned(draft, MAX_SUBJECT_CHARS, [(len(raw) - MAX_SUBJECT_CHARS, MAX_SUBJECT_CHARS)])


def _prefixes(subject: str) -> list[Edit]:
    """Finds "Re: [EXTERNAL] Fwd: " at the beginning of a subject."""
    end = 0
    while m := SUBJECT_PREFIX.match(subject, end):
        end = m.end()
    return [(0, end, "")] if end else []


def _body(raw: str, is_reply: bool) -> _Cleaned:
    html = is_html(raw[:MAX_HTML_CHARS])
    cleaned = _opened(raw, html=html, keep_quotes=False)
    older = older_parts(cleaned.draft.text, is_reply=is_reply)
    if html and older is None and (cleaned.draft.aside or ">" in cleaned.draft.text):
        # Nothing but an older mail is visible: then that is the ticket.
        cleaned = _opened(raw, html=html, keep_quotes=True)
        older = older_parts(cleaned.draft.text, is_reply=is_reply)
    draft = cleaned.draft
    _take_out(draft, around_forwarded(draft.text) if older is None else older)
    for stage in (shortened_dumps, masked):
        edits, pieces = stage(draft.text)
        draft.set_aside(pieces)
        draft.edit(edits)
    _squeeze(draft)
    return cleaned


def _opened(raw: str, *, html: bool, keep_quotes: bool) -> _Cleaned:
    """The visible text of a body, in plain characters, cut to what is looked at."""
    limit = MAX_HTML_CHARS if html else MAX_BODY_CHARS
    draft = Draft(raw[:limit])
    cuts = [(len(raw) - limit, limit)]
    if html:
        edits, pieces = visible_text(draft.text, keep_quotes=keep_quotes)
        draft.set_aside(pieces)
        draft.edit(edits)
        beyond = len(draft.text) - MAX_BODY_CHARS
        if beyond > 0:
            cuts.insert(0, (beyond, MAX_BODY_CHARS))
            _take_out(draft, [("beyond_limit", MAX_BODY_CHARS, len(draft.text))])
    draft.edit(plain_characters(draft.text))
    draft.edit(plain_letters(draft.text))
    return _Cleaned(draft, limit, cuts)


def _take_out(draft: Draft, pieces: Iterable[tuple[str, int, int]]) -> None:
    pieces = list(pieces)
    draft.set_aside(pieces)
    draft.edit([(start, end, "") for _, start, end in pieces])


def _squeeze(draft: Draft) -> None:
    for stage in (squeezed_runs, squeezed_words, squeezed_blanks):
        draft.edit(stage(draft.text))
