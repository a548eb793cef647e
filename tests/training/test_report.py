"""Published figures are those of the result files."""

from __future__ import annotations

import json

from benchmarks.report import PAGES, filled, whole
from training.record import RESULTS, ROOT


def test_every_page_is_as_the_result_files_say() -> None:
    results = {path.stem: json.loads(path.read_text("utf-8")) for path in RESULTS.glob("*.json")}
    for page in PAGES:
        text = page.read_text("utf-8")
        assert filled(text, results) == text, f"{page.name} is stale; run: python -m benchmarks.report"
    assert whole(results) == (ROOT / "benchmarks" / "RESULTS.md").read_text("utf-8")


def test_no_result_names_a_place_on_this_machine() -> None:
    for path in RESULTS.glob("*.json"):
        assert str(ROOT) not in path.read_text("utf-8"), path.name
