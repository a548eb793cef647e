"""A user's own labels, read whole and checked whole before anything is trained.

One row a message, in CSV, TSV, JSONL or a folder that the `datasets` library saved. Columns:

    text, or body with an optional subject      the message
    hostility, user_error, urgency              levels 0-3; a column that never goes over 1 is read as no / yes (level 2 or 3)
    any signal, any axis of your own            0 or 1 (also no/yes, false/true)
    signals                                     the signals that are there (a list, or parted by blanks); all others are absent
    group                                       rows of one group, say one customer, are held out together

Any of them may be missing, and so may any cell: an empty cell is not learned from. Other columns are ignored, and named.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tonecheck.errors import InputError
from tonecheck.labels import AXES, OUTPUTS, SCORE_LEVEL, SIGNALS
from tonecheck.text import read

MOST_SHOWN = 200
"""Bad rows that an error lists; it says how many more there are."""

_YES_NO = {"0": 0.0, "1": 1.0, "no": 0.0, "yes": 1.0, "false": 0.0, "true": 1.0, "0.0": 0.0, "1.0": 1.0}
_NO_CELL = ("", "nan", "null", "none", "na", "n/a")


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


def read_labels(path: Path, own: tuple[str, ...] = ()) -> Labels:
    """Reads and checks a label file.

    Args:
        path: CSV, TSV or JSONL file, or a folder that `datasets.Dataset.save_to_disk` wrote.
        own: Columns that are axes of the user's own.

    Raises:
        InputError: The file cannot be read, a column is missing, or rows are wrong; every bad row is listed with its line
            and reason, never with its text.
    """
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder; give a CSV, TSV or JSONL file of labels.")
    numbered = list(_rows(path))
    columns = list(dict.fromkeys(name for _, row in numbered if isinstance(row, dict) for name in row))
    known = [name for name in (*AXES, *SIGNALS, *own) if name in columns]
    missing = [name for name in own if name not in columns]
    if missing:
        raise InputError(f"{path}: no column {', '.join(missing)}; there are: {', '.join(columns)}.")
    if not {"text", "body"} & set(columns):
        raise InputError(f"{path}: no column text (or body) with the messages; there are: {', '.join(columns) or 'none'}.")
    if not known and "signals" not in columns:
        raise InputError(f"{path}: no column of labels; expected one or more of: {', '.join((*AXES, *SIGNALS))}, or signals.")
    yes_no = {
        axis
        for axis in AXES
        if axis in columns and _never_over_one(row.get(axis) for _, row in numbered if isinstance(row, dict))
    }

    bad: list[str] = []
    texts, groups = [], []
    targets = np.full((len(numbered), len(OUTPUTS) + len(own)), np.nan, dtype=np.float32)
    for k, (line, row) in enumerate(numbered):
        try:
            if not isinstance(row, dict):
                raise ValueError("is not one object of named values")
            text = _text(row)
            targets[k] = _targets(row, known, own, yes_no)
        except ValueError as error:
            bad.append(f"  line {line}: {error}")
            continue
        texts.append(text)
        groups.append(str(row.get("group") or f"line {line}"))
    if bad:
        more = f"\n  and {len(bad) - MOST_SHOWN} more" if len(bad) > MOST_SHOWN else ""
        raise InputError(
            f"{path}: {len(bad)} of {len(numbered)} rows cannot be used; nothing was trained.\n"
            + "\n".join(bad[:MOST_SHOWN])
            + more
        )
    if np.isnan(targets).all():
        raise InputError(f"{path}: no cell is labelled in {len(numbered)} rows.")
    told = []
    for name in known:
        how = "no / yes (level 2 or 3)" if name in yes_no else "levels 0-3" if name in AXES else "no / yes"
        told.append(f"{name}: {how}, {sum(_given(row.get(name)) for _, row in numbered)} of {len(numbered)} rows labelled")
    if "signals" in columns:
        told.append(
            f"signals: lists of names, {sum(row.get('signals') is not None for _, row in numbered)} of {len(numbered)} rows"
        )
    ignored = [name for name in columns if name not in {*known, "text", "body", "subject", "signals", "group"}]
    if ignored:
        told.append(f"ignored columns: {', '.join(ignored)} (an axis of your own? --axis {ignored[0]})")
    return Labels(texts, targets, groups, own, told)


def _rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number and row of each message."""
    if path.is_dir():
        try:
            from datasets import load_from_disk
        except ImportError:
            raise InputError(f"{path}: reading a datasets folder needs datasets; run: pip install datasets") from None
        found = load_from_disk(str(path))
        for name, split in found.items() if hasattr(found, "items") else [("", found)]:
            yield from ((k, {"split": name, **row} if name else row) for k, row in enumerate(split, start=1))
        return
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            raw = file.read()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8.") from None
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        for number, line in enumerate(raw.split("\n"), start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError):
                    yield number, None
    elif path.suffix.lower() in (".csv", ".tsv"):
        reader = csv.DictReader(io.StringIO(raw, newline=""), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
        try:
            for row in reader:
                yield reader.line_num, row if None not in row else None
        except csv.Error as error:
            raise InputError(f"{path}: line {reader.line_num} is not CSV ({error}).") from None
    else:
        raise InputError(f"{path}: expected .csv, .tsv, .jsonl or a datasets folder; got {path.suffix or 'no ending'!r}.")


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
    if row.get("signals") is not None:
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
    names = cell.split() if isinstance(cell, str) else cell
    if not isinstance(names, (list, tuple)) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"signals is {type(cell).__name__}, expected a list of names")
    unknown = [name for name in names if name not in SIGNALS]
    if unknown:
        raise ValueError(f"signals holds {unknown[0][:40]!r}, expected names out of: {', '.join(SIGNALS)}")
    return {name: float(name in names) for name in SIGNALS}


def _given(cell: Any) -> bool:
    if isinstance(cell, str):
        return cell.strip().lower() not in _NO_CELL
    return cell is not None and not (isinstance(cell, float) and math.isnan(cell))


def _number(cell: Any) -> float | None:
    if isinstance(cell, (bool, int, float, np.number)):
        return float(cell)
    return _YES_NO.get(str(cell).strip().lower()) if str(cell).strip().lower() in _YES_NO else _float(str(cell))


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
        raise ValueError(f"{name} is {str(cell)[:40]!r}, expected 0 or 1, or nothing")
    return float(value)


def _level(name: str, cell: Any) -> int:
    value = _number(cell)
    if value not in (0.0, 1.0, 2.0, 3.0):
        raise ValueError(f"{name} is {str(cell)[:40]!r}, expected a level 0, 1, 2 or 3, or nothing")
    return int(value)
