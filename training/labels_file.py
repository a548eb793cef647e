"""A user's own labels, read whole and checked whole before anything is trained.

One row a message, in CSV, TSV, JSONL or a folder that the `datasets` library saved. Columns:

    text, or body with an optional subject      the message
    hostility, user_error, urgency              levels 0-3; a column that never goes over 1 is read as no / yes (level 2 or 3)
    any signal, any axis of your own            0 or 1 (also no/yes, false/true)
    signals                                     the signals that are there (a list, or parted by blanks; - for none); all others
                                                are absent
    group                                       rows of one group, say one customer, are held out together

Any of them may be missing, and so may any cell: an empty cell is not learned from. Other columns are ignored, and named.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from tonecheck.errors import InputError
from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL, SIGNALS
from tonecheck.text import read
from training.corpora import fingerprint

MOST_SHOWN = 200
"""Bad rows that an error lists; it says how many more there are."""

_YES_NO = {"0": 0.0, "1": 1.0, "no": 0.0, "yes": 1.0, "false": 0.0, "true": 1.0, "0.0": 0.0, "1.0": 1.0}
_NO_CELL = ("", "nan", "null", "none", "na", "n/a")
_OTHER_COLUMNS = ("text", "body", "subject", "signals", "group")
_NO_ROW = "is not one row with as many cells as the header, or one JSON object with each name once"


@dataclass(frozen=True, slots=True)
class Labels:
    """What a user labelled.

    Attributes:
        texts: Cleaned as `Scorer` cleans them.
        targets: Shape (texts, 28 + own axes), 0 or 1, NaN where a cell is not labelled.
        groups: Rows of one group stand on one side of a split.
        own: Names of the user's own axes.
        told: How the columns were read, one line each.
    """

    texts: list[str]
    targets: npt.NDArray[np.float32]
    groups: list[str]
    own: tuple[str, ...]
    told: list[str]

    @property
    def outputs(self) -> tuple[str, ...]:
        return (*OUTPUTS, *self.own)


def read_labels(path: Path, own: tuple[str, ...] = (), had: tuple[str, ...] = ()) -> Labels:
    """Reads and checks a label file.

    Args:
        path: CSV, TSV or JSONL file, or a folder that `datasets.Dataset.save_to_disk` wrote.
        own: Columns that are axes of the user's own.
        had: Axes of their own that the model has already; their columns may be missing.

    Raises:
        InputError: The file cannot be read, a column is missing, or rows are wrong; every bad row is listed with its line
            and reason, never with its text.
    """
    taken = [name for name in own if name in (*AXES, *SIGNALS, *_OTHER_COLUMNS)]
    if taken or len(set(own)) < len(own):
        raise InputError(f"an axis of your own cannot be called {taken[0] if taken else own[0]!r}; choose a name of its own.")
    numbered = list(_rows(path))
    if not numbered:
        raise InputError(f"{path}: there are no rows; expected one message in each.")
    columns = list(dict.fromkeys(name for _, row in numbered if isinstance(row, dict) for name in row))
    if not columns:
        _refuse(path, [(line, _NO_ROW) for line, _ in numbered], len(numbered))
    missing = [name for name in own if name not in columns]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; there are: {_names(columns)}.")
    own = (*had, *(name for name in own if name not in had))
    known = [name for name in (*AXES, *SIGNALS, *own) if name in columns]
    if not {"text", "body"} & set(columns):
        raise InputError(f"{path}: no column text (or body) with the messages; there are: {_names(columns)}.")
    if not known and "signals" not in columns:
        raise InputError(f"{path}: no column of labels; expected one or more of: {', '.join((*AXES, *SIGNALS))}, or signals.")
    rows = [row for _, row in numbered if isinstance(row, dict)]
    yes_no = {axis for axis in AXES if axis in columns and _never_over_one(row.get(axis) for row in rows)}

    bad: list[tuple[int, str]] = []
    texts, groups = [], []
    targets = np.full((len(numbered), len(OUTPUTS) + len(own)), np.nan, dtype=np.float32)
    for k, (line, row) in enumerate(numbered):
        try:
            if not isinstance(row, dict):
                raise ValueError(_NO_ROW)
            text = _text(row)
            targets[k] = _targets(row, known, own, yes_no)
        except ValueError as error:
            bad.append((line, str(error)))
            continue
        texts.append(text)
        groups.append(_group(row.get("group"), text))
    if bad:
        _refuse(path, bad, len(numbered))
    if np.isnan(targets).all():
        raise InputError(f"{path}: no cell is labelled in {len(numbered)} rows.")
    told = []
    for name in known:
        how = "no / yes (level 2 or 3)" if name in yes_no else "levels 0-3" if name in AXES else "no / yes"
        told.append(f"{name}: {how}, {sum(_given(row.get(name)) for _, row in numbered)} of {len(numbered)} rows labelled")
    if "signals" in columns:
        told.append(f"signals: lists of names, {sum(_listed(row.get('signals')) for _, row in numbered)} of {len(numbered)} rows")
    ignored = [name for name in columns if name not in {*known, *_OTHER_COLUMNS}]
    if ignored:
        told.append(f"ignored columns: {_names(ignored)} (an axis of your own? --axis NAME)")
    return Labels(texts, targets, groups, own, told)


def _refuse(path: Path, bad: list[tuple[int, str]], of: int) -> NoReturn:
    """Raises with every bad row listed, up to `MOST_SHOWN`."""
    lines = "".join(f"\n  line {line}: {reason}" for line, reason in bad[:MOST_SHOWN])
    more = f"\n  and {len(bad) - MOST_SHOWN} more" if len(bad) > MOST_SHOWN else ""
    raise InputError(f"{path}: {len(bad)} of {of} rows cannot be used; nothing was trained.{lines}{more}")


def _names(columns: list[str]) -> str:
    """Columns by name; those that do not look like names may be a ticket's text, in a file without a header."""
    like_names = [name for name in columns if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_-]{0,39}", name)]
    others = len(columns) - len(like_names[:30])
    return ", ".join(like_names[:30]) + (f" and {others} more" if others else "") or "none"


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number and row of each message; None in place of a row that is none."""
    ending = path.suffix.lower()
    try:
        if path.is_dir():
            yield from _dataset(path)
            return
        if ending not in (".csv", ".tsv", ".jsonl", ".ndjson"):
            raise InputError(f"{path}: expected .csv, .tsv, .jsonl or a datasets folder; got {ending or 'no ending'!r}.")
        if not path.is_file():
            raise InputError(f"{path}: there is no such file; give a CSV, TSV or JSONL file of labels.")
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or type(error).__name__}).") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: line {raw.count(10, 0, error.start) + 1} is not UTF-8; save the file as UTF-8.") from None
    yield from (_json_lines(text) if ending in (".jsonl", ".ndjson") else _table(path, text, "\t" if ending == ".tsv" else ","))


def _dataset(path: Path) -> Iterator[tuple[int, Any]]:
    try:
        from datasets import load_from_disk
    except ImportError:
        raise InputError(f"{path}: reading a datasets folder needs datasets; run: pip install datasets") from None
    try:
        found = load_from_disk(str(path))
        for split in found.values() if hasattr(found, "values") else [found]:
            yield from enumerate(split.with_format(None) if len(split) else (), start=1)
    except Exception as error:  # arrow, json and the file system raise many kinds
        raise InputError(f"{path}: is no datasets folder that can be read ({type(error).__name__}).") from None


def _json_lines(text: str) -> Iterator[tuple[int, Any]]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError("a name twice")
        return dict(pairs)

    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, json.loads(line, object_pairs_hook=once)
            except (ValueError, RecursionError):
                yield number, None


def _table(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, Any]]:
    """Rows by the number of their first line; strict, since a stray quote would swallow the rows after it."""
    before = csv.field_size_limit(max(len(text), 1))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        header = [name.strip().strip("\u200b\ufeff") for name in next(reader, [])]
        named = [name for name in header if name]
        if len(set(named)) < len(named):
            twice = _names(sorted({name for name in named if named.count(name) > 1}))
            raise InputError(f"{path}: a column stands twice in the header: {twice}.")
        while True:
            start = reader.line_num + 1
            cells = next(reader, None)
            if cells is None:
                return
            if cells:
                yield start, dict(zip(header, cells, strict=True)) if len(cells) == len(header) else None
    except csv.Error as error:
        raise InputError(f"{path}: the row that starts in line {start} is not CSV ({error}); is a quote not closed?") from None
    finally:
        csv.field_size_limit(before)


def _group(cell: Any, text: str) -> str:
    """What holds rows together: the group that is given, or else the text itself."""
    return f"group {cell}".encode("ascii", "backslashreplace").decode() if _given(cell) else fingerprint(text)


def _text(row: dict[str, Any]) -> str:
    body = row.get("text") if _given(row.get("text")) else row.get("body")
    subject = row.get("subject") if _given(row.get("subject")) else None
    if not isinstance(body, str) or not body.strip():
        raise ValueError("has no text")
    if subject is not None and not isinstance(subject, str):
        raise ValueError(f"subject is {type(subject).__name__}, expected text")
    text = read(subject, body).text
    if not text.strip():
        raise ValueError("has no text left once markup, quoted mail and signatures are set aside")
    return text


def _targets(row: dict[str, Any], known: list[str], own: tuple[str, ...], yes_no: set[str]) -> npt.NDArray[np.float32]:
    values = dict.fromkeys((*OUTPUTS, *own), math.nan)
    if _listed(row.get("signals")):
        values.update(_signals(row["signals"]))
    for name in known:
        cell = row.get(name)
        if not _given(cell):
            continue
        if name not in AXES:
            values[name] = _yes(name, cell)
        elif name in yes_no:
            values[f"{name}>={SCORE_LEVEL}"] = _yes(name, cell)
        else:
            level = _level(name, cell)
            values.update({f"{name}>={k}": float(level >= k) for k in (1, 2, 3)})
    return np.array(list(values.values()), dtype=np.float32)


def _signals(cell: Any) -> dict[str, float]:
    names = cell.replace("-", " ").split() if isinstance(cell, str) else cell
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"signals is {type(cell).__name__}, expected a list of names")
    unknown = [name for name in names if name not in SIGNALS]
    if unknown:
        raise ValueError(f"signals holds {_shown(unknown[0])}, expected names out of: {', '.join(SIGNALS)}")
    return {name: float(name in names) for name in SIGNALS}


def _shown(cell: Any) -> str:
    """A wrong value as an error may show it: a short word or a number; anything longer may be a ticket's text."""
    if isinstance(cell, (bool, int, float)) and abs(cell) < 1e9:
        return repr(str(cell))
    if isinstance(cell, str) and len(cell) <= 12 and not cell.strip().count(" "):
        return repr(cell)
    return f"text of {len(cell)} characters" if isinstance(cell, str) else f"a value of type {type(cell).__name__}"


