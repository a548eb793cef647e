"""Labels by reference: no text in the repository, and a text that has changed is not used."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from tonecheck import AXES, SIGNALS
from training.corpora import ANNOTATIONS, ORIGINS, fingerprint, readings, rows, texts_of, unlabelled
from training.data import annotated

ALL = readings()


def test_there_are_enough_and_a_tenth_is_read_twice() -> None:
    counted = Counter(reading["reading"] for reading in ALL)
    assert counted[1] >= 3000
    assert counted[2] >= counted[1] / 10


def test_each_reading_is_whole_and_holds_no_text() -> None:
    fields = {"corpus", "row", "text_sha256", "reading", "reader", "drawn", *AXES, "signals", "not_ticket"}
    for reading in ALL:
        assert set(reading) == fields
        assert reading["corpus"] in ORIGINS
        assert set(reading["signals"]) <= set(SIGNALS)
        assert all(reading[axis] in (0, 1, 2, 3) for axis in AXES)
        assert len(reading["text_sha256"]) == 16
        assert max(len(str(value)) for key, value in reading.items() if key not in ("signals", "row")) < 30
        assert len(reading["row"]) < 100  # the politeness corpus names its rows by site and request
    first = [(reading["corpus"], reading["row"]) for reading in ALL if reading["reading"] == 1]
    assert len(first) == len(set(first))


def test_own_second_readings_hold_no_text() -> None:
    lines = (ANNOTATIONS / "own" / "second.jsonl").read_text("utf-8").splitlines()
    assert len(lines) >= 600
    assert all(set(json.loads(line)) == {"id", *AXES, "signals", "reader"} for line in lines)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A small corpus of our own, in place of the public ones."""
    with gzip.open(tmp_path / "cfpb.jsonl.gz", "wt", encoding="utf-8") as file:
        for k, text in enumerate(["My card was charged twice.", "They closed my account."]):
            file.write(json.dumps({"row": k, "text": text}) + "\n")
    return tmp_path


def reading(row: str, text: str, **changed: object) -> dict[str, object]:
    plain = {"corpus": "cfpb", "row": row, "text_sha256": fingerprint(text), "reading": 1, "reader": "x", "drawn": "random"}
    return {**plain, "hostility": 0, "user_error": 0, "urgency": 2, "signals": ["loss"], "not_ticket": False, **changed}


def test_a_text_is_found_by_its_reference_unless_it_has_changed(shelf: Path) -> None:
    found = texts_of([reading("0", "My card was charged twice."), reading("1", "They reopened my account.")], shelf)
    assert found == {("cfpb", "0"): "My card was charged twice."}
    assert texts_of([reading("0", "x")], shelf / "nowhere") == {}


def test_annotated_examples_come_from_the_first_reading(shelf: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = shelf / "annotations"
    folder.mkdir()
    text = "My card was charged twice."
    lines = [reading("0", text, reading=2, urgency=0), reading("0", text), reading("9", "gone")]
    (folder / "readings.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (example,) = annotated(folder, shelf)
    assert example.levels["urgency"] == 2
    assert example.source == "cfpb"
    assert "1 of 2 messages labelled by reference are not here" in capsys.readouterr().out


def test_unlabelled_leaves_out_what_is_taken(shelf: Path) -> None:
    assert [name for name, _ in unlabelled({"cfpb/0"}, ["cfpb"], shelf)] == ["cfpb/1"]
    assert list(rows("thunderbird", shelf)) == []
