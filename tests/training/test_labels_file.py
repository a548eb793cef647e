"""A user's label file: read in every shape it comes in, or refused whole with every bad row named and no text shown."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tonecheck.errors import InputError
from tonecheck.labels import OUTPUTS
from training.labels_file import read_labels

OF = {name: k for k, name in enumerate(OUTPUTS)}


def csv_file(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_levels_are_cumulative_and_empty_cells_are_not_learned_from(tmp_path: Path) -> None:
    labels = read_labels(csv_file(tmp_path, "text,hostility,urgency\nThe till is down,0,3\nHello there,2,\n"))
    assert labels.targets[0, [OF["urgency>=1"], OF["urgency>=2"], OF["urgency>=3"]]].tolist() == [1, 1, 1]
    assert labels.targets[1, [OF["hostility>=1"], OF["hostility>=2"], OF["hostility>=3"]]].tolist() == [1, 1, 0]
    assert np.isnan(labels.targets[1, OF["urgency>=2"]])
    assert np.isnan(labels.targets[:, OF["insult"]]).all()


def test_a_column_that_never_goes_over_one_is_yes_or_no(tmp_path: Path) -> None:
    labels = read_labels(csv_file(tmp_path, "text,hostility\nYou lot are useless,1\nThanks,0\n"))
    assert labels.targets[:, OF["hostility>=2"]].tolist() == [1, 0]
    assert np.isnan(labels.targets[:, OF["hostility>=1"]]).all()
    assert any("no / yes" in line for line in labels.told)


def test_signals_axes_of_ones_own_and_groups(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    rows = [
        {"subject": "Refund", "body": "I want my money back", "signals": ["escalation"], "refund": True, "group": "anna"},
        {"body": "Where is my parcel?", "signals": [], "refund": "no", "group": "bo", "shop": "west"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    labels = read_labels(path, ("refund",))
    assert labels.outputs[-1] == "refund"
    assert labels.targets[:, -1].tolist() == [1, 0]
    assert labels.targets[:, OF["escalation"]].tolist() == [1, 0]
    assert labels.targets[:, OF["threat"]].tolist() == [0, 0]
    assert labels.groups == ["anna", "bo"]
    assert labels.texts[0].startswith("Refund")
    assert any("shop" in line and "--axis" in line for line in labels.told)


def test_a_folder_of_datasets_reads_as_a_file_does(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    rows = {"text": ["The site is down", "Thanks"], "urgency": [3, 0]}
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "set")
    assert read_labels(tmp_path / "set").targets[:, OF["urgency>=3"]].tolist() == [1, 0]


SECRET = "my sister's divorce file"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{SECRET},5,", "hostility is '5', expected a level 0, 1, 2 or 3"),
        (f"{SECRET},2.5,", "hostility is '2.5'"),
        (f"{SECRET},very,", "hostility is 'very'"),
        (f"{SECRET},2,maybe", "insult is 'maybe', expected 0 or 1"),
        (",2,1", "has no text"),
        ("<br><br>,2,1", "has no text left"),
        (f"{SECRET},2,1,surplus", "is not one object"),
    ],
)
def test_a_bad_row_is_named_by_line_and_reason_and_its_text_is_not_shown(tmp_path: Path, row: str, reason: str) -> None:
    path = csv_file(tmp_path, f"text,hostility,insult\nfine,2,0\n{row}\nalso fine,3,1\n")
    with pytest.raises(InputError) as caught:
        read_labels(path)
    message = str(caught.value)
    assert "1 of 3 rows" in message
    assert "line 3: " in message
    assert reason in message
    assert SECRET not in message
    assert "nothing was trained" in message


def test_every_bad_row_is_listed(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "text,hostility\n" + "".join(f"row {k},{9 if k % 2 else 2}\n" for k in range(20)))
    with pytest.raises(InputError) as caught:
        read_labels(path)
    assert str(caught.value).count("hostility is '9'") == 10


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mine.csv", "message,hostility\nx,1\n", "no column text"),
        ("mine.csv", "text,score\nx,1\n", "no column of labels"),
        ("mine.csv", "text,hostility\nhello,\n", "no cell is labelled"),
        ("mine.xlsx", "", "expected .csv, .tsv, .jsonl"),
        ("mine.jsonl", "{broken\n", "no column text"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        read_labels(tmp_path / name)


def test_a_file_that_is_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("text,hostility\ncafé,1\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_labels(tmp_path / "latin.csv")


def test_a_missing_axis_of_ones_own_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column churn"):
        read_labels(csv_file(tmp_path, "text,hostility\nhello,1\n"), ("churn",))
