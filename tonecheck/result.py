"""TicketScore: what the library says of one ticket."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from tonecheck.labels import AXES, LEVELS, POINTS, SIGNALS


@dataclass(frozen=True, slots=True, eq=False)
class TicketScore:
    """How hostile a ticket is to the people it reaches, whether it describes the sender's own mistake, and how urgent it is.

    Each of the three scores is a calibrated probability: of 100 tickets like those the model was calibrated on that
    score 0.30, about 30 are at level 2 or 3 by the labelling guideline. 0 means surely below level 2, 1 surely at
    level 2 or 3. A score is evidence for a person, never a verdict on one.

    Attributes:
        hostility: Probability that the message disrespects or abuses the people it is addressed to (levels clear, severe).
        user_error: Probability that the cause lies on the sender's side (levels likely, evident).
        urgency: Probability that the desk must act soon, judged by impact and real time limits (levels high, critical).
        levels: The most fitting level on each axis, by the guideline's names, or None when abstained.
        signals: All nineteen signals, each with its probability (0 surely absent, 1 surely present).
        own: Axes that whoever retrained the model added, each with its probability; empty with the shipped model.
        abstained: None; or why nothing was scored: "empty" (no text), "wordless" (no letters, such as "???"),
            "language" (not a language of the model). The scores are then NaN, and null in files.
        language: ISO 639-1 code of the language that was detected; "und" where there was too little to tell.
        n_tokens: Tokens the network read (0 when abstained).
        read_fraction: Share of the ticket's own text that the network read; 1.0 unless the ticket is over 100,000 characters.
        model_id: Name, version and hash of the model that scored.
    """

    hostility: float
    user_error: float
    urgency: float
    levels: Mapping[str, str | None]
    signals: Mapping[str, float]
    own: Mapping[str, float]
    abstained: str | None
    language: str
    n_tokens: int
    read_fraction: float
    model_id: str
    flagged: Mapping[str, tuple[str, ...]] = field(repr=False)

    def __post_init__(self) -> None:
        for name in ("levels", "signals", "own", "flagged"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))  # nobody can change them later

    def flags(self, point: str = "balanced") -> dict[str, bool]:
        """Which axes and signals are over their threshold at an operating point.

        Args:
            point: "high_precision" (few false alarms), "balanced" or "high_recall" (few misses); the thresholds and
                how each was chosen are stored in the model: `tonecheck info` prints them.

        Returns:
            True or False for each of the three axes, nineteen signals and axes of the model's own. All False when the ticket
            was abstained from: look at `abstained` as well.

        Raises:
            ValueError: There is no such point.
        """
        if point not in self.flagged:
            raise ValueError(f"no operating point {point!r}; there are: {', '.join(self.flagged)}")
        over = self.flagged[point]
        return {name: name in over for name in (*AXES, *SIGNALS, *self.own)}

    def as_dict(self) -> dict[str, Any]:
        """The score as plain values that JSON can hold; `TicketScore.from_dict` reads it back.

        NaN becomes None (null), and the names over their threshold are listed by operating point under "flags".
        """
        plain: dict[str, Any] = {name: _null(getattr(self, name)) for name in AXES}
        plain["levels"] = dict(self.levels)
        for name in ("signals", "own"):
            plain[name] = {key: _null(value) for key, value in getattr(self, name).items()}
        plain["flags"] = {point: list(names) for point, names in self.flagged.items()}
        for name in ("abstained", "language", "n_tokens", "read_fraction", "model_id"):
            plain[name] = getattr(self, name)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> TicketScore:
        """Reads back what `as_dict` gave, also after a trip through JSON."""
        values = {f.name: plain[f.name] for f in fields(cls) if f.name != "flagged"}
        for name in AXES:
            values[name] = _nan(values[name])
        for name in ("signals", "own"):
            values[name] = {key: _nan(value) for key, value in plain[name].items()}
        return cls(**values, flagged={point: tuple(names) for point, names in plain["flags"].items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TicketScore) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((self.model_id, self.n_tokens, self.language, self.abstained))

    def __reduce__(self) -> tuple[object, ...]:
        return (TicketScore.from_dict, (self.as_dict(),))


def abstained_score(reason: str, language: str, read_fraction: float, model_id: str, own: Iterable[str] = ()) -> TicketScore:
    """The score of a ticket that the library does not judge: NaN everywhere, no level, no flag."""
    return TicketScore(
        **dict.fromkeys(AXES, math.nan),
        levels=dict.fromkeys(LEVELS),
        signals=dict.fromkeys(SIGNALS, math.nan),
        own=dict.fromkeys(own, math.nan),
        abstained=reason,
        language=language,
        n_tokens=0,
        read_fraction=read_fraction,
        model_id=model_id,
        flagged=dict.fromkeys(POINTS, ()),
    )


def _null(value: float) -> float | None:
    return None if math.isnan(value) else value


def _nan(value: float | None) -> float:
    return math.nan if value is None else value
