"""One scorer with the shipped model, made at first use and shared by the whole process."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator

from tonecheck.result import TicketScore
from tonecheck.scorer import Scorer
from tonecheck.ticket import Ticket

_scorer: Scorer | None = None
_lock = threading.Lock()


def default_scorer() -> Scorer:
    """The scorer behind `tonecheck.score`, made at the first call."""
    global _scorer
    with _lock:
        if _scorer is None:
            _scorer = Scorer()
        return _scorer


def score(ticket: str | Ticket) -> TicketScore:
    """Scores one ticket with the shipped model.

    Args:
        ticket: The message as text or as a `Ticket`.

    Raises:
        InputError: It is neither; the message names the type.
        ModelError: The shipped model is missing or changed.
    """
    return default_scorer().score(ticket)


def score_many(tickets: Iterable[str | Ticket]) -> Iterator[TicketScore]:
    """Scores tickets one after another with the shipped model: lazily, in order, each exactly as if it were alone.

    Raises:
        InputError: At the place of an item that is no ticket; the scores before it are given first.
        ModelError: The shipped model is missing or changed.
    """
    return default_scorer().score_many(tickets)


def _fresh_lock() -> None:
    """A child must not wait for a lock that a thread of its parent held when it forked."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_fresh_lock)
