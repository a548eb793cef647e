"""Plots of a model's quality: reliability, precision and recall, and histograms of scores, as PNG files and in one page."""

from __future__ import annotations

import base64
import html
from typing import Any

from training import require
from training.record import ROOT

require("baselines", "matplotlib")

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve

PLOTS = ROOT / "benchmarks" / "plots"
PAGE = ROOT / "benchmarks" / "quality.html"
NAVY, ORANGE = "#1f4e79", "#c55a11"
Truths = dict[str, npt.NDArray[np.bool_]]
Scores = dict[str, npt.NDArray[np.float64]]


def draw(truth: Truths, scores: Scores, figures: dict[str, Any]) -> None:
    """Writes the three plots and the page that holds them."""
    PLOTS.mkdir(parents=True, exist_ok=True)
    plots = {"reliability": reliability, "precision_recall": precision_recall, "scores": histograms}
    pictures = []
    for name, plot in plots.items():
        drawn, axes = plt.subplots(1, len(truth), figsize=(4.2 * len(truth), 3.9), constrained_layout=True)
        for at, axis in zip(axes, truth, strict=True):
            plot(at, truth[axis], scores[axis])
            at.set_title(axis.replace("_", " "))
        drawn.savefig(PLOTS / f"{name}.png", dpi=90, metadata={"Software": None})
        plt.close(drawn)
        encoded = base64.b64encode((PLOTS / f"{name}.png").read_bytes()).decode()
        words = ALT[name]
        pictures.append(
            f'<h2>{name.replace("_", " and ")}</h2><p>{words}</p><img alt="{words}" src="data:image/png;base64,{encoded}">'
        )
    rows = "".join(
        f"<tr><td>{axis.replace('_', ' ')}</td>"
        + "".join(f"<td>{v['value']:.3f} [{v['low']:.3f}, {v['high']:.3f}]</td>" for v in of.values())
        + "</tr>"
        for axis, of in figures["axes"]["tonecheck"].items()
    )
    head = "".join(f"<th>{html.escape(name)}</th>" for name in next(iter(figures["axes"]["tonecheck"].values())))
    PAGE.write_text(
        PAGE_HEAD + f"<h1>{figures['model_id']} on {figures['rows']} messages it never saw</h1>"
        f"<table><tr><th>axis</th>{head}</tr>{rows}</table>"
        + "".join(pictures)
        + "<p>Every figure is in results/quality.json.</p>",
        encoding="utf-8",
    )


ALT = {
    "reliability": "Seen rate against stated probability in ten bins of equal mass; on the diagonal the score is the rate.",
    "precision_recall": "Precision against recall over all thresholds.",
    "scores": "How many messages get which score, those labelled 2 or 3 and the others; the count is on a log scale.",
}
PAGE_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>How good is tonecheck?</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}img{max-width:100%}
table{border-collapse:collapse}td,th{padding:.3rem .7rem;border-bottom:1px solid #ccc;text-align:left}</style>
"""


def reliability(at: Any, truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> None:
    order = np.argsort(scores, kind="stable")
    bins = np.array_split(order, 10)
    stated, seen = [scores[b].mean() for b in bins], [truth[b].mean() for b in bins]
    spread = [1.96 * np.sqrt(max(rate * (1 - rate), 0.25 / len(b)) / len(b)) for rate, b in zip(seen, bins, strict=True)]
    at.plot([0, 1], [0, 1], color="#999", linewidth=1)
    at.errorbar(stated, seen, yerr=spread, fmt="o-", color=NAVY, markersize=4, capsize=2)
    at.set(xlabel="stated probability", ylabel="seen rate", xlim=(0, 1), ylim=(0, 1))


def precision_recall(at: Any, truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> None:
    precision, recall, _ = precision_recall_curve(truth, scores)
    at.step(recall, precision, color=NAVY, where="post")
    at.axhline(truth.mean(), color="#999", linewidth=1)
    at.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.02))


def histograms(at: Any, truth: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> None:
    edges = np.linspace(0, 1, 26)
    at.hist(scores[~truth], bins=edges, color=NAVY, alpha=0.7, label="level 0 or 1")
    at.hist(scores[truth], bins=edges, color=ORANGE, alpha=0.8, label="level 2 or 3")
    at.set(xlabel="score", ylabel="messages", yscale="log", xlim=(0, 1))
    at.legend(frameon=False)
