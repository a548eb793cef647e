"""Files of tickets for the command line: rows in, rows out, every row accounted for.

A row that cannot be read becomes a row with its reason; nothing is skipped but the blank lines of JSONL and CSV. Fields that
are not text of the ticket are carried along untouched.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, TextIO

from tonecheck.errors import FormatError
from tonecheck.labels import AXES
from tonecheck.result import TicketScore
from tonecheck.ticket import Ticket

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

FORMATS = ("text", "jsonl", "csv", "tsv")
_SUFFIXES = {".txt": "text", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv"}
_JSON_ARRAY = re.compile(rb'\[\s*(?:\{|\]\s*$|"[^"\n]*"\s*(?:,|\]\s*$)|$)')
_END = "\x01tonecheck: the line behind the last\x01"
_MAX_CSV_FIELD = 100_000_000  # characters; csv refuses fields over 131,072 by default


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the fields that hold the ticket's text; None for the usual ones (text, or subject and body)."""

    text: str | None = None
    subject: str | None = None
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the input.

    Attributes:
        fields: What the row held, to be carried along.
        ticket: The ticket in it, or None when there is none to read.
        error: Why there is none, or None.
    """

    fields: dict[str, Any]
    ticket: Ticket | None
    error: str | None = None


def format_of(name: str) -> str | None:
    """The format that a file's name claims: "text", "jsonl", "csv" or "tsv"; None when it claims none."""
    return next((kind for suffix, kind in _SUFFIXES.items() if name.lower().endswith(suffix)), None)


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a file, and what is known of them beforehand.

    Attributes:
        columns: The header of a CSV; None for other formats, whose rows may differ.
        rows: The rows, read one at a time.
    """

    columns: list[str] | None
    rows: Iterator[Row]


def read_rows(stream: BinaryIO, kind: str | None, fields: Fields) -> Rows:
    """Opens the rows of a file, to be read one at a time.

    Args:
        stream: The file, open for bytes.
        kind: One of `FORMATS`; None to look at the first characters ("{" means JSONL, anything else lines of text).
        fields: Which fields hold the ticket.

    Raises:
        FormatError: A CSV has no header, no such column, or is not UTF-8; or the file is one JSON array.
    """
    if kind in (None, "jsonl"):
        stream, told = _sniffed(stream)
        kind = kind or told
    if kind == "text":
        return Rows(None, _text_rows(stream))
    if kind == "jsonl":
        return Rows(None, _jsonl_rows(stream, fields))
    return _csv_rows(stream, fields, "\t" if kind == "tsv" else None)


def _sniffed(stream: BinaryIO) -> tuple[BinaryIO, str]:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = buffered.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    if _JSON_ARRAY.match(head):
        raise FormatError("the file is one JSON array; give one object a line instead, for example with: jq -c '.[]' FILE")
    return buffered, "jsonl" if head.startswith(b"{") else "text"


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines ended by \\n alone, as JSONL defines them: U+2028 inside a string is no line end."""
    for number, line in enumerate(stream, start=1):
        yield number, (line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).rstrip(b"\r\n")


def _text_rows(stream: BinaryIO) -> Iterator[Row]:
    for number, line in _lines(stream):
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            yield Row({"line": number}, None, f"not UTF-8 at byte {error.start} of the line")
        else:
            yield Row({"text": text}, Ticket(body=text))


def _jsonl_rows(stream: BinaryIO, fields: Fields) -> Iterator[Row]:
    for number, line in _lines(stream):
        if not line.strip():
            continue
        try:
            value = json.loads(line.decode("utf-8"), parse_constant=_not_json, parse_float=_finite)
        except UnicodeDecodeError as error:
            yield Row({"line": number}, None, f"not UTF-8 at byte {error.start} of the line")
        except json.JSONDecodeError as error:
            yield Row({"line": number}, None, f"not JSON: {error.msg} at character {error.pos}")
        except ValueError:
            yield Row({"line": number}, None, "not JSON: NaN, Infinity, or a number that is too large")
        except RecursionError:
            yield Row({"line": number}, None, "not JSON that can be read: nested too deeply")
        else:
            if isinstance(value, dict):
                yield _row(value, fields)
            else:
                yield Row({"line": number}, None, f"expected a JSON object, got {type(value).__name__}")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _not_json(digits)


def _csv_rows(stream: BinaryIO, fields: Fields, delimiter: str | None) -> Rows:
    csv.field_size_limit(_MAX_CSV_FIELD)  # for the whole process, which here is the command line
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    try:
        first = _decoded(text.readline, 1)
        if not first.strip():
            raise FormatError("the CSV is empty: expected a first line with column names.")
        reader = csv.reader(chain([first], text, [_END]), delimiter=delimiter or max(",;\t|", key=first.count))
        header = _csv_values(reader) or []
        repeated = sorted({name for name in header if header.count(name) > 1})
        if repeated:
            raise FormatError(f"the CSV has more than one column named {_listed(repeated[:1])}; give each its own name.")
        _columns(header, fields)
    except FormatError:
        text.detach()  # the stream stays its owner's to close
        raise
    return Rows(header, _csv_body(reader, header, fields, text))


