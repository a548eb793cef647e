"""Tells a helpdesk which tickets are hostile to its people, which describe a cause on the sender's side, and which cannot wait.

    import tonecheck
    tonecheck.score("You people are useless, my site is down AGAIN").hostility

The names below are the whole public face. Importing it loads nothing heavy; the model is loaded at the first score.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tonecheck.errors import (
    FormatError,
    InputError,
    MissingExtraError,
    ModelError,
    ModelIntegrityError,
    ModelNotFoundError,
    ModelVersionError,
    TonecheckError,
)
from tonecheck.labels import AXES, LEVELS, SIGNALS

if TYPE_CHECKING:
    from tonecheck.default import score, score_many
    from tonecheck.result import TicketScore
    from tonecheck.scorer import Scorer
    from tonecheck.ticket import Ticket

__version__ = "0.1.0"

__all__ = [
    "AXES",
    "LEVELS",
    "SIGNALS",
    "FormatError",
    "InputError",
    "MissingExtraError",
    "ModelError",
    "ModelIntegrityError",
    "ModelNotFoundError",
    "ModelVersionError",
    "Scorer",
    "Ticket",
    "TicketScore",
    "TonecheckError",
    "__version__",
    "score",
    "score_many",
]

_LAZY = {
    "Scorer": "tonecheck.scorer",
    "Ticket": "tonecheck.ticket",
    "TicketScore": "tonecheck.result",
    "score": "tonecheck.default",
    "score_many": "tonecheck.default",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'tonecheck' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
