"""Law: whatever the file, rows read = rows scored + rows failed, in order, or one FormatError that says where."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck import FormatError, Scorer
from tonecheck.cli import DONE, DONE_WITH_FAILED_ROWS, FAILED, main
from tonecheck.files import CSV_ADDED, Fields, Row, read_rows

GOOD = b'{"id": 1, "text": "please help"}\n'
END = b'{"id": 9, "text": "my site is down"}\n'

# What stands between two good lines, and whether that line can be scored.
JSONL: dict[str, tuple[bytes, bool]] = {
    "no JSON": (b"please help\n", False),
    "a cut object": (b'{"id": 2, "text": "please h\n', False),
    "a trailing comma": (b'{"id": 2, "text": "please help",}\n', False),
    "two objects on a line": (b'{"id": 2, "text": "a"}{"id": 3, "text": "b"}\n', False),
    "a comma behind the object": (b'{"id": 2, "text": "a"},\n', False),
    "a list": (b'["please help"]\n', False),
    "a string": (b'"please help"\n', False),
    "a number": (b"7\n", False),
    "null": (b"null\n", False),
    "NaN": (b'{"id": 2, "text": "please help", "n": NaN}\n', False),
    "Infinity": (b'{"id": 2, "text": "please help", "n": -Infinity}\n', False),
    "a number of 5,000 digits": (b'{"text": "please help", "n": ' + b"9" * 5_000 + b"}\n", False),
    "100,000 brackets": (b"[" * 100_000 + b"\n", False),
    "100,000 braces": (b'{"a":' * 100_000 + b"\n", False),
    "closed deep nesting": (b'{"text": "please help", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}\n", False),
    "no text": (b'{"id": 2}\n', False),
    "an empty object": (b"{}\n", False),
    "text of null": (b'{"id": 2, "text": null}\n', False),
    "text of a number": (b'{"id": 2, "text": 7}\n', False),
    "text of a list": (b'{"id": 2, "text": ["please help"]}\n', False),
    "not UTF-8": (b'{"id": 2, "text": "caf\xe9"}\n', False),
    "a half UTF-8": (b'{"id": 2, "text": "caf\xc3"}\n', False),
    "encoded surrogates": (b'{"id": 2, "text": "\xed\xa0\x80"}\n', False),
    "UTF-16": ('{"id": 2, "text": "a"}'.encode("utf-16-le") + b"\n", False),
    "a NUL": (b'{"id": 2, "text": "please\x00help"}\n', False),
    "single quotes": (b"{'id': 2, 'text': 'please help'}\n", False),
    "a comment": (b"// please help\n", False),
    "a lone surrogate": (b'{"id": 2, "text": "please \\ud800 help"}\n', True),
    "a lone surrogate in a key": (b'{"\\udfff": 2, "text": "please help"}\n', True),
    "an escaped NUL": (b'{"id": 2, "text": "please \\u0000 help"}\n', True),
    "two keys of one name": (b'{"id": 2, "id": 3, "text": "please help"}\n', True),
    "U+2028": ('{"id": 2, "text": "please\u2028help"}\n'.encode(), True),
    "U+0085": ('{"id": 2, "text": "please\x85help"}\n'.encode(), True),
    "a carriage return before the line feed": (b'{"id": 2, "text": "please help"}\r\n', True),
    "blanks round the object": (b'  {"id": 2, "text": "please help"}\t \n', True),
    "a megabyte": (b'{"id": 2, "text": "' + b"!" * 1_000_000 + b'"}\n', True),
    "an empty text": (b'{"id": 2, "text": ""}\n', True),
    "a text in another language": (b'{"text": "Leider kann ich mich nicht mehr anmelden, bitte helfen Sie mir"}\n', True),
    "a large integer": (b'{"id": 123456789012345678901234567890, "text": "please help"}\n', True),
    "keys of ours": (b'{"tonecheck": "old", "text": "please help"}\n', True),
    "900 levels": (b'{"text": "please help", "x": ' + b"[" * 900 + b"]" * 900 + b"}\n", True),
}


@pytest.fixture
def run(light_scorer: Scorer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """The command line in this process, with the scorer that is loaded already."""
    monkeypatch.setattr("tonecheck.scorer.Scorer", lambda *_, **__: light_scorer)
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: main(["score", "--quiet", *arguments])


def strict(line: bytes) -> dict[str, object]:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(line.decode(), parse_constant=refuse)


@pytest.mark.parametrize("name", JSONL)
def test_a_bad_line_of_jsonl_is_one_failed_row_and_the_next_is_scored(run: Callable[..., int], tmp_path: Path, name: str) -> None:
    line, good = JSONL[name]
    Path("in.jsonl").write_bytes(GOOD + line + END)
    code = run("in.jsonl", "--output", "out.jsonl")
    first, middle, last = (strict(out) for out in Path("out.jsonl").read_bytes().splitlines())
    assert first["id"] == 1
    assert last["id"] == 9
    assert "tonecheck" in first
    assert "tonecheck" in last
    assert ("tonecheck" in middle) == good
    assert ("error" in middle) != good
    assert code == (DONE if good else DONE_WITH_FAILED_ROWS)


@pytest.mark.parametrize("name", [name for name in JSONL if name != "a list"])  # a file that begins with one is refused
def test_a_bad_line_may_come_first_and_last_and_the_order_is_kept(run: Callable[..., int], tmp_path: Path, name: str) -> None:
    line, good = JSONL[name]
    Path("in.jsonl").write_bytes(line + GOOD * 20 + line + END + line.rstrip(b"\n"))
    run("in.jsonl", "--output", "out.jsonl")
    rows = [strict(out) for out in Path("out.jsonl").read_bytes().splitlines()]
    assert len(rows) == 24
    assert [("tonecheck" in row) for row in rows] == [good] + [True] * 20 + [good, True, good]


@pytest.mark.parametrize("name", [name for name, (_, good) in JSONL.items() if not good])
def test_a_reason_holds_no_text(name: str) -> None:
    rows = list(read_rows(io.BytesIO(GOOD + JSONL[name][0]), "jsonl", Fields()).rows)[1:]
    assert len(rows) == 1
    assert "help" not in rows[0].error
    assert "caf" not in rows[0].error
    assert len(rows[0].error) < 300


@pytest.mark.parametrize("name", [name for name, (_, good) in JSONL.items() if good])
def test_the_fields_of_a_good_line_are_carried_untouched(run: Callable[..., int], tmp_path: Path, name: str) -> None:
    line, _ = JSONL[name]
    Path("in.jsonl").write_bytes(line)
    run("in.jsonl", "--output", "out.jsonl")
    out = strict(Path("out.jsonl").read_bytes())
    out.pop("tonecheck")
    expected = json.loads(line)
    expected.pop("tonecheck", None)
    assert out == expected


@pytest.mark.parametrize("depth", range(940, 1_001, 4))
def test_nesting_near_the_limit_is_scored_or_failed_but_never_lost(run: Callable[..., int], tmp_path: Path, depth: int) -> None:
    Path("in.jsonl").write_bytes(GOOD + b'{"text": "a", "x": ' + b"[" * depth + b"]" * depth + b"}\n" + END)
    assert run("in.jsonl", "--output", "out.jsonl") in (DONE, DONE_WITH_FAILED_ROWS)
    assert Path("out.jsonl").read_bytes().count(b"\n") == 3


@pytest.mark.parametrize("content", [b"", b"\n", b"\n\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_file_without_rows_is_done_without_rows(run: Callable[..., int], tmp_path: Path, content: bytes) -> None:
    Path("in.jsonl").write_bytes(content)
    assert run("in.jsonl", "--output", "out.jsonl") == DONE
    assert Path("out.jsonl").read_bytes() == b""


def test_a_csv_is_only_written_from_a_csv_so_that_no_field_is_lost(
    run: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("in.jsonl").write_bytes(GOOD + END)
    assert run("in.jsonl", "--output", "out.csv") == FAILED
    assert ".jsonl" in capsys.readouterr().err
    assert not Path("out.csv").exists()


# CSV: the file, and what it gives: its texts in order with None for a failed row, or the word that the FormatError holds.
BIG = "help " * 200_000
CSV: dict[str, tuple[bytes, list[str | None] | str]] = {
    "plain": (b"id,text\n1,please help\n2,it is down\n", ["please help", "it is down"]),
    "a byte order mark": (b"\xef\xbb\xbftext,id\nplease help,1\n", ["please help"]),
    "windows line ends": (b"id,text\r\n1,please help\r\n2,it is down\r\n", ["please help", "it is down"]),
    "old Mac line ends": (b"id,text\r1,please help\r2,it is down\r", ["please help", "it is down"]),
    "no last line end": (b"id,text\n1,please help", ["please help"]),
    "semicolons": (b"id;text\n1;please help, now\n", ["please help, now"]),
    "tabs": (b"id\ttext\n1\tplease help, now\n", ["please help, now"]),
    "quotes in quotes": (b'id,text\n1,"he said ""please"", twice"\n', ['he said "please", twice']),
    "lines in a cell": (b'id,text\n1,"please\nhelp"\n2,it is down\n', ["please\nhelp", "it is down"]),
    "a megabyte in a cell": (f"id,text\n1,{BIG}\n2,it is down\n".encode(), [BIG, "it is down"]),
    "a header in quotes over two lines": (b'"the\nid",text\n1,please help\n', ["please help"]),
    "too few cells": (b"id,text\n1\n2,it is down\n", [None, "it is down"]),
    "too many cells": (b"id,text\n1,please, help\n2,it is down\n", [None, "it is down"]),
    "NA stays a text": (b"id,text\n007,NA\n008,null\n", ["NA", "null"]),
    "a header alone": (b"id,text\n", []),
    "a NUL": (
        b"id,text\n1,please\x00help\n2,it is down\n",
        ["please\x00help", "it is down"] if sys.version_info >= (3, 11) else "NUL",  # the csv module of 3.10 refuses it
    ),
    "UTF-16": ("id,text\n1,please help\n".encode("utf-16"), "UTF-8"),
    "latin-1": ("id,text\n1,caf\u00e9\n".encode("latin-1"), "UTF-8"),
    "latin-1 far down": (b"id,text\n" + b"1,please help\n" * 5_000 + b"2,caf\xe9\n", "UTF-8"),
    "an empty file": (b"", "empty"),
    "blank lines alone": (b"\n\n\n", "empty"),
    "a column twice": (b"text,text\na,b\n", "text"),
    "no name for two columns": (b"text,,\na,b,c\n", "''"),
    "no such column": (b"id,message\n1,please help\n", "'message'"),
    "an unclosed quote": (b'id,text\n1,"please help\n2,it is down\n3,thanks\n', "quote"),
    "an unclosed quote in the last column of the last row": (b'id,text\n1,please help\n2,"it is down\n', "quote"),
    "an unclosed quote in the header": (b'text,"note\nplease help,1\nit is down,2\n', "quote"),
    "an unclosed quote and bytes that are no UTF-8 far behind it": (b'text,"note\n' + b"a" * 20_000 + b"\xff\n", "UTF-8"),
}


def scored(content: bytes, kind: str = "csv") -> list[str | None]:
    return [row.ticket.body if row.ticket else None for row in read_rows(io.BytesIO(content), kind, Fields()).rows]


@pytest.mark.parametrize("name", CSV)
def test_a_csv_gives_each_row_or_one_format_error(name: str) -> None:
    content, expected = CSV[name]
    if isinstance(expected, str):
        with pytest.raises(FormatError, match=expected) as caught:
            scored(content)
        assert "please" not in str(caught.value)
        assert len(str(caught.value)) < 500
    else:
        assert scored(content) == expected


@pytest.mark.parametrize("name", CSV)
def test_a_csv_through_the_command_line_loses_no_row(
    run: Callable[..., int], tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content, expected = CSV[name]
    Path("in.csv").write_bytes(content)
    code = run("in.csv", "--output", "out.csv")
    said = capsys.readouterr().err
    assert "Traceback" not in said
    if isinstance(expected, str):
        assert code == FAILED
        assert said.startswith("tonecheck: ")
        assert not Path("out.csv").exists()
        return
    assert code == (DONE_WITH_FAILED_ROWS if None in expected else DONE)
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["tonecheck_error"] == "" for row in rows] == [text is not None for text in expected]
    assert [row["text"] for row, text in zip(rows, expected, strict=True) if text is not None] == [
        text for text in expected if text is not None
    ]


@pytest.mark.parametrize(
    "name",
    [name for name, (content, expected) in CSV.items() if isinstance(expected, str) and content.startswith(b"id,text\n")],
)
def test_rows_before_a_broken_place_are_read_before_the_error(name: str) -> None:
    content, _ = CSV[name]
    good = b"id,text\n" + b"1,please help\n" * 3_000
    rows: list[Row] = []
    with pytest.raises(FormatError):
        rows.extend(read_rows(io.BytesIO(good + content.removeprefix(b"id,text\n")), "csv", Fields()).rows)
    assert len(rows) >= 1_000
    assert all(row.ticket for row in rows)


def test_a_csv_of_one_column_has_a_row_for_each_line(run: Callable[..., int], tmp_path: Path) -> None:
    Path("in.csv").write_bytes(b'text\nplease help\n""\nit is down\n')
    assert run("in.csv", "--output", "out.csv") == DONE
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        assert [row["tonecheck_abstained"] for row in csv.DictReader(file)] == ["", "empty", ""]


def test_a_lone_carriage_return_in_a_cell_makes_no_second_row(run: Callable[..., int], tmp_path: Path) -> None:
    Path("in.csv").write_bytes(b'id,text\n1,"please\rhelp"\n2,it is down\n')
    assert run("in.csv", "--output", "out.csv") == DONE
    with Path("out.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["id"], row["text"]) for row in csv.DictReader(file)] == [("1", "please\rhelp"), ("2", "it is down")]


def test_a_header_alone_gives_a_header_alone(run: Callable[..., int], tmp_path: Path) -> None:
    Path("in.csv").write_bytes(b"id,text\n")
    assert run("in.csv", "--output", "out.csv") == DONE
    assert Path("out.csv").read_text("utf-8") == ",".join(["id", "text", *CSV_ADDED]) + "\n"


def test_a_tsv_goes_out_as_a_tsv(run: Callable[..., int], tmp_path: Path) -> None:
    Path("in.tsv").write_bytes(b"id\ttext\n1\tplease, help\n")
    assert run("in.tsv", "--output", "out.tsv") == DONE
    assert Path("out.tsv").read_text("utf-8").split("\n")[0].split("\t") == ["id", "text", *CSV_ADDED]
    assert scored(Path("out.tsv").read_bytes(), "tsv") == ["please, help"]


def test_lines_of_text_that_are_no_utf8_are_failed_rows(run: Callable[..., int], tmp_path: Path) -> None:
    Path("in.txt").write_bytes(b"please help\ncaf\xe9\n\nit is down\n")
    assert run("in.txt", "--output", "out.jsonl") == DONE_WITH_FAILED_ROWS
    rows = [strict(line) for line in Path("out.jsonl").read_bytes().splitlines()]
    assert ["error" in row for row in rows] == [False, True, False, False]
    assert rows[1]["line"] == 2
    assert rows[2]["tonecheck"]["abstained"] == "empty"


@given(st.binary(max_size=200), st.sampled_from(["text", "jsonl", "csv", "tsv", None]))
def test_any_bytes_are_rows_or_a_format_error(content: bytes, kind: str | None) -> None:
    try:
        rows = list(read_rows(io.BytesIO(content), kind, Fields()).rows)
    except FormatError:
        refused = kind in ("csv", "tsv") or content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"[")
        assert refused
    else:
        assert all((row.ticket is None) == (row.error is not None) for row in rows)
        if kind == "text":
            assert len(rows) == content.count(b"\n") + (not content.endswith(b"\n") and bool(content))


@given(st.text(st.sampled_from('a,;"\n\r\t|\x00é '), max_size=60))
def test_any_csv_is_rows_or_a_format_error(body: str) -> None:
    try:
        rows = list(read_rows(io.BytesIO(f"id,text\n{body}".encode()), "csv", Fields()).rows)
    except FormatError:
        return
    assert all((row.ticket is None) == (row.error is not None) for row in rows)
    assert len(rows) <= body.count("\n") + body.count("\r") + 1