def _csv_body(reader: CsvReader, header: list[str], fields: Fields, text: io.TextIOWrapper) -> Iterator[Row]:
    try:
        while (values := _csv_values(reader)) is not None:
            row = dict(zip(header, values, strict=False))
            if len(values) == len(header):
                yield _row(row, fields)
            elif values:
                extra = "; those beyond it are not carried" if len(values) > len(header) else ""
                yield Row(row, None, f"line {reader.line_num}: {len(values)} cells where the header has {len(header)}{extra}")
    finally:
        text.detach()


def _csv_values(reader: CsvReader) -> list[str] | None:
    """The cells of the next row; None after the last.

    The csv module takes a quote that is never closed for a cell that ends with the file, rows and all. A mark set behind
    the last line shows it: it must come out as a row of its own.
    """
    line = reader.line_num + 1
    try:
        values: list[str] = _decoded(lambda: next(reader), line)
    except csv.Error as error:
        raise FormatError(f"the CSV cannot be read near line {line}: {error}.") from None
    if values == [_END]:
        return None
    if values and values[-1].endswith(_END):
        raise FormatError(f"the CSV has a quote that is opened in line {line} or after it and never closed; mend it first.")
    return values


def _decoded(step: Callable[[], Any], line: int) -> Any:
    try:
        return step()
    except UnicodeDecodeError as error:
        raise FormatError(
            f"the CSV is not UTF-8 near line {line} (byte 0x{error.object[error.start]:02x}); "
            "convert it first, for example: iconv -f WINDOWS-1252 -t UTF-8"
        ) from None


def _columns(names: Iterable[str], fields: Fields) -> tuple[str | None, str | None]:
    """Which field is the subject and which the body, or a FormatError that lists the fields there are."""
    there = list(names)
    wanted = [name for name in (fields.text, fields.subject, fields.body) if name is not None]
    missing = [name for name in wanted if name not in there]
    listed = _listed(there)
    if missing:
        raise FormatError(f"no field {missing[0]!r}; there are: {listed}")
    if wanted:
        return fields.subject, fields.text or fields.body
    if "text" in there:
        return None, "text"
    if "subject" in there or "body" in there:
        return "subject" if "subject" in there else None, "body" if "body" in there else None
    raise FormatError(
        f"no field 'text', 'subject' or 'body'; there are: {listed}. "
        "Name yours with --text-field, or --subject-field and --body-field."
    )


def _listed(names: list[str]) -> str:
    """Field names for an error; only their number where one looks like a sentence, since that may be a ticket."""
    if all(len(name) <= 30 and len(name.split()) <= 3 for name in names):
        return ", ".join(repr(name) for name in names[:40]) or "none"
    return f"{len(names)} whose names look like text (is the first line a header?)"


def _row(value: dict[str, Any], fields: Fields) -> Row:
    try:
        subject, body = _columns(value, fields)
    except FormatError as error:
        return Row(value, None, str(error))
    parts = {name: value[name] for name in (subject, body) if name is not None}
    for name, part in parts.items():
        if not isinstance(part, str) and not (part is None and name == subject):
            return Row(value, None, f"field {name!r} must be text, got {'null' if part is None else type(part).__name__}")
    return Row(value, Ticket(subject=parts.get(subject or ""), body=parts.get(body or "", "")))


def jsonl_line(row: Row, score: TicketScore | None) -> str:
    """One output object: the row's fields plus "tonecheck", or plus "error"."""
    added = {"error": row.error} if score is None else {"tonecheck": score.as_dict()}
    plain = {**row.fields, **added}
    try:
        line = json.dumps(plain, ensure_ascii=False)
    except RecursionError:  # what json reads at some depth it cannot always write
        plain = {**added, "error": "the fields are nested too deeply to be carried along"}
        line = json.dumps(plain, ensure_ascii=False)
    try:
        line.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate in a carried field
        line = json.dumps(plain)
    return line + "\n"


CSV_ADDED = (
    *(f"tonecheck_{axis}" for axis in AXES),
    *(f"tonecheck_{axis}_level" for axis in AXES),
    "tonecheck_flags",
    "tonecheck_abstained",
    "tonecheck_language",
    "tonecheck_read_fraction",
    "tonecheck_model_id",
    "tonecheck_error",
)


def csv_cells(row: Row, score: TicketScore | None) -> list[str]:
    """The cells that a scored row gets in a CSV, in the order of `CSV_ADDED`; empty where there is no value."""
    if score is None:
        return [""] * (len(CSV_ADDED) - 1) + [row.error or "not scored"]
    plain = score.as_dict()
    return [
        *("" if plain[axis] is None else repr(plain[axis]) for axis in AXES),
        *(plain["levels"][axis] or "" for axis in AXES),
        ";".join(plain["flags"]["balanced"]),
        score.abstained or "",
        score.language,
        repr(score.read_fraction),
        score.model_id,
        "",
    ]


class CsvWriter:
    """Writes rows as CSV: the input's own columns, then `CSV_ADDED`."""

    def __init__(self, stream: TextIO, columns: list[str], *, delimiter: str = ",") -> None:
        self._writer = csv.writer(stream, delimiter=delimiter)  # lines end in \r\n, as RFC 4180 has it: so a lone \r is quoted
        self._columns = columns
        self._writer.writerow([*columns, *CSV_ADDED])

    def write(self, row: Row, score: TicketScore | None) -> None:
        """Writes one row."""
        self._writer.writerow([*(row.fields.get(name, "") for name in self._columns), *csv_cells(row, score)])
