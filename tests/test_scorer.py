"""The trip of a ticket: what comes out, what is abstained from, and what is refused."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tonecheck
from tonecheck import AXES, LEVELS, SIGNALS, InputError, Scorer, Ticket, TicketScore
from tonecheck.text.reading import MAX_BODY_CHARS


def check(score: TicketScore) -> TicketScore:
    """What is true of every score."""
    values = [getattr(score, axis) for axis in AXES] + list(score.signals.values())
    assert list(score.signals) == list(SIGNALS)
    assert list(score.levels) == list(AXES)
    assert 0 <= score.read_fraction <= 1
    if score.abstained is None:
        assert all(0 <= value <= 1 for value in values)
        assert all(score.levels[axis] in LEVELS[axis] for axis in AXES)
        assert score.n_tokens > 0
    else:
        assert score.abstained in ("empty", "wordless", "language")
        assert all(math.isnan(value) for value in values)
        assert set(score.levels.values()) == {None}
        assert score.n_tokens == 0
        assert not any(score.flags("high_recall").values())
    return score


def test_a_ticket_is_scored(scorer: Scorer) -> None:
    score = check(scorer.score("You people are useless, my site is down AGAIN"))
    assert score.abstained is None
    assert score.language == "en"
    assert score.read_fraction == 1.0
    assert score.model_id == scorer.model_id


def test_every_kind_of_ticket_gives_a_score_or_an_abstention(scorer: Scorer, tickets: tuple[str, ...]) -> None:
    for ticket in tickets:
        check(scorer.score(ticket))


@settings(max_examples=150)
@given(st.text(max_size=300))
def test_any_text_gives_a_score_or_an_abstention(light_scorer: Scorer, light_raw_scorer: Scorer, text: str) -> None:
    check(light_scorer.score(text))
    check(light_raw_scorer.score(text))


@settings(max_examples=100)
@given(st.none() | st.text(max_size=100), st.text(max_size=100))
def test_any_subject_and_body_give_a_score_or_an_abstention(light_scorer: Scorer, subject: str | None, body: str) -> None:
    check(light_scorer.score(Ticket(subject=subject, body=body)))


BLANK = (
    "",
    " ",
    "\n",
    "\t",
    "\r\n",
    "\u00a0",
    "\u2003\u3000",
    "\u200b",
    "\u200b\u200d\ufeff",
    "\x00",
    "\x1b",
    " \n\u200b\t\u2060 ",
)


@pytest.mark.parametrize("text", BLANK, ids=ascii)
def test_a_text_without_anything_to_see_is_empty(scorer: Scorer, text: str) -> None:
    for ticket in (text, Ticket(body=text), Ticket(subject=text, body=text), Ticket(subject="", body=text)):
        score = check(scorer.score(ticket))
        assert (score.abstained, score.language, score.read_fraction) == ("empty", "und", 1.0)


@pytest.mark.parametrize("text", ["!", "???", "12 34", "\U0001f621\U0001f621", "\u2603", "-- ... --", "5 + 5 = 10"], ids=ascii)
def test_a_text_without_a_letter_is_wordless(scorer: Scorer, text: str) -> None:
    assert check(scorer.score(text)).abstained == "wordless"


@pytest.mark.parametrize("text", ["123456789", "https://example.org/a?b=1", "anna@example.org", "0123456789 555666777"])
def test_a_text_of_addresses_and_numbers_alone_is_wordless(scorer: Scorer, text: str) -> None:
    assert check(scorer.score(text)).abstained == "wordless"


def test_another_language_is_abstained_from_and_named(scorer: Scorer) -> None:
    score = check(scorer.score("Guten Tag, leider funktioniert die Anmeldung seit gestern nicht mehr. Bitte helfen Sie mir!"))
    assert (score.abstained, score.language) == ("language", "de")


def test_subject_and_body_both_count(scorer: Scorer) -> None:
    body, subject = "please call me back", "the whole office is offline"
    both = scorer.score(Ticket(subject=subject, body=body))
    assert both == scorer.score(f"{subject}\n{body}")
    assert both not in (scorer.score(body), scorer.score(subject))
    assert scorer.score(Ticket(subject=subject)) == scorer.score(subject)
    assert scorer.score(Ticket(subject=None, body=body)) == scorer.score(body)


def test_what_is_not_the_text_counts_for_nothing(scorer: Scorer) -> None:
    plain = scorer.score(Ticket(body="please call me back"))
    assert scorer.score(Ticket(body="please call me back", id="9", customer_id="vip", author="agent")) == plain


def test_markup_and_quotes_are_read_only_without_cleaning(scorer: Scorer) -> None:
    raw = Scorer(threads=1, clean=False)
    mail = "<div>My site is <b>down</b>, please help<script>var idiot = 1</script></div>"
    assert scorer.score(mail) == scorer.score("My site is down, please help")
    assert raw.score(mail).n_tokens > scorer.score(mail).n_tokens
    assert scorer.read(mail).text == "My site is down, please help"
    assert raw.read(mail).text == mail


@pytest.mark.parametrize(
    "n", [MAX_BODY_CHARS - 1, MAX_BODY_CHARS, MAX_BODY_CHARS + 1, MAX_BODY_CHARS + 50_000, 10 * MAX_BODY_CHARS]
)
def test_a_long_ticket_is_read_whole_up_to_the_limit_and_says_so_beyond(light_raw_scorer: Scorer, n: int) -> None:
    score = check(light_raw_scorer.score(("help me out now " * (n // 16 + 1))[:n]))
    assert (score.read_fraction == 1.0) == (n <= MAX_BODY_CHARS)
    assert score.read_fraction == pytest.approx(min(1, MAX_BODY_CHARS / n), rel=1e-3)


def test_the_end_of_a_long_ticket_counts(scorer: Scorer) -> None:
    calm = "the export has one column more than last week, nothing else changed. " * 60
    assert scorer.score(calm + "The whole office is offline and we lose money every minute.") != scorer.score(calm)
    assert scorer.score(calm).n_tokens > scorer.config.window


def test_many_are_scored_in_order_each_as_if_alone(scorer: Scorer, tickets: tuple[str, ...]) -> None:
    assert list(scorer.score_many(tickets)) == [scorer.score(ticket) for ticket in tickets]
    assert list(scorer.score_many([])) == []
    assert list(scorer.score_many(Ticket(body=text) for text in tickets)) == list(scorer.score_many(tickets))


def test_an_endless_generator_is_fine(scorer: Scorer) -> None:
    n_made = 0

    def endless() -> Iterator[str]:
        nonlocal n_made
        for n in itertools.count():
            n_made += 1
            yield f"my printer number {n} is broken"

    scores = scorer.score_many(endless())
    assert n_made == 0
    for _ in range(20):
        check(next(scores))
    assert n_made <= 20 + 4 * scorer.threads
    scores.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("threads", [1, 2, 8])
@pytest.mark.parametrize("bad", [None, math.nan, b"x", 7, ["x"], {"text": "x"}], ids=repr)
def test_the_scores_before_a_bad_item_are_given_first(threads: int, bad: Any) -> None:
    scorer = Scorer(threads=threads)
    seen = []
    with pytest.raises(InputError, match="index 5") as caught:
        seen.extend(scorer.score_many(["please help me"] * 5 + [bad] + ["please help me"] * 20))
    assert caught.value.index == 5
    assert seen == [scorer.score("please help me")] * 5


@pytest.mark.parametrize(
    "one", ["my site is down", b"my site is down", Ticket(body="my site is down")], ids=lambda v: type(v).__name__
)
def test_one_ticket_is_not_taken_for_many(scorer: Scorer, one: Any) -> None:
    with pytest.raises(InputError, match=type(one).__name__):
        scorer.score_many(one)


@pytest.mark.parametrize("nothing", [None, 7, 1.5, True], ids=repr)
def test_what_holds_no_tickets_is_refused_with_its_type(scorer: Scorer, nothing: Any) -> None:
    with pytest.raises(InputError, match=type(nothing).__name__):
        scorer.score_many(nothing)


@pytest.mark.parametrize("threads", [0, -1, 1.0, "2", True, False, math.nan], ids=repr)
def test_a_number_of_threads_that_is_none_is_refused(threads: Any) -> None:
    with pytest.raises(ValueError, match="threads must be a whole number from 1"):
        Scorer(threads=threads)


def test_by_default_there_is_a_thread_for_each_core() -> None:
    assert 1 <= Scorer().threads <= (os.cpu_count() or 1)


def test_a_scorer_tells_what_it_is(scorer: Scorer) -> None:
    assert scorer.model_id in repr(scorer)
    assert scorer.model_id.startswith("tonecheck-en-")
    assert scorer.folder.is_absolute()


def test_the_shared_scorer_gives_the_same(scorer: Scorer, tickets: tuple[str, ...]) -> None:
    assert [tonecheck.score(ticket) for ticket in tickets] == [scorer.score(ticket) for ticket in tickets]
    assert list(tonecheck.score_many(tickets)) == [scorer.score(ticket) for ticket in tickets]
    with pytest.raises(InputError, match="NoneType"):
        tonecheck.score(None)  # type: ignore[arg-type]
