"""Logits to calibrated probabilities, levels and flags, as the bundle's config.json states them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tonecheck.errors import ModelError
from tonecheck.labels import AXES, LEVELS, OUTPUTS, POINTS, SCORE_LEVEL, SIGNALS

Array = npt.NDArray[np.float64]

COMBINATIONS = ("max", "mean", "first")
"""How the windows of a long ticket become one logit: the highest, the mean, or the first window's."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """A threshold and what it was chosen for.

    Attributes:
        threshold: A probability at or over it raises the flag.
        chosen_for: The rule it was chosen by, for example "precision 0.90 at a base rate of 0.02".
        precision: Precision that the rule saw in cross-validation, at `base_rate`.
        recall: Recall that the rule saw in cross-validation.
        base_rate: Share of level 2 or 3 (or of the signal) for which `precision` holds.
    """

    threshold: float
    chosen_for: str
    precision: float
    recall: float
    base_rate: float

    @classmethod
    def parse(cls, plain: Mapping[str, Any]) -> OperatingPoint:
        """Reads one operating point of config.json."""
        numbers = {name: float(plain[name]) for name in ("threshold", "precision", "recall", "base_rate")}
        _require(all(0.0 <= value <= 1.0 for value in numbers.values()), "points")
        return cls(chosen_for=str(plain["chosen_for"]), **numbers)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything of config.json that scoring needs.

    Attributes:
        languages: ISO 639-1 codes the model was trained for.
        own: Axes that whoever retrained the model added to the product's; their outputs come after the 28.
        window: Tokens in one window, the two special ones included.
        overlap: Tokens that a window shares with the one before.
        combine: For each output, one of `COMBINATIONS`.
        slopes: Platt scaling, shape (outputs,): probability = 1 / (1 + exp(-(slope * logit + intercept))).
        intercepts: Platt scaling, shape (outputs,). See Platt, "Probabilistic Outputs for Support Vector Machines" (1999), eq. 1.
        cuts: For each axis, the probabilities from which level 1, 2 and 3 are named.
        points: For each operating point, its threshold for each axis and signal.
    """

    languages: tuple[str, ...]
    own: tuple[str, ...]
    window: int
    overlap: int
    combine: tuple[str, ...]
    slopes: Array = field(repr=False)
    intercepts: Array = field(repr=False)
    cuts: Mapping[str, tuple[float, float, float]]
    points: Mapping[str, Mapping[str, OperatingPoint]]

    @classmethod
    def parse(cls, raw: bytes) -> Config:
        """Reads config.json.

        Raises:
            ModelError: It does not hold what scoring needs.
        """
        try:
            plain = json.loads(raw)
            outputs = plain["outputs"]
            _require(outputs[: len(OUTPUTS)] == list(OUTPUTS), "outputs")
            own = tuple(str(name) for name in outputs[len(OUTPUTS) :])
            _require(all(map(own_name_is_free, own)) and len(set(own)) == len(own), "outputs (the model's own axes)")
            combine = tuple(str(plain["combine"][name]) for name in outputs)
            _require(set(combine) <= set(COMBINATIONS), "combine")
            platt = np.array([plain["calibration"][name] for name in outputs], dtype=np.float64)
            _require(platt.shape == (len(outputs), 2) and bool(np.isfinite(platt).all()), "calibration")
            _require(bool((platt[:, 0] > 0).all()), "calibration (a slope must be above 0)")
            languages = plain["languages"]
            _require(isinstance(languages, list) and all(isinstance(code, str) for code in languages), "languages")
            return cls(
                languages=tuple(languages),
                own=own,
                window=int(plain["window"]["tokens"]),
                overlap=int(plain["window"]["overlap"]),
                combine=combine,
                slopes=platt[:, 0],
                intercepts=platt[:, 1],
                cuts={axis: _three(plain["level_cuts"][axis]) for axis in AXES},
                points={
                    point: {name: OperatingPoint.parse(plain["points"][point][name]) for name in (*AXES, *SIGNALS, *own)}
                    for point in POINTS
                },
            )
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
            raise ModelError(
                f"config.json cannot be used ({type(error).__name__}: {str(error)[:200]}); "
                "rebuild the model with training.export."
            ) from None

    @property
    def outputs(self) -> tuple[str, ...]:
        """What each of the network's outputs stands for: the product's 28, then the model's own axes."""
        return (*OUTPUTS, *self.own)

    def combined(self, logits: npt.NDArray[np.float32]) -> Array:
        """Makes one logit an output from a ticket's windows: (windows, outputs) to (outputs,)."""
        return combine_windows(logits, self.combine)

    def probabilities(self, logits: Array) -> dict[str, float]:
        """Calibrated probability of each output, given one logit each, shape (outputs,).

        On each axis the probability of level 1 or higher is at least the score's, and of level 3 at most the score's;
        the score itself (level 2 or higher) is left as calibrated.
        """
        margins = np.clip(self.slopes * logits + self.intercepts, -60.0, 60.0)
        values = dict(zip(self.outputs, (1.0 / (1.0 + np.exp(-margins))).tolist(), strict=True))
        for axis in AXES:
            score = values[f"{axis}>={SCORE_LEVEL}"]
            values[f"{axis}>=1"] = max(values[f"{axis}>=1"], score)
            values[f"{axis}>=3"] = min(values[f"{axis}>=3"], score)
        return values

    def level(self, axis: str, probabilities: Mapping[str, float]) -> str:
        """Name of the highest level whose cut, and every cut below it, is reached."""
        level = 0
        while level < 3 and probabilities[f"{axis}>={level + 1}"] >= self.cuts[axis][level]:
            level += 1
        return LEVELS[axis][level]

    def flagged(self, named: Mapping[str, float]) -> dict[str, tuple[str, ...]]:
        """For each operating point the axes and signals that are over their threshold."""
        return {
            point: tuple(name for name, value in named.items() if value >= at[name].threshold)
            for point, at in self.points.items()
        }


def combine_windows(logits: npt.NDArray[np.float32], how: Sequence[str]) -> Array:
    """One logit an output, from the windows of a ticket: (windows, outputs) to (outputs,).

    Args:
        logits: One row a window, in reading order.
        how: For each output, one of `COMBINATIONS`.
    """
    choices = {"max": logits.max(axis=0), "mean": logits.mean(axis=0), "first": logits[0]}
    return np.array([choices[name][k] for k, name in enumerate(how)], dtype=np.float64)


def own_name_is_free(name: str) -> bool:
    """Whether an axis of a user's own may be called so: a Python name that the product does not use itself."""
    return name.isidentifier() and name.isascii() and name.islower() and name not in (*AXES, *SIGNALS)


def _three(values: Any) -> tuple[float, float, float]:
    one, two, three = (float(value) for value in values)
    _require(all(0.0 <= cut <= 1.0 for cut in (one, two, three)), "level_cuts")
    return one, two, three


def _require(held: bool, what: str) -> None:
    if not held:
        raise ValueError(f"{what} is not as this tonecheck expects")
