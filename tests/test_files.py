"""Files of tickets: rows in, rows out, every row accounted for and its fields carried."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck import AXES, FormatError, Scorer, Ticket, TicketScore
from tonecheck.files import CSV_ADDED, CsvWriter, Fields, Row, csv_cells, format_of, jsonl_line, read_rows
from tonecheck.result import abstained_score


def rows_of(content: bytes, kind: str | None, **fields: str) -> list[Row]:
    return list(read_rows(io.BytesIO(content), kind, Fields(**fields)).rows)


def tickets_of(content: bytes, kind: str | None, **fields: str) -> list[Ticket | None]:
    return [row.ticket for row in rows_of(content, kind, **fields)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.txt", "text"), ("a.jsonl", "jsonl"), ("a.ndjson", "jsonl"), ("a.csv", "csv"), ("a.tsv", "tsv"), ("A.CSV", "csv"),
        ("a.csv.jsonl", "jsonl"), ("a", None), ("a.log", None), ("csv", None), ("", None), ("a.json", None),
    ],
)  # fmt: skip
def test_a_file_tells_its_format_by_its_name(name: str, kind: str | None) -> None:
    assert format_of(name) == kind


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"text": "a"}\n', "jsonl"), (b'\n\n  {"text": "a"}\n', "jsonl"), (b'\xef\xbb\xbf{"text": "a"}\n', "jsonl"),
        (b"a\n", "text"), (b"[1]\n", "text"), (b"", "text"), (b'say {"text": "a"}\n', "text"),
    ],
)  # fmt: skip
def test_without_a_name_the_first_character_tells(content: bytes, kind: str) -> None:
    assert rows_of(content, None) == rows_of(content, kind)


def test_each_line_of_text_is_a_ticket() -> None:
    assert tickets_of(b"one\n\ntwo\r\n three \nfour", "text") == [
        Ticket(body=text) for text in ("one", "", "two", " three ", "four")
    ]


def test_a_line_ends_at_a_line_feed_alone() -> None:
    odd = "one\u2028still\u2029one\x85still\x0bone\x0cstill\x1cone"
    assert tickets_of(f"{odd}\ntwo".encode(), "text") == [Ticket(body=odd), Ticket(body="two")]
    line = json.dumps({"text": odd}, ensure_ascii=False)
    assert tickets_of(f"{line}\n{line}\n".encode(), "jsonl") == [Ticket(body=odd)] * 2


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    assert tickets_of(b"\xef\xbb\xbfone\ntwo", "text") == [Ticket(body="one"), Ticket(body="two")]
    assert tickets_of(b'\xef\xbb\xbf{"text": "one"}\n', "jsonl") == [Ticket(body="one")]
    assert rows_of(b"\xef\xbb\xbftext,id\none,1\n", "csv")[0].fields == {"text": "one", "id": "1"}


_NO_NUL_IN_CSV = "" if sys.version_info >= (3, 11) else "\x00"  # the csv module of 3.10 refuses it
texts = st.text(st.characters(codec="utf-8", exclude_characters=_NO_NUL_IN_CSV), max_size=30)
lines = texts.map(lambda text: text.replace("\n", " ").rstrip("\r"))
names = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.lists(lines, max_size=12))
def test_no_line_of_text_is_lost(many: list[str]) -> None:
    content = "".join(f"{line}\n" for line in many).encode()
    expected = [Ticket(body=line) for line in many]
    if many and many[0].startswith("\ufeff"):
        expected[0] = Ticket(body=many[0][1:])
    assert tickets_of(content, "text") == expected


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.lists(st.fixed_dictionaries({"text": st.text(max_size=20)}, optional={"id": plain, "more": plain}), max_size=8),
    st.booleans(),
)
def test_no_row_and_no_field_of_jsonl_is_lost(many: list[dict[str, Any]], ascii_only: bool) -> None:
    content = "".join(json.dumps(one, ensure_ascii=ascii_only) + "\n" for one in many).encode("utf-8", "surrogatepass")
    rows = rows_of(content, "jsonl")
    assert len(rows) == len(many)
    for row, one in zip(rows, many, strict=True):
        if row.error is None:
            assert row.fields == one
            assert row.ticket == Ticket(body=one["text"])
        else:  # bytes that are no UTF-8
            assert not ascii_only
            assert "UTF-8" in row.error


@given(
    st.lists(names, unique=True, max_size=3).filter(lambda header: "text" not in header),
    st.data(),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_no_row_and_no_cell_of_csv_is_lost(more: list[str], data: st.DataObject, delimiter: str, end: str) -> None:
    header = ["text", *(name.translate(str.maketrans("", "", ',;\t|"')) or "x" for name in more)]
    header = list(dict.fromkeys(header))
    cell = texts.map(lambda text: text.replace("\x00", "").replace("\r", ""))
    many = data.draw(st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), max_size=6))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *many])
    kind = "tsv" if delimiter == "\t" else "csv"
    rows = rows_of(out.getvalue().encode(), kind)
    assert [list(row.fields.values()) for row in rows] == many
    assert [row.ticket for row in rows] == [Ticket(body=cells[0]) for cells in many]


@pytest.mark.parametrize(
    "cell",
    ["NA", "null", "None", "nan", "007", "1e5", "TRUE", "2024-05-03", " padded ", "", "=1+1", "a,b", 'say "x"', "two\nlines"],
)
def test_a_cell_of_csv_stays_the_text_it_is(cell: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["id", "text"], [cell, cell]])
    (row,) = rows_of(out.getvalue().encode(), "csv")
    assert row.fields == {"id": cell, "text": cell}
    assert row.ticket == Ticket(body=cell)


def test_subject_and_body_are_read_where_there_is_no_text() -> None:
    assert tickets_of(b'{"subject": "s", "body": "b"}', "jsonl") == [Ticket("s", "b")]
    assert tickets_of(b'{"body": "b"}', "jsonl") == [Ticket(None, "b")]
    assert tickets_of(b'{"subject": "s"}', "jsonl") == [Ticket("s", "")]
    assert tickets_of(b'{"subject": null, "body": "b"}', "jsonl") == [Ticket(None, "b")]
    assert tickets_of(b"subject,body\ns,b\n", "csv") == [Ticket("s", "b")]
    assert tickets_of(b'{"text": "t", "subject": "s", "body": "b"}', "jsonl") == [Ticket(None, "t")]


def test_fields_may_have_any_name() -> None:
    content = b'{"title": "s", "message": "b", "text": "t"}'
    assert tickets_of(content, "jsonl", subject="title", body="message") == [Ticket("s", "b")]
    assert tickets_of(content, "jsonl", text="message") == [Ticket(None, "b")]
    assert tickets_of(content, "jsonl", text="message", subject="title") == [Ticket("s", "b")]


def test_a_row_without_the_field_says_which_there_are() -> None:
    (row,) = rows_of(b'{"message": "b", "id": 7}', "jsonl")
    assert row.ticket is None
    assert "'message', 'id'" in row.error
    assert "--text-field" in row.error
    assert row.fields == {"message": "b", "id": 7}
    with pytest.raises(FormatError, match="'message', 'id'"):
        rows_of(b"message,id\nb,7\n", "csv")
    with pytest.raises(FormatError, match=r"no field 'txt'.*'text'"):
        rows_of(b"text,id\nb,7\n", "csv", text="txt")


@pytest.mark.parametrize("value", ["null", "7", "1.5", "true", "[]", "{}", '["x"]'])
def test_a_text_that_is_no_text_is_a_failed_row_with_its_type(value: str) -> None:
    kind = type(json.loads(value)).__name__ if value != "null" else "null"
    (row,) = rows_of(f'{{"id": 1, "text": {value}}}'.encode(), "jsonl")
    assert row.ticket is None
    assert row.fields == {"id": 1, "text": json.loads(value)}
    assert f"'text' must be text, got {kind}" in row.error


def test_a_score_goes_out_with_the_fields_of_its_row(scorer: Scorer) -> None:
    score = scorer.score("my site is down")
    line = jsonl_line(Row({"id": 7, "text": "é\u2028"}, Ticket(body="x")), score)
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert "é" in line
    back = json.loads(line)
    assert (back.pop("id"), back.pop("text")) == (7, "é\u2028")
    assert TicketScore.from_dict(back.pop("tonecheck")) == score
    assert back == {}


def test_a_failed_row_goes_out_with_its_reason_and_its_fields() -> None:
    assert json.loads(jsonl_line(Row({"id": 7}, None, "no text"), None)) == {"id": 7, "error": "no text"}


@given(st.dictionaries(st.text(max_size=5).filter(lambda name: name not in ("tonecheck", "error")), plain, max_size=5))
def test_any_fields_go_out_as_one_line_of_utf8(fields: dict[str, Any]) -> None:
    line = jsonl_line(Row(fields, Ticket(body="x")), abstained_score("empty", "und", 1.0, "m")).encode()
    assert line.count(b"\n") == 1
    back = json.loads(line)
    del back["tonecheck"]
    assert back == fields


def strict(line: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(line, parse_constant=refuse)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1e999999"])
def test_a_number_too_large_for_a_float_never_makes_output_that_is_no_json(number: str) -> None:
    (row,) = rows_of(f'{{"text": "please help", "n": {number}}}'.encode(), "jsonl")
    score = abstained_score("empty", "und", 1.0, "m")
    strict(jsonl_line(row, score if row.error is None else None))


def test_a_score_as_cells(scorer: Scorer) -> None:
    score = scorer.score("my site is down")
    cells = dict(zip(CSV_ADDED, csv_cells(Row({}, Ticket(body="x")), score), strict=True))
    for axis in AXES:
        assert float(cells[f"tonecheck_{axis}"]) == getattr(score, axis)
        assert cells[f"tonecheck_{axis}_level"] == score.levels[axis]
    assert cells["tonecheck_flags"] == ";".join(name for name, raised in score.flags().items() if raised)
    assert (cells["tonecheck_model_id"], cells["tonecheck_error"], cells["tonecheck_abstained"]) == (score.model_id, "", "")


def test_an_abstained_score_and_a_failed_row_as_cells_hold_no_number() -> None:
    cells = dict(zip(CSV_ADDED, csv_cells(Row({}, Ticket()), abstained_score("language", "de", 1.0, "m")), strict=True))
    assert [cells[f"tonecheck_{axis}"] for axis in AXES] == ["", "", ""]
    assert (cells["tonecheck_abstained"], cells["tonecheck_language"]) == ("language", "de")
    cells = dict(zip(CSV_ADDED, csv_cells(Row({}, None, "no text"), None), strict=True))
    assert cells.pop("tonecheck_error") == "no text"
    assert set(cells.values()) == {""}


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5))
def test_written_csv_reads_back_as_it_was(many: list[list[str]]) -> None:
    out = io.StringIO()
    writer = CsvWriter(out, ["a", "b"])
    for a, b in many:
        writer.write(Row({"a": a, "b": b}, Ticket(body=a)), abstained_score("empty", "und", 1.0, "m"))
    header, *rows = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert header == ["a", "b", *CSV_ADDED]
    assert [row[:2] for row in rows] == many


def test_a_first_row_with_fewer_fields_takes_none_from_the_rows_after_it() -> None:
    read = read_rows(io.BytesIO(b"id,text,note\n1\n2,please help,from a shop\n"), "csv", Fields())
    rows = list(read.rows)
    assert [row.error is None for row in rows] == [False, True]
    assert read.columns == ["id", "text", "note"]
    out = io.StringIO()
    writer = CsvWriter(out, read.columns)
    for row in rows:
        writer.write(row, None if row.error else abstained_score("empty", "und", 1.0, "m"))
    back = list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))
    assert [row["id"] for row in back] == ["1", "2"]
    assert (back[1]["text"], back[1]["note"]) == ("please help", "from a shop")
    assert math.isclose(float(back[1]["tonecheck_read_fraction"]), 1.0)


@pytest.mark.parametrize("content", [b'[{"text": "a"}]', b"[\n  {\n", b'["a", "b"]\n', b"[]", b'\xef\xbb\xbf[{"text": "a"}]'])
@pytest.mark.parametrize("kind", ["jsonl", None])
def test_one_json_array_is_refused_with_the_cure(content: bytes, kind: str | None) -> None:
    with pytest.raises(FormatError, match=r"one JSON array.*jq"):
        read_rows(io.BytesIO(content), kind, Fields())


@pytest.mark.parametrize("line", ['["URGENT"] please help', "[] the checkbox is gone", "[", "[{x}] is not replaced"])
def test_lines_of_text_may_begin_with_a_bracket(line: str) -> None:
    assert tickets_of(f"{line}\nplease help\n".encode(), "text") == [Ticket(body=line), Ticket(body="please help")]
