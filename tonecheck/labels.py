"""The words of the product: three axes with four levels each, nineteen signals, and their order in the network.

The definition of every level and signal is the labelling guideline (data/GUIDELINES.md, version 1). A score on an axis
is the calibrated probability that a careful annotator would give level 2 or 3.
"""

from __future__ import annotations

from typing import Final

LABEL_SET: Final = "ticket-tone-1"
"""Name of this set of labels; a model bundle states it and a reader of another set refuses the bundle."""

LEVELS: Final[dict[str, tuple[str, str, str, str]]] = {
    "hostility": ("none", "mild", "clear", "severe"),
    "user_error": ("none", "possible", "likely", "evident"),
    "urgency": ("none", "normal", "high", "critical"),
}
"""Names of levels 0, 1, 2, 3 on each axis."""

AXES: Final[tuple[str, ...]] = tuple(LEVELS)

SIGNALS_BY_AXIS: Final[dict[str, tuple[str, ...]]] = {
    "hostility": ("insult", "profanity", "accusation", "threat", "harassment", "sarcasm", "escalation"),
    "user_error": ("how_to", "own_mistake", "setup", "third_party", "product_fault"),
    "urgency": ("outage", "blocked", "deadline", "loss", "security", "pressure", "personal_crisis"),
}
"""The signals that are read beside each axis. They stand on their own: none of them sets a level."""

SIGNALS: Final[tuple[str, ...]] = tuple(name for names in SIGNALS_BY_AXIS.values() for name in names)

SCORE_LEVEL: Final = 2
"""The headline score is the probability of this level or a higher one."""

OUTPUTS: Final[tuple[str, ...]] = (
    *(f"{axis}>={level}" for axis in AXES for level in (1, 2, 3)),
    *SIGNALS,
)
"""What each of the network's 28 outputs stands for: nine level thresholds, then nineteen signals."""

POINTS: Final = ("high_precision", "balanced", "high_recall")
"""The operating points every bundle stores, from the most careful to the most eager."""
