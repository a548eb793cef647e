"""Many calls on a few threads, results in order, never far ahead of the reader."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(function: Callable[[Item], Result], items: Iterable[Item], *, threads: int) -> Iterator[Result]:
    """Like `map`, on several threads: lazy, in order, at most four items a thread ahead of the reader.

    Works on an endless iterable. When `items` or `function` raises, the results before that place come first. Threads
    live only as long as the iteration, so a process that forks between two iterations leaves none behind.
    """
    if threads == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    source = iter(items)
    failure: BaseException | None = None
    with ThreadPoolExecutor(threads, thread_name_prefix="tonecheck") as pool:
        try:
            while failure is None:
                try:
                    waiting.append(pool.submit(function, next(source)))
                except StopIteration:
                    break
                except Exception as error:
                    failure = error
                if len(waiting) >= 4 * threads:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
    if failure is not None:
        raise failure
