"""Labelled messages, as every step of the training reads them.

Three sources: tickets of our own in `data/tickets/` and, where a folder `../shared` lies beside the checkout, public messages
labelled by hand: `../shared/labels`, and by reference `data/annotations` (`training.corpora` has origins and licences). Public
texts may not be passed on, so someone without them trains on the first alone and is told so.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tonecheck.labels import AXES, SIGNALS
from tonecheck.text import read
from training.corpora import ANNOTATIONS, CORPORA, ORIGINS, readings, texts_of, unlabelled
from training.record import json_lines

ROOT = Path(__file__).resolve().parent.parent
OWN_TICKETS = ROOT / "data" / "tickets"
SHARED_LABELS = ROOT.parent / "shared" / "labels"
N_FOLDS = 3
_WORD = re.compile(r"[^\W_]+")

MIX = {"sumo_firefox": 0.36, "thunderbird": 0.20, "titanium": 0.09, "it_assignment": 0.07, "gh_incivility": 0.05,
       "helpdesk": 0.04, "goemotions": 0.04, "politeness": 0.03, "strudel": 0.02, "cfpb": 0.02, "gitbugs": 0.02,
       "nlbse24": 0.02, "castle_tracker": 0.01, "banking77": 0.02, "surge_toxicity": 0.01}  # fmt: skip
"""Share of each corpus in a sample of unlabelled messages: support forums and desks most."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled message.

    Attributes:
        id: Names it for ever: "A-0001", or corpus and row.
        text: What the network reads of it: cleaned as `Scorer` cleans it.
        levels: Level 0-3 on each axis.
        signals: The signals that are present.
        source: "own" or the corpus.
        group: Examples of one group never stand on both sides of a split.
        not_ticket: Spam, machine noise, another language, an agent's reply.
    """

    id: str
    text: str
    levels: dict[str, int]
    signals: frozenset[str]
    source: str
    group: str
    not_ticket: bool = False

    def targets(self) -> list[float]:
        """The 28 outputs the network should give: nine thresholds, nineteen signals, each 0 or 1."""
        thresholds = [float(self.levels[axis] >= level) for axis in AXES for level in (1, 2, 3)]
        return thresholds + [float(name in self.signals) for name in SIGNALS]


def cleaned(text: str) -> str:
    """A message as the network reads it."""
    return read(None, text).text


def own_tickets(folder: Path = OWN_TICKETS) -> list[Example]:
    """The tickets we wrote ourselves; all tickets of one scenario are one group."""
    examples = []
    for row in json_lines(folder):
        text = read(row["subject"], row["body"]).text
        group = row["scenario"]
        examples.append(Example(row["id"], text, {axis: row[axis] for axis in AXES}, frozenset(row["signals"]), "own", group))
    return examples


def hand_labels(split: str, folder: Path = SHARED_LABELS) -> list[Example]:
    """Public messages labelled by hand: split "train" or "dev"; empty where the folder is not there."""
    path = folder / f"{split}.jsonl"
    if not path.exists():
        print(f"{path} is not here: training on our own tickets alone, which costs quality on real messages.")
        return []
    examples = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line:
            row = json.loads(line)
            name = f"{row['corpus']}/{row['row']}"
            levels, signals = {axis: row[axis] for axis in AXES}, frozenset(row["signals"])
            examples.append(Example(name, cleaned(row["text"]), levels, signals, row["corpus"], name, row["not_ticket"]))
    return examples


def annotated(folder: Path = ANNOTATIONS, corpora: Path = CORPORA) -> list[Example]:
    """Public messages that we labelled by reference, by their first reading; those whose text is here and unchanged.

    Social media that is not a ticket is left out: readers differ on abuse that is aimed at nobody at the desk.
    """
    first = {(r["corpus"], r["row"]): r for r in reversed(readings(folder)) if r["reading"] == 1}
    first = {key: r for key, r in first.items() if not (r["not_ticket"] and r["corpus"] in ("surge_toxicity", "goemotions"))}
    texts = texts_of(list(first.values()), corpora)
    if len(texts) < len(first):
        print(
            f"{len(first) - len(texts)} of {len(first)} messages labelled by reference are not here: python -m training.corpora"
        )
    return [
        Example(
            f"{corpus}/{row}",
            cleaned(text),
            {axis: first[corpus, row][axis] for axis in AXES},
            frozenset(first[corpus, row]["signals"]),
            corpus,
            f"{corpus}/{row}",
            first[corpus, row]["not_ticket"],
        )
        for (corpus, row), text in sorted(texts.items())
    ]


def training_examples(*, licensed_only: bool = False) -> list[Example]:
    """Everything a model may learn from: never a row of dev, nor a near copy of one.

    Args:
        licensed_only: Leave out corpora whose licence is not stated or does not cover their texts.
    """
    public = hand_labels("train")
    taken = {example.id for example in public}
    public += [example for example in annotated() if example.id not in taken]
    if licensed_only:
        public = [example for example in public if ORIGINS[example.source].clear]
    examples = public + own_tickets()
    dev = hand_labels("dev") if public else []
    copies = {a for pair in near_copies([e.text for e in dev + examples]) for a in pair if min(pair) < len(dev)}
    return [example for k, example in enumerate(examples, start=len(dev)) if k not in copies]


def sample_unlabelled(n: int, seed: int, taken: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """Names and cleaned texts of public messages, in the shares of `MIX`: none of dev, no near copy of it, none in `taken`."""
    dev = hand_labels("dev")
    taken = {example.id for example in dev} | set(taken)
    rng = np.random.default_rng(seed)
    names, texts = [], []
    for corpus, share in MIX.items():
        found = [(name, text) for name, text in unlabelled(taken, [corpus]) if 20 < len(text) < 4000]
        for k in rng.permutation(len(found))[: int(share * n)]:
            text = cleaned(found[k][1])
            if text:
                names.append(found[k][0])
                texts.append(text)
    copies = {b - len(dev) for a, b in near_copies([e.text for e in dev] + texts) if a < len(dev) <= b}
    free = [k for k in range(len(texts)) if k not in copies]
    return [names[k] for k in free], [texts[k] for k in free]


def folds(examples: list[Example], n: int = N_FOLDS) -> npt.NDArray[np.int64]:
    """Which fold each example is held out in, 0 to n - 1: one for a whole group and for near copies of a text."""
    return np.array([_shuffled(name) % n for name in inseparable(examples)])


def held_out_share(examples: list[Example], share: float) -> npt.NDArray[np.int64]:
    """Rows of about a share of the examples, in whole groups with their near copies."""
    names = inseparable(examples)
    chosen: set[str] = set()
    sizes, held_out = Counter(names), 0
    for name in sorted(sizes, key=_shuffled):
        if held_out + sizes[name] / 2 <= share * len(examples):
            chosen.add(name)
            held_out += sizes[name]
    return np.flatnonzero([name in chosen for name in names])


def _shuffled(name: str) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16)


def inseparable(examples: list[Example]) -> list[str]:
    """A name for each example, one for all of a group and its copies and near copies."""
    first = {example.group: k for k, example in reversed(list(enumerate(examples)))}
    head = [first[example.group] for example in examples]

    def root(k: int) -> int:
        while head[k] != k:
            k = head[k]
        return k

    same: dict[str, int] = {}
    copies = [(same.setdefault(example.text, k), k) for k, example in enumerate(examples)]
    for a, b in copies + near_copies([example.text for example in examples]):
        low, high = sorted((root(a), root(b)))
        head[high] = low
    return [examples[root(k)].group for k in range(len(examples))]


def near_copies(texts: list[str], words: int = 8) -> list[tuple[int, int]]:
    """Pairs of texts that share more than half of the shorter one's runs of eight words; pairs in rising order.

    Runs that stand in over thirty texts are boilerplate and do not count.
    """
    owners: dict[int, list[int]] = defaultdict(list)
    n_runs = []
    for k, text in enumerate(texts):
        found = _WORD.findall(text.lower())
        runs = {hash(tuple(found[i : i + words])) for i in range(max(1, len(found) - words + 1))}
        n_runs.append(len(runs))
        for run in runs:
            owners[run].append(k)
    shared: Counter[tuple[int, int]] = Counter()
    for ids in owners.values():
        if 1 < len(ids) <= 30:
            shared.update(combinations(ids, 2))
    return [(a, b) for (a, b), n in shared.items() if 2 * n > min(n_runs[a], n_runs[b])]


def targets(examples: list[Example]) -> npt.NDArray[np.float32]:
    """Shape (examples, 28)."""
    return np.array([example.targets() for example in examples], dtype=np.float32)