def _listed(cell: Any) -> bool:
    """Whether a cell names signals: an empty list, or "-" in a CSV, says that there are none; an empty cell says nothing."""
    return _given(cell) if isinstance(cell, (str, float)) else cell is not None


def _given(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip().lower() not in _NO_CELL
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))


def _number(cell: Any) -> float | None:
    if isinstance(cell, (bool, int, float, np.number)):
        return float(cell) if abs(cell) < 1e9 else None
    word = str(cell).strip().lower()
    return _YES_NO[word] if word in _YES_NO else _float(word)


def _float(cell: str) -> float | None:
    try:
        return float(cell)
    except ValueError:
        return None


def _never_over_one(cells: Iterator[Any]) -> bool:
    return all((_number(cell) or 0.0) <= 1.0 for cell in cells if _given(cell))


def _yes(name: str, cell: Any) -> float:
    value = _number(cell)
    if value not in (0.0, 1.0):
        raise ValueError(f"{name} is {_shown(cell)}, expected 0 or 1, or nothing")
    return float(value)


def _level(name: str, cell: Any) -> int:
    value = None if isinstance(cell, bool) or str(cell).strip().isalpha() else _number(cell)
    if value not in (0.0, 1.0, 2.0, 3.0):
        raise ValueError(f"{name} is {_shown(cell)}, expected a level 0, 1, 2 or 3, or nothing")
    return int(value)
