"""Law: a ticket's score is bit-identical alone, in any company, in any order, at any thread count, in any process."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Callable, Sequence
from functools import partial

import pytest

from tonecheck import Scorer, Ticket, TicketScore


def bits(score: TicketScore) -> str:
    """All that a score says; floats in their shortest exact form, so that one bit more is another string."""
    return json.dumps(score.as_dict())


@pytest.fixture(scope="module")
def alone(scorer: Scorer, tickets: Sequence[str]) -> dict[str, str]:
    return {ticket: bits(scorer.score(ticket)) for ticket in tickets}


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_no_order_and_no_company_changes_a_bit(threads: int, tickets: Sequence[str], alone: dict[str, str]) -> None:
    scorer = Scorer(threads=threads)
    for seed in range(4):
        order = list(tickets) * 2
        random.Random(seed).shuffle(order)
        assert [bits(score) for score in scorer.score_many(order)] == [alone[ticket] for ticket in order]


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2, 8])
def test_a_thousand_tickets_in_twenty_orders(threads: int, tickets: Sequence[str]) -> None:
    many = [f"{ticket} {'again ' * (k % 7)}{k}" for k in range(50) for ticket in tickets]
    scorer = Scorer(threads=threads)
    alone = {ticket: bits(scorer.score(ticket)) for ticket in many}
    for seed in range(20):
        order = random.Random(seed).sample(many, len(many))
        assert [bits(score) for score in scorer.score_many(order)] == [alone[ticket] for ticket in order]


def test_neighbours_that_score_high_or_run_long_change_nothing(scorer: Scorer, alone: dict[str, str]) -> None:
    ticket = "It would be nice if the export kept the order of the columns."
    for neighbour in ("you idiots, I will burn the office down " * 200, "", "!" * 5_000, "\U0001f600" * 300, "a" * 100_000):
        scores = list(scorer.score_many([neighbour, ticket, neighbour, ticket]))
        assert bits(scores[1]) == bits(scores[3]) == alone[ticket]


def test_the_thousandth_score_is_the_first(scorer: Scorer, alone: dict[str, str]) -> None:
    ticket = "My card was charged twice, I want the second payment back by Friday."
    assert {bits(score) for score in scorer.score_many(ticket for _ in range(1_000))} == {alone[ticket]}


def test_a_fresh_scorer_gives_the_same_bits(tickets: Sequence[str], alone: dict[str, str]) -> None:
    fresh = Scorer(threads=1)
    assert {ticket: bits(fresh.score(ticket)) for ticket in reversed(tickets)} == alone


def test_without_cleaning_the_law_holds_too(tickets: Sequence[str]) -> None:
    one, other = Scorer(threads=1, clean=False), Scorer(threads=8, clean=False)
    expected = [bits(one.score(ticket)) for ticket in tickets]
    assert [bits(score) for score in other.score_many(tickets)] == expected


def test_text_and_ticket_give_the_same_bits(scorer: Scorer, tickets: Sequence[str], alone: dict[str, str]) -> None:
    assert {ticket: bits(scorer.score(Ticket(body=ticket, id="1"))) for ticket in tickets} == alone


PROGRAM = """
import json, sys
import tonecheck
tickets = json.loads(sys.argv[1])
print(json.dumps({ticket: json.dumps(score.as_dict()) for ticket, score in zip(tickets, tonecheck.score_many(tickets))}))
"""


@pytest.mark.parametrize(
    "environment", [{}, {"OMP_NUM_THREADS": "7", "PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Asia/Tokyo"}], ids=["plain", "odd"]
)
def test_another_process_gives_the_same_bits(
    run_python: Callable[..., subprocess.CompletedProcess[str]],
    environment: dict[str, str],
    tickets: Sequence[str],
    alone: dict[str, str],
) -> None:
    done = partial(run_python, **environment)(PROGRAM, json.dumps(tickets))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == alone
