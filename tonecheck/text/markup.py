"""Reads an HTML mail as a person sees it: its visible words, line by line, without what the mail program quoted.

`html.parser` reads the attributes of a tag. It is never given a whole mail: on "<a<a<a" or "<!--a><!--a>" its time grows
with the square of the length, on "<![x>" it raises AssertionError (both in 3.11.7), and it cuts comments and scripts
differently from one Python release to the next, which would let a score depend on the Python. So the mail is cut into
tags here, in one pass that never looks at a character more than a fixed number of times.
"""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from tonecheck.text.layers import Edit, Piece

_BLOCKS = frozenset(
    "address article aside blockquote body center dd details div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header"
    " hr html li main nav ol p pre section summary table tbody tfoot thead tr ul".split()
)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code em font i ins kbd label mark q s small span strike strong sub sup tt u var".split()
)
_CELLS = frozenset(("td", "th"))
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_CLOSED_BY = {"li": (("li",),), "td": (("td", "th"),), "th": (("td", "th"),), "tr": (("td", "th"), ("tr",))}
_UNSEEN = frozenset("head title template noscript svg object iframe audio video datalist".split())
_RAW = frozenset(("script", "style"))
_IN_HEAD = _RAW | frozenset("base basefont bgsound head html link meta noscript template title xml".split())

_KNOWN = "|".join(
    sorted(
        _BLOCKS | _INLINE | _CELLS | _RAW | {"br", "img", "head", "meta", "title", "link"},
        key=len,
        reverse=True,
    )
)
_OPENING = re.compile(rf"\s*<(?:!doctype html|\?xml|!--|(?:{_KNOWN})(?=[\s/>]))", re.I)
_TAG = re.compile(rf"<(/?)({_KNOWN})(?=[\s/>])[^<>]*>", re.I)
_CODE_QUOTED = re.compile(r"`[^`\n]*`")

_NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9:_-]*)")
_CLOSING = re.compile(r"</([a-zA-Z][a-zA-Z0-9:_-]*)")
_MARKUP = re.compile(r"</?[a-zA-Z]|<[!?]")
_IN_TAG = re.compile("[>\"']")
_ENTITY = re.compile(r"&(?:#[0-9]{1,8}|#[xX][0-9a-fA-F]{1,8}|[a-zA-Z][a-zA-Z0-9]{1,31});?")
_BLANK = re.compile(r"[\t\n\r\f][\t\n\r\f ]*| [\t\n\r\f ]+")
_TELLING = re.compile(r"class|\bid\b|style|hidden|cite|smartmail", re.I)
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|!|$)",
    re.I,
)
_ANY_TAG = re.compile("<[^<>]{0,400}>")
_ALL_WROTE = "wrote|écrit|schrieb|schreef|skrev|escribió|scritto|escreveu|napsal|napisał|kirjoitti"
_ATTRIBUTED = re.compile(rf"(?:{_ALL_WROTE})[^\n]{{0,150}}:\s*$")
_ATTRIBUTED_INSIDE = re.compile(rf"\W{{0,5}}[^.!?]{{0,20}}\d.{{0,120}}\b(?:{_ALL_WROTE})\b.{{0,60}}:")
_FORWARDED = re.compile(r"-{5}\s*(?:forwarded|weitergeleitet|doorgestuurd|mensaje reenviado|message transf)", re.I)

_MARK_OF = {"hidden": "", "quote": "\n>\n"}
_MAX_TAG_READ = 4_000
_MAX_SEARCH = 50


def is_html(body: str) -> bool:
    """Tells an HTML mail from plain text that merely speaks of `<div>` or holds masks such as `<email>`.

    A mail program writes a tag first, or closes what it opened and ends on a tag, or breaks its lines with <br>.
    """
    if "<" not in body:
        return False
    sample = _CODE_QUOTED.sub("", body[:50_000])
    tags = [(m[1], m[2].lower()) for m in _TAG.finditer(sample)]
    closed = {name for slash, name in tags if slash} & {name for slash, name in tags if not slash}
    if _OPENING.match(sample) and (closed or len(tags) > 2 or ("", "br") in tags):
        return True
    if re.match(r"\s*<(?:!doctype html|html|body)\b", sample, re.I):
        return True
    if sum(name == "br" for _, name in tags) >= 2:
        return True
    ends_on_tag = sample.rstrip().endswith(">") and bool(tags)
    return ends_on_tag and bool(closed & {"html", "body", "div", "p", "table", "span", "td", "blockquote", "ul", "ol"})


