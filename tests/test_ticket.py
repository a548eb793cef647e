"""A ticket is text, and everything that is not is refused with its type."""

from __future__ import annotations

import dataclasses
import math
import pickle
from datetime import datetime, timezone
from typing import Any

import numpy as np
import pytest

from tonecheck import InputError, Ticket

NOT_TEXT: tuple[Any, ...] = (
    None,
    math.nan,
    1.5,
    7,
    0,
    True,
    False,
    b"",
    b"help",
    bytearray(b"x"),
    [],
    ["help"],
    (),
    {},
    {"a": 1},
)


class Undecided:
    """As pandas' NA: neither true nor false."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


def test_a_string_becomes_the_body() -> None:
    assert Ticket.of("my site is down") == Ticket(subject=None, body="my site is down")


def test_a_ticket_is_taken_as_it_is() -> None:
    ticket = Ticket(subject="Down", body="my site is down", id="7", customer_id="c", author="agent")
    assert Ticket.of(ticket) is ticket


def test_the_other_fields_are_carried_untouched() -> None:
    when = datetime(2024, 5, 3, tzinfo=timezone.utc)
    ticket = Ticket("s", "b", id="1", customer_id="2", sent_at=when, author="agent")
    assert (ticket.id, ticket.customer_id, ticket.sent_at, ticket.author) == ("1", "2", when, "agent")


def test_a_ticket_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Ticket(body="x").body = "y"  # type: ignore[misc]


def test_a_ticket_survives_pickling() -> None:
    ticket = Ticket(subject="s", body="b", id="1")
    assert pickle.loads(pickle.dumps(ticket)) == ticket


@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_what_is_no_ticket_is_refused_with_its_type(value: Any) -> None:
    name = "NaN" if isinstance(value, float) and math.isnan(value) else type(value).__name__
    with pytest.raises(InputError, match=name) as caught:
        Ticket.of(value)
    assert caught.value.index is None
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_the_place_among_many_is_named(value: Any) -> None:
    with pytest.raises(InputError, match="index 41") as caught:
        Ticket.of(value, 41)
    assert caught.value.index == 41


@pytest.mark.parametrize("value", [Undecided(), np.array([1, 2]), np.array(["a", "b"])], ids=lambda v: type(v).__name__)
def test_a_value_without_a_truth_value_is_refused_like_any_other(value: Any) -> None:
    with pytest.raises(InputError, match=type(value).__name__):
        Ticket.of(value)
    with pytest.raises(InputError, match=type(value).__name__):
        Ticket(body=value)
    with pytest.raises(InputError, match=type(value).__name__):
        Ticket(subject=value)


@pytest.mark.parametrize("value", NOT_TEXT, ids=repr)
def test_a_body_that_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match=rf"body.*{type(value).__name__}"):
        Ticket(body=value)


@pytest.mark.parametrize("value", NOT_TEXT[1:], ids=repr)
def test_a_subject_that_is_no_text_is_refused_and_only_none_is_no_subject(value: Any) -> None:
    with pytest.raises(InputError, match=rf"subject.*{type(value).__name__}"):
        Ticket(subject=value, body="x")
    assert Ticket(subject=None, body="x").subject is None


def test_an_error_never_holds_the_value() -> None:
    for value in (b"secret words", ["secret words"], {"secret words": 1}, ("secret words",)):
        with pytest.raises(InputError) as caught:
            Ticket.of(value)  # type: ignore[arg-type]
        assert "secret" not in str(caught.value)
        with pytest.raises(InputError) as caught:
            Ticket(body=value)  # type: ignore[arg-type]
        assert "secret" not in str(caught.value)


def test_numpy_and_other_kinds_of_str_are_text() -> None:
    assert Ticket.of(np.str_("my site is down")).body == "my site is down"  # type: ignore[arg-type]
