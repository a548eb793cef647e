"""Files of tickets for the command line: rows in, rows out, every row accounted for.

A row that cannot be read becomes a row with its reason; nothing is skipped but blank lines of JSONL. Fields that are not
text of the ticket are carried along untouched.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, NoReturn, TextIO

from tonecheck.errors import FormatError
from tonecheck.labels import AXES
from tonecheck.result import TicketScore
from tonecheck.ticket import Ticket

FORMATS = ("text", "jsonl", "csv", "tsv")
_SUFFIXES = {".txt": "text", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv"}
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


def read_rows(stream: BinaryIO, kind: str | None, fields: Fields) -> Iterator[Row]:
    """Reads the rows of a file, one at a time.

    Args:
        stream: The file, open for bytes.
        kind: One of `FORMATS`; None to look at the first character ("{" means JSONL, anything else lines of text).
        fields: Which fields hold the ticket.

    Raises:
        FormatError: A CSV has no header, no such column, or is not UTF-8.
    """
    if kind is None:
        stream, kind = _sniffed(stream)
    if kind == "text":
        return _text_rows(stream)
    if kind == "jsonl":
        return _jsonl_rows(stream, fields)
    return _csv_rows(stream, fields, "\t" if kind == "tsv" else None)


def _sniffed(stream: BinaryIO) -> tuple[BinaryIO, str]:
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = buffered.peek(64).removeprefix(b"\xef\xbb\xbf").lstrip()
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
            value = json.loads(line.decode("utf-8"), parse_constant=_not_json)
        except UnicodeDecodeError as error:
            yield Row({"line": number}, None, f"not UTF-8 at byte {error.start} of the line")
        except json.JSONDecodeError as error:
            yield Row({"line": number}, None, f"not JSON: {error.msg} at character {error.pos}")
        except ValueError:
            yield Row({"line": number}, None, "not JSON: NaN, Infinity, or a number with too many digits")
        except RecursionError:
            yield Row({"line": number}, None, "not JSON that can be read: nested too deeply")
        else:
            if isinstance(value, dict):
                yield _row(value, fields)
            else:
                yield Row({"line": number}, None, f"expected a JSON object, got {type(value).__name__}")


def _not_json(constant: str) -> NoReturn:
    raise ValueError(constant)


def _csv_rows(stream: BinaryIO, fields: Fields, delimiter: str | None) -> Iterator[Row]:
    csv.field_size_limit(_MAX_CSV_FIELD)
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    header_line = _decoded(lambda: text.readline(), 1)
    if not header_line.strip():
        raise FormatError("the CSV is empty: expected a first line with column names.")
    delimiter = delimiter or max(",;\t|", key=header_line.count)
    reader = csv.reader(_chain(header_line, text), delimiter=delimiter)
    header = next(reader)
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        raise FormatError(f"the CSV has more than one column named {repeated[0]!r}; give each column its own name.")
    _columns(header, fields)
    while True:
        try:
            values = _decoded(lambda: next(reader, None), reader.line_num + 1)
        except csv.Error as error:
            raise FormatError(f"the CSV cannot be read near line {reader.line_num + 1}: {error}.") from None
        if values is None:
            return
        row = dict(zip(header, values, strict=False))
        if not values:
            continue
        if len(values) != len(header):
            yield Row(row, None, f"line {reader.line_num}: {len(values)} cells where the header has {len(header)}")
        else:
            yield _row(row, fields)


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest


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
    listed = ", ".join(repr(name) for name in there[:40]) or "none"
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
    """Writes rows as CSV: the input's own columns, then `CSV_ADDED`. The first row decides the columns."""

    def __init__(self, stream: TextIO) -> None:
        self._writer = csv.writer(stream, lineterminator="\n")
        self._header: list[str] | None = None

    def write(self, row: Row, score: TicketScore | None) -> None:
        if self._header is None:
            self._header = list(row.fields)
            self._writer.writerow([*self._header, *CSV_ADDED])
        self._writer.writerow([*(row.fields.get(name, "") for name in self._header), *csv_cells(row, score)])