class _Attributes(HTMLParser):
    """Reads the attributes of one start tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found = {name: value or "" for name, value in attrs}

    def parse_html_declaration(self, i: int) -> int:
        return -1  # a tag has none; the inherited method may raise AssertionError

    def of(self, tag: str) -> dict[str, str]:
        """The attributes of one tag, `<p class="x">`; none when it cannot be read."""
        self.reset()
        self.found = {}
        self.feed(tag if len(tag) <= _MAX_TAG_READ else tag[:_MAX_TAG_READ].rpartition(" ")[0] + ">")
        return self.found


class _Page:
    """One pass over an HTML mail, gathering the edits that leave only its visible words."""

    def __init__(self, source: str, keep_quotes: bool) -> None:
        self.source = source
        self.keep_quotes = keep_quotes
        self.edits: list[Edit] = []
        self.aside: list[Piece] = []
        self.attributes = _Attributes()
        self.open: list[str] = []  # names of the open elements, outermost first
        self.n_open: dict[str, int] = {}
        self.left_out: tuple[str, int, int] | None = None  # kind, where it began, how many elements are outside of it
        self.quotes_balance = True
        self.last_end = source.rfind(">")
        self.last_closings: dict[str, int] | None = None  # by name; gathered when first asked for
        self.ends_of_comments = True
        self.is_typed = not _OPENING.match(source)  # a person put tags into plain words, or speaks of tags

    # The cutting

    def read(self) -> None:
        at = 0
        source = self.source
        while m := _MARKUP.search(source, at):
            start = m.start()
            end = self._markup_end(start)
            if not end:  # a lone "<" is text
                self._words(at, start + 1)
                at = start + 1
                continue
            self._words(at, start)
            at = self._tag(start, end)
        self._words(at, len(source))
        self._leave(len(source))

    def _markup_end(self, start: int) -> int:
        """Where the markup that begins here ends; 0 when it is not markup."""
        source = self.source
        if start > self.last_end:
            return 0
        if source[start + 1] in "!?":
            if self.ends_of_comments and source.startswith("<!--", start):
                end = source.find("-->", start + 2)
                if end >= 0:
                    return end + 3
                self.ends_of_comments = False  # looked for once, to the end
            return source.find(">", start) + 1
        return (self._tag_end(start) if self.quotes_balance else 0) or source.find(">", start) + 1

    def _tag_end(self, start: int) -> int:
        """The end of a tag, where a ">" inside a quoted value does not count; 0 when quotes never close."""
        at = start
        while m := _IN_TAG.search(self.source, at):
            if m[0] == ">":
                return m.end()
            at = m.end()
            if self.source[at - 2] == "=":
                at = self.source.find(m[0], at) + 1
                if not at:
                    break
        self.quotes_balance = False  # from here on the first ">" ends a tag: one look at the rest is enough
        return 0

    # The meaning

    def _tag(self, start: int, end: int) -> int:
        """Takes in one tag or comment; gives the place to go on from."""
        source = self.source
        m = _NAME.match(source, start)
        if not m:
            if not self.left_out:
                if source.startswith("<!--", start):
                    self.aside.append(("hidden", start, end))
                self._edit(start, end, "")
            return end
        name = m[1].lower()
        if source[start + 1] == "/":
            self._close(name, start, end)
        elif self.is_typed and name in _RAW | _UNSEEN and not self._is_closed(name, end):
            self._words(start, end)  # "my <script> is stripped" speaks of the tag
        elif name in _RAW:
            return self._raw(name, start, end)
        elif name in _UNSEEN and name != "head" and not self._is_closed(name, end):
            if not self.left_out:
                self._edit(start, end, "")  # a title that never ends hides nothing
        else:
            self._begin(name, start, end)
        return end

    def _is_closed(self, name: str, end: int) -> bool:
        """Is there a closing tag of this name after this point?"""
        if self.last_closings is None:
            self.last_closings = {m[1].lower(): m.start() for m in _CLOSING.finditer(self.source)}
        return self.last_closings.get(name, -1) >= end

    def _raw(self, name: str, start: int, end: int) -> int:
        """Passes over a script or a style sheet; one that never ends takes the rest, as it does in a browser."""
        closing = re.compile(f"</{name}", re.I).search(self.source, end)
        last = self.source.find(">", closing.end()) + 1 if closing else 0
        end = last or len(self.source)
        if not self.left_out:
            self.aside.append(("hidden", start, end))
            self._edit(start, end, "")
        return end

    def _begin(self, name: str, start: int, end: int) -> None:
        self._imply_ends(name, start)
        kind = None if self.left_out else self._kind(name, start, end)
        if kind:
            self.left_out = (kind, start, len(self.open))
            if name in _VOID or kind == "rest":
                if kind == "rest":
                    self.left_out = ("quote", start, -1)
                else:
                    self._leave(end)
                return
        elif not self.left_out:
            self._edit(start, end, _line(name))
        if name not in _VOID and not (":" in name and self.source[end - 2] == "/"):
            self.open.append(name)
            self.n_open[name] = self.n_open.get(name, 0) + 1

    def _close(self, name: str, start: int, end: int) -> None:
        was_out = self.left_out is not None
        if self.n_open.get(name):
            if name in _INLINE:
                self._pop_near(name, end)
            else:
                while self._pop(end) != name:
                    pass
        if not was_out:
            self._edit(start, end, "" if name in ("li", "br") else _line(name))

    def _pop_near(self, name: str, end: int) -> None:
        """Closes an element and the inline ones in it, but none that was opened outside the present block."""
        for depth in range(1, min(_MAX_SEARCH, len(self.open)) + 1):
            if self.open[-depth] == name:
                for _ in range(depth):
                    self._pop(end)
                return
            if self.open[-depth] not in _INLINE:
                return

    def _pop(self, end: int) -> str:
        """Closes the innermost element, and with it what it hid."""
        name = self.open.pop()
        self.n_open[name] -= 1
        if self.left_out and len(self.open) == self.left_out[2]:
            self._leave(end)
        return name

    def _imply_ends(self, name: str, start: int) -> None:
        """Closes what a new element closes by itself: a paragraph, a list item, a cell, the head."""
        if not self.open:
            return
        if name not in _IN_HEAD and ":" not in name:
            while self.n_open.get("head") and self._pop(start) != "head":
                pass
        if name in _BLOCKS and self.n_open.get("p"):
            self._pop_near("p", start)
        for closed in _CLOSED_BY.get(name, ()):
            if self.open and self.open[-1] in closed:
                self._pop(start)

    def _kind(self, name: str, start: int, end: int) -> str | None:
        """Why an element is not read, if it is not; "rest" when nothing after it is read either."""
        if name in _UNSEEN:
            return "hidden"
        if end - start < len(name) + 6:  # too short for any attribute that matters
            return "quote" if name == "blockquote" and self._is_quote({}, start) else None
        tag = self.source[start:end]
        found = self.attributes.of(tag) if _TELLING.search(tag) else {}
        if "hidden" in found or _HIDING.search(found.get("style", "")):
            return None if self.is_typed and not self._is_closed(name, end) else "hidden"
        classes = found.get("class", "").lower()
        identity = found.get("id", "").lower()
        if self.keep_quotes:
            return None
        if "gmail_signature" in classes + found.get("data-smartmail", "") or "moz-signature" in classes:
            return "signature"
        if identity.removeprefix("x_") in ("signature", "ms-outlook-mobile-signature"):
            return "signature"
        if identity.removeprefix("x_") in (
            "appendonsend",
            "divrplyfwdmsg",
            "mail-editor-reference-message-container",
        ):
            return "rest"
        if "gmail_attr" in classes or "moz-cite-prefix" in classes or "yahoo_quoted" in classes + identity:
            return "quote"
        if "protonmail_quote" in classes or "moz-forward-container" in classes or "zmail_extra" in classes:
            return "quote"
        # A Gmail quote holds the attribution and a blockquote; between them the writer may have answered inline.
        if "gmail_quote" in classes and name != "blockquote":
            return "quote" if _FORWARDED.search(self.source[end : end + 600]) else None
        return "quote" if name == "blockquote" and self._is_quote(found, start) else None

    def _is_quote(self, found: dict[str, str], start: int) -> bool:
        """Is this blockquote an older mail? Its mail program says so, or the line above it does."""
        if self.keep_quotes:
            return False
        if found.get("type") == "cite" or "cite" in found or "quot" in found.get("class", "").lower():
            return True
        inside = " ".join(_ANY_TAG.sub(" ", self.source[start : start + 800]).split())
        return bool(_ATTRIBUTED.search(self._lately(start)) or _ATTRIBUTED_INSIDE.match(inside))

    def _lately(self, end: int) -> str:
        """The last visible words before this point, on one line."""
        parts: list[str] = []
        for start, stop, new in reversed(self.edits[-40:]):
            parts += [self.source[max(stop, end - 400) : end], new]
            if end - stop > 300:
                break
            end = start
        return " ".join("".join(reversed(parts))[-400:].split())

    def _leave(self, end: int) -> None:
        """Ends a stretch that is left out; an older mail leaves an empty quoted line, so that its place is seen."""
        if self.left_out:
            kind, start, _ = self.left_out
            self.left_out = None
            if kind != "quote":
                self.aside.append((kind, start, end))
            self._edit(start, end, _MARK_OF.get(kind, "\n"))

    def _words(self, start: int, end: int) -> None:
        """Takes in visible text: blanks collapse as in a browser, entities become their characters."""
        if start >= end:
            return
        text = self.source[start:end]
        if self.open and self.open[-1] == "head" and not text.isspace():
            self._pop(start)  # a head holds no words: it was never closed
        if self.left_out:
            return
        edits: list[Edit] = []
        if not self.n_open.get("pre"):
            edits = [(start + m.start(), start + m.end(), " ") for m in _BLANK.finditer(text)]
        if "&" in text:
            edits += [(start + m.start(), start + m.end(), html.unescape(m[0])) for m in _ENTITY.finditer(text)]
            edits.sort()
        for edit in edits:
            self.edits.append(edit)

    def _edit(self, start: int, end: int, new: str) -> None:
        """Adds an edit; neighbouring tags become one edit with at most two line breaks."""
        if self.edits and self.edits[-1][1] == start:
            start, _, before = self.edits.pop()
            new = _joined(before, new)
        self.edits.append((start, end, new))


def _line(name: str) -> str:
    """What a tag leaves in the text."""
    if name == "br":
        return "\r"  # counts even when it stands next to other breaks
    if name == "li":
        return "\n- "
    if name in ("p", "table", "ul", "ol", "hr") or (name[0] == "h" and name[1:].isdigit()):
        return "\n\n"
    if name in _BLOCKS:
        return "\n"
    return " " if name in _CELLS else ""


def _joined(before: str, new: str) -> str:
    """Two neighbouring replacements as one: block breaks merge, <br> adds a line."""
    if not before or not new:
        return before + new
    if "\r" not in new and new.startswith("\n") and before.endswith(("\n", "\r")):
        wanted = new.count("\n")
        has = len(before) - len(before.rstrip("\r\n"))
        new = "\n" * max(0, wanted - has) + new.lstrip("\n")
    is_news = ">" in new and ">" not in before
    return before + new if is_news or len(before) < 8 else before


def visible_text(source: str, *, keep_quotes: bool = False) -> tuple[list[Edit], list[Piece]]:
    """Finds the edits that turn an HTML mail into its visible text, and the pieces that were left out on the way.

    Args:
        source: The mail as it was sent.
        keep_quotes: Read quoted mail and signatures too, for a mail that holds nothing else.

    Returns:
        The edits, and the pieces of `source` left out, of kind "hidden" or "signature". Where an older mail was left out
        the text has a line of a single ">".
    """
    page = _Page(source, keep_quotes)
    page.read()
    return page.edits, page.aside
