"""Many calls on a few threads: in order, lazy, never far ahead, and no result before a failure is lost."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck.ordered import ordered_map

THREADS = (1, 2, 8)


def pool_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("tonecheck")]


@given(st.lists(st.integers()), st.integers(1, 9))
def test_it_gives_what_map_gives(items: list[int], threads: int) -> None:
    assert list(ordered_map(lambda n: n * n, items, threads=threads)) == [n * n for n in items]


@pytest.mark.parametrize("threads", THREADS)
def test_a_slow_first_item_still_comes_first(threads: int) -> None:
    others_done = threading.Event()
    if threads == 1:
        others_done.set()

    def work(n: int) -> int:
        if n == 0:
            assert others_done.wait(60)
        elif n == 2:
            others_done.set()
        return n

    assert list(ordered_map(work, range(20), threads=threads)) == list(range(20))


@pytest.mark.parametrize("threads", THREADS)
def test_nothing_is_read_before_the_first_result_is_asked_for(threads: int) -> None:
    read: list[int] = []

    def source() -> Iterator[int]:
        for n in itertools.count():
            read.append(n)
            yield n

    results = ordered_map(lambda n: n, source(), threads=threads)
    assert read == []
    results.close()  # type: ignore[attr-defined]
    assert read == []


@pytest.mark.parametrize("threads", THREADS)
def test_an_endless_source_is_read_at_most_four_items_a_thread_ahead(threads: int) -> None:
    n_read = 0

    def source() -> Iterator[int]:
        nonlocal n_read
        for n in itertools.count():
            n_read += 1
            yield n

    results = ordered_map(lambda n: -n, source(), threads=threads)
    for given_out in range(1, 200):
        assert next(results) == 1 - given_out
        assert n_read - given_out <= 4 * threads
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("bad", [0, 1, 7, 8, 9, 33])
def test_when_the_source_fails_the_results_before_come_first(threads: int, bad: int) -> None:
    def source() -> Iterator[int]:
        yield from range(bad)
        raise RuntimeError("no more")

    seen: list[int] = []
    with pytest.raises(RuntimeError, match="no more"):
        seen.extend(ordered_map(lambda n: n, source(), threads=threads))
    assert seen == list(range(bad))
    assert pool_threads() == []


@pytest.mark.parametrize("threads", THREADS)
@pytest.mark.parametrize("bad", [0, 1, 7, 8, 9, 33])
def test_when_the_function_fails_the_results_before_come_first(threads: int, bad: int) -> None:
    def work(n: int) -> int:
        if n == bad:
            raise ArithmeticError("not this one")
        return n

    seen: list[int] = []
    with pytest.raises(ArithmeticError, match="not this one"):
        seen.extend(ordered_map(work, range(100), threads=threads))
    assert seen == list(range(bad))
    assert pool_threads() == []


@pytest.mark.parametrize("threads", THREADS)
def test_of_two_failures_the_earlier_one_is_told(threads: int) -> None:
    def source() -> Iterator[int]:
        yield from range(3)
        raise RuntimeError("source")

    def work(n: int) -> int:
        if n == 1:
            raise ArithmeticError("function")
        return n

    seen: list[int] = []
    with pytest.raises(ArithmeticError, match="function"):
        seen.extend(ordered_map(work, source(), threads=threads))
    assert seen == [0]


@pytest.mark.parametrize("threads", THREADS)
def test_closing_early_stops_the_work_and_leaves_no_thread(threads: int) -> None:
    done: list[int] = []

    def work(n: int) -> int:
        done.append(n)
        return n

    results = ordered_map(work, itertools.count(), threads=threads)
    assert [next(results) for _ in range(3)] == [0, 1, 2]
    results.close()  # type: ignore[attr-defined]
    n_done = len(done)
    assert n_done <= 3 + 4 * threads
    assert pool_threads() == []
    assert list(results) == []
    assert len(done) == n_done


def test_no_more_threads_than_asked_for_work_at_once() -> None:
    lock = threading.Lock()
    names: set[str] = set()

    def work(n: int) -> int:
        with lock:
            names.add(threading.current_thread().name)
        return n

    assert list(ordered_map(work, range(200), threads=3)) == list(range(200))
    assert len(names) <= 3
    names.clear()
    assert list(ordered_map(work, range(20), threads=1)) == list(range(20))
    assert names == {threading.current_thread().name}


@pytest.mark.parametrize("threads", THREADS)
def test_an_empty_source_gives_nothing(threads: int) -> None:
    assert list(ordered_map(lambda n: n, [], threads=threads)) == []


def test_two_iterations_may_run_side_by_side() -> None:
    one = ordered_map(lambda n: n, itertools.count(), threads=2)
    two = ordered_map(lambda n: -n, itertools.count(), threads=2)
    pairs = list(itertools.islice(zip(one, two, strict=True), 50))
    assert pairs == [(n, -n) for n in range(50)]
    one.close()  # type: ignore[attr-defined]
    two.close()  # type: ignore[attr-defined]
