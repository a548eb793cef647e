"""Public messages by reference: where each corpus comes from, and our labels for its rows without their text.

    python -m training.corpora            what is here, what is missing, and where it can be had

`data/corpora.json` keeps origins and licences; `data/annotations/*.jsonl` names rows of public corpora by corpus, row id and a
hash of the text. Their texts are not ours to pass on; they are read from `../shared/corpora` where that folder lies beside the
checkout.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.record import json_lines

ROOT = Path(__file__).resolve().parent.parent
CORPORA = ROOT.parent / "shared" / "corpora"
ANNOTATIONS = ROOT / "data" / "annotations"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a corpus comes from.

    Attributes:
        repository: On GitHub, owner/name.
        commit: The state that was read.
        licence: As stated there.
        clear: The licence is stated and covers the texts; `--licensed-only` trains on these alone.
    """

    repository: str
    commit: str
    licence: str
    clear: bool


ORIGINS = {
    name: Origin(**plain) for name, plain in json.loads((ROOT / "data" / "corpora.json").read_text(encoding="utf-8")).items()
}


def fingerprint(text: str) -> str:
    """What `data/annotations` keeps of a text: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def rows(corpus: str, folder: Path = CORPORA) -> Iterator[tuple[str, str]]:
    """Row id and text of every message of a corpus; nothing where the corpus is not here."""
    path = folder / f"{corpus}.jsonl.gz"
    if path.exists():
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield str(row["row"]), row["text"]


def readings(folder: Path = ANNOTATIONS) -> list[dict[str, Any]]:
    """Every reading in `data/annotations`, first readings before second ones."""
    return sorted(json_lines(folder), key=lambda reading: int(reading["reading"]))


def texts_of(references: list[dict[str, Any]], folder: Path = CORPORA) -> dict[tuple[str, str], str]:
    """Text of each referenced row that is here and unchanged, by corpus and row id."""
    wanted = {(reference["corpus"], reference["row"]): reference["text_sha256"] for reference in references}
    found = {}
    for corpus in sorted({corpus for corpus, _ in wanted}):
        for row, text in rows(corpus, folder):
            if wanted.get((corpus, row)) == fingerprint(text):
                found[corpus, row] = text
    return found


def unlabelled(
    taken: Collection[str], corpora: Collection[str] = tuple(ORIGINS), folder: Path = CORPORA
) -> Iterator[tuple[str, str]]:
    """Name ("corpus/row") and text of every message whose name is not in `taken`."""
    for corpus in corpora:
        for row, text in rows(corpus, folder):
            if f"{corpus}/{row}" not in taken:
                yield f"{corpus}/{row}", text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.parse_args()
    asked = Counter(reading["corpus"] for reading in readings() if reading["reading"] == 1)
    here = Counter(corpus for corpus, _ in texts_of(readings()))
    print(f"{'corpus':<16}{'rows here':>10}{'labelled by us':>16}{'of them here':>14}  clear  licence; origin")
    for corpus, origin in ORIGINS.items():
        n = sum(1 for _ in rows(corpus))
        clear = "yes" if origin.clear else "no"
        where = f"https://github.com/{origin.repository}/tree/{origin.commit[:12]}"
        print(f"{corpus:<16}{n or 'missing':>10}{asked[corpus]:>16}{here[corpus]:>14}  {clear:<5}  {origin.licence}; {where}")
    if not CORPORA.exists():
        print(f"\n{CORPORA} is not here. Training uses data/tickets alone, which costs quality on real messages.")


if __name__ == "__main__":
    main()
