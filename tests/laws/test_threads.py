"""Law: thirty-two threads on one scorer, switched as often as can be, give no error and no other bit."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

import tonecheck
import tonecheck.default
from tonecheck import Scorer

N_THREADS = 32


@pytest.fixture
def restless() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def on_all_threads(work: list[Callable[[], object]]) -> list[BaseException]:
    """Runs all at once, from one starting line, and gives what went wrong."""
    line = threading.Barrier(len(work))
    failures: list[BaseException] = []

    def run(one: Callable[[], object]) -> None:
        try:
            line.wait(60)
            one()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def check_all(scorer: Scorer, tickets: Sequence[str], rounds: int) -> None:
    expected = {ticket: json.dumps(scorer.score(ticket).as_dict()) for ticket in tickets}

    def score(shift: int) -> None:
        turned = [*tickets[shift % len(tickets) :], *tickets[: shift % len(tickets)]]
        for _ in range(rounds):
            for ticket in turned:
                assert json.dumps(scorer.score(ticket).as_dict()) == expected[ticket]

    def score_many(shift: int) -> None:
        turned = [*tickets[shift % len(tickets) :], *tickets[: shift % len(tickets)]]
        for ticket, score in zip(turned, scorer.score_many(turned), strict=True):
            assert json.dumps(score.as_dict()) == expected[ticket]

    work = [lambda k=k: (score_many if k % 4 == 3 else score)(k) for k in range(N_THREADS)]
    assert on_all_threads(work) == []


@pytest.mark.usefixtures("restless")
def test_thirty_two_threads_on_one_scorer(scorer: Scorer, tickets: Sequence[str]) -> None:
    check_all(scorer, tickets, rounds=1)


@pytest.mark.slow
@pytest.mark.usefixtures("restless")
def test_thirty_two_threads_for_long(scorer: Scorer, tickets: Sequence[str]) -> None:
    check_all(scorer, tickets, rounds=100)


@pytest.mark.usefixtures("restless")
def test_the_shared_scorer_is_made_once_for_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []

    class Counted:
        def __init__(self) -> None:
            made.append(self)

        def score(self, ticket: str) -> str:
            return ticket

    monkeypatch.setattr(tonecheck.default, "_scorer", None)
    monkeypatch.setattr(tonecheck.default, "Scorer", Counted)
    assert on_all_threads([lambda: tonecheck.score("help") for _ in range(N_THREADS)]) == []
    assert len(made) == 1


@pytest.mark.usefixtures("restless")
def test_reading_is_the_same_on_all_threads(scorer: Scorer, tickets: Sequence[str]) -> None:
    expected = [scorer.read(ticket) for ticket in tickets]

    def check() -> None:
        assert [scorer.read(ticket) for ticket in tickets] == expected

    assert on_all_threads([check] * N_THREADS) == []
