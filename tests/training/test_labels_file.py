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
    assert labels.groups == ["group anna", "group bo"]
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
        (f"{SECRET},2,1,surplus", "is not one row with as many cells"),
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


def test_a_file_that_is_not_there_or_not_utf8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_labels(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("text,hostility\ncafé,1\n".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        read_labels(tmp_path / "latin.csv")


def test_a_missing_axis_of_ones_own_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column churn"):
        read_labels(csv_file(tmp_path, "text,hostility\nhello,1\n"), ("churn",))


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("mine.csv", "message,hostility\nx,1\n", "no column text"),
        ("mine.csv", "text,score\nx,1\n", "no column of labels"),
        ("mine.csv", "text,hostility\nhello,\n", "no cell is labelled"),
        ("mine.xlsx", "", "expected .csv, .tsv, .jsonl"),
        ("mine.jsonl", "{broken\n", "1 of 1 rows cannot be used"),
        ("mine.csv", "", "there are no rows"),
        ("mine.csv", "text,hostility\n", "there are no rows"),
        ("mine.csv", 'text,hostility\n"my secret,2\nfoo,3\n', "starts in line 2 is not CSV"),
        ("mine.csv", "text,hostility,hostility\nfoo,3,0\n", "twice in the header: hostility"),
        ("mine.csv", "my secret file,2\nanother,3\n", "no column text"),
        ("mine.csv", "text,hostility\nfoo,2\nbar,yes\n", "line 3: hostility is 'yes'"),
        ("mine.csv", "text,hostility,insult\nHello,my secret divorce file,1\n", "text of 22 characters"),
        ("mine.jsonl", '{"text": "a", "hostility": 1, "hostility": 2}\n', "each name once"),
        ("mine.jsonl", '{"text": "a", "hostility": 1' + "0" * 400 + "}\n", "line 1: hostility is a value of type int"),
        ("mine.jsonl", '{"text": "a", "signals": {"b": 1}}\n', "signals is dict"),
    ],
)
def test_a_file_that_cannot_be_used_or_would_be_misread_says_why(tmp_path: Path, name: str, content: str, reason: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=reason) as caught:
        read_labels(tmp_path / name)
    assert "secret" not in str(caught.value)


def test_odd_files_are_refused_as_input(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    odd = [tmp_path / "folder", Path("/dev/zero"), tmp_path / ("x" * 300 + ".csv"), tmp_path / "none.csv"]
    for path in odd:
        with pytest.raises(InputError):
            read_labels(path)


def test_an_empty_cell_of_signals_says_nothing_and_a_dash_says_none(tmp_path: Path) -> None:
    labels = read_labels(csv_file(tmp_path, "text,signals\nfoo bar,\nfoo baz,-\nfoo bim,loss threat\n"))
    assert np.isnan(labels.targets[0]).all()
    assert labels.targets[1, OF["loss"]] == 0
    assert labels.targets[2, [OF["loss"], OF["threat"], OF["insult"]]].tolist() == [1, 1, 0]


def test_groups_hold_together_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    given = [0, 0, float("nan"), float("nan"), "\ud800"]
    rows = [{"text": f"text {k}", "hostility": 2, "group": group} for k, group in enumerate(given)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    groups = read_labels(path).groups
    assert groups[0] == groups[1]
    assert len(set(groups)) == 4


def test_a_long_cell_and_lines_inside_quotes_are_read(tmp_path: Path) -> None:
    long = "word " * 40_000
    labels = read_labels(csv_file(tmp_path, f'text,hostility\n"line one\nline two",2\n{long},1\n'))
    assert len(labels.texts) == 2
    assert "line two" in labels.texts[0]


@pytest.mark.parametrize("name", ["text", "group", "hostility", "insult"])
def test_an_axis_of_ones_own_needs_a_name_of_its_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be called"):
        read_labels(csv_file(tmp_path, "text,hostility,group\nfoo,1,a\n"), (name,))


def test_axes_that_the_model_has_already_may_be_missing(tmp_path: Path) -> None:
    labels = read_labels(csv_file(tmp_path, "text,hostility,vip\nfoo,1,1\n"), ("vip",), had=("refund", "vip"))
    assert labels.own == ("refund", "vip")
    assert np.isnan(labels.targets[0, -2])
    assert labels.targets[0, -1] == 1
