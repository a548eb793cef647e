"""Splits: nothing stands on both sides."""

from __future__ import annotations

from training.data import Example, folds, held_out_share, near_copies


def example(name: str, text: str, group: str) -> Example:
    return Example(name, text, {"hostility": 0, "user_error": 0, "urgency": 0}, frozenset(), "own", group)


LONG = "the label printer in bay four prints every address twice since the roll was changed on tuesday morning"


def test_near_copies_are_found_whatever_their_case_and_marks() -> None:
    assert near_copies([LONG, "Something else entirely, about a bike.", LONG.upper() + "!!"]) == [(0, 2)]


def test_texts_that_share_a_little_are_no_copies() -> None:
    other = LONG[:60] + " and now a long different story follows, with the van, the driver and his dog in it, as ever"
    assert near_copies([LONG, other]) == []


def test_a_group_and_near_copies_share_one_fold() -> None:
    rows = [
        example(f"r{k}", f"ticket number {k} speaks of its own matter {k * 7} and of nothing more {k}", f"g{k % 40}")
        for k in range(200)
    ]
    rows += [example("copy a", LONG, "x1"), example("copy b", LONG + " again", "x2")]
    fold = folds(rows)
    for group in {row.group for row in rows}:
        assert len({fold[k] for k, row in enumerate(rows) if row.group == group}) == 1
    assert fold[-1] == fold[-2]
    assert len(set(fold.tolist())) == 3


def test_targets_are_cumulative() -> None:
    row = Example("r", "t", {"hostility": 2, "user_error": 0, "urgency": 3}, frozenset({"threat"}), "own", "g")
    assert row.targets()[:9] == [1, 1, 0, 0, 0, 0, 1, 1, 1]
    assert sum(row.targets()[9:]) == 1


def test_about_a_fifth_is_held_out_in_whole_groups_with_their_copies() -> None:
    rows = [example(f"r{k}", f"ticket number {k} about thing {k * 13}", f"g{k % 50}") for k in range(300)]
    rows += [example(f"same {k}", "exactly the same words in every one", f"s{k}") for k in range(40)]
    held_out = {rows[k].id for k in held_out_share(rows, 0.2)}
    assert 0.15 < len(held_out) / len(rows) < 0.25
    groups = {row.group for row in rows if row.id in held_out}
    assert all(row.id in held_out for row in rows if row.group in groups)
    assert len({row.id in held_out for row in rows if row.id.startswith("same")}) == 1
