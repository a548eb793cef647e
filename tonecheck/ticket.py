"""Ticket: one incoming message, as the desk received it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tonecheck.errors import InputError


@dataclass(frozen=True, slots=True)
class Ticket:
    """One message that a customer, user or reader sent to the people who support something.

    Only `subject` and `body` are read by the network. The other fields are carried for the caller.

    Attributes:
        subject: The subject line, or None.
        body: The message: plain text or HTML, with or without quoted replies below it.
        id: The helpdesk's own number for the message.
        customer_id: Whoever sent it, under any key the desk uses.
        sent_at: When it was sent.
        author: Who wrote it: "customer" or "agent". A desk may score its own drafts too.

    Raises:
        InputError: `subject` or `body` is not text.
    """

    subject: str | None = None
    body: str = ""
    id: str | None = None
    customer_id: str | None = None
    sent_at: datetime | None = None
    author: str = "customer"

    def __post_init__(self) -> None:
        for name, value in (("subject", self.subject), ("body", self.body)):
            if not isinstance(value, str) and not (value is None and name == "subject"):
                raise InputError(
                    f"Ticket.{name} must be a str, got {type(value).__name__}; "
                    "decode bytes first, and leave out rows that have no text."
                )

    @classmethod
    def of(cls, value: str | Ticket, index: int | None = None) -> Ticket:
        """Takes a ticket as callers hand it in: a `Ticket`, or a `str` that becomes the body.

        Args:
            value: The ticket.
            index: Its position among many, named in the error.

        Raises:
            InputError: It is anything else (None, NaN, bytes, a number, a list, a dict).
        """
        if isinstance(value, Ticket):
            return value
        if isinstance(value, str):
            return cls(body=value)
        where = "" if index is None else f" at index {index}"
        kind = "NaN (a missing value)" if isinstance(value, float) and value != value else type(value).__name__
        raise InputError(
            f"a ticket{where} must be a str or a tonecheck.Ticket, got {kind}; {_cure(value)}",
            index=index,
        )


def _cure(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return 'decode it first: value.decode("utf-8").'
    if isinstance(value, dict):
        return "pass Ticket(subject=..., body=...)."
    if isinstance(value, (list, tuple)):
        return "pass many tickets to score_many."
    return "fill or drop missing texts first."
