"""The behaviour checks: whole, in the product's words, written apart from the training tickets, and judged as they say."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from tonecheck import AXES, SIGNALS, Scorer
from training.checks import CHECKS, NEEDS, judge, load, summary

WANTED = {"MFT": {"yes", "no", "calm"}, "INV": {"same"}, "DIR": {"up", "down", "not up", "not down"}}
CASES = load()


def test_there_are_enough_capabilities_and_cases() -> None:
    counted = Counter(case["capability"] for case in CASES)
    assert len(counted) >= 40
    assert {name: n for name, n in counted.items() if n < 30} == {}
    assert {case["need"] for case in CASES} == set(NEEDS)
    assert {case["type"] for case in CASES} == set(WANTED)


def test_each_case_is_whole() -> None:
    for case in CASES:
        assert case["text"].strip() or case["expect"].keys() == {"abstained"}, case["id"]
        assert ("variant" in case) == (case["type"] != "MFT"), case["id"]
        assert case.get("variant") != case["text"], case["id"]
        assert case["expect"], case["id"]
        for key, wanted in case["expect"].items():
            if key == "abstained":
                assert wanted in ("language", "wordless", "empty"), case["id"]
            else:
                assert key in (*AXES, *SIGNALS), case["id"]
                assert wanted in WANTED[case["type"]], case["id"]
    assert [name for name, n in Counter(case["id"] for case in CASES).items() if n > 1] == []


def test_no_case_is_a_training_ticket() -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[a-z0-9']+", text.lower())
        return {tuple(words[k : k + 7]) for k in range(len(words) - 6)}

    learned: set[tuple[str, ...]] = set()
    for path in sorted((CHECKS.parent / "tickets").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            learned |= runs(json.loads(line)["body"])
    copies = [case["id"] for case in CASES if len(runs(case["text"]) & learned) > 0.5 * max(1, len(runs(case["text"])))]
    assert copies == []


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def case(kind: str, expect: dict[str, str], **texts: str) -> dict[str, Any]:
    return {"id": f"{kind}-{expect}", "capability": "made up", "need": 1, "type": kind, "text": "", "expect": expect, **texts}


def outcome(scorer: Scorer, made: dict[str, Any]) -> bool:
    first = scorer.score(made["text"])
    second = scorer.score(made["variant"]) if "variant" in made else None
    ((key, wanted),) = made["expect"].items()
    return judge(made, key, wanted, first, second, scorer).miss <= 0.0


HOSTILE = "You are a bunch of incompetent idiots and I hope you all get fired, you useless clowns."
CALM = "Hello, could you tell me where I find my invoices? Thanks a lot."


@pytest.mark.parametrize(
    ("made", "passes"),
    [
        (case("MFT", {"hostility": "yes"}, text=HOSTILE), True),
        (case("MFT", {"hostility": "no"}, text=HOSTILE), False),
        (case("MFT", {"hostility": "yes"}, text=CALM), False),
        (case("MFT", {"hostility": "calm"}, text=CALM), True),
        (case("MFT", {"insult": "yes"}, text=HOSTILE), True),
        (case("INV", {"hostility": "same"}, text=CALM, variant=CALM + " "), True),
        (case("INV", {"hostility": "same"}, text=CALM, variant=HOSTILE), False),
        (case("DIR", {"hostility": "up"}, text=CALM, variant=HOSTILE), True),
        (case("DIR", {"hostility": "down"}, text=CALM, variant=HOSTILE), False),
        (case("DIR", {"hostility": "not up"}, text=CALM, variant=HOSTILE), False),
        (case("DIR", {"hostility": "not down"}, text=HOSTILE, variant=CALM), False),
        (case("DIR", {"hostility": "not down"}, text=CALM, variant=HOSTILE), True),
        (case("MFT", {"abstained": "language"}, text="Guten Tag, meine Rechnung ist leider schon wieder falsch."), True),
        (case("MFT", {"abstained": "language"}, text=CALM), False),
        (case("MFT", {"hostility": "no"}, text="Guten Tag, meine Rechnung ist leider schon wieder falsch."), True),
    ],
)
def test_a_case_is_judged_as_it_says(scorer: Scorer, made: dict[str, Any], passes: bool) -> None:
    assert outcome(scorer, made) is passes


def test_a_case_passes_only_when_all_its_expectations_do(scorer: Scorer) -> None:
    made = case("MFT", {"hostility": "yes", "insult": "no"}, text=HOSTILE)
    score = scorer.score(HOSTILE)
    outcomes = [judge(made, key, wanted, score, None, scorer) for key, wanted in made["expect"].items()]
    assert summary(outcomes)["all"]["rate"] == 0.0
    assert summary(outcomes[:1])["all"]["rate"] == 1.0
