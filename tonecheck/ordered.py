"""Many calls on a few threads, results in order, never far ahead of the reader."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def ordered_map(function: Callable[[Item], Result], items: Iterable[Item], *, threads: int) -> Iterator[Result]:
    """Like `map`, on several threads: lazy, in order, at most four items a thread ahead of the reader.

    Works on an endless iterable, and gives a result as soon as it is there and its turn has come; with several threads up to
    four items a thread are asked for before the first result is waited for. When `items` or `function` raises, the results
    before that place come first. Threads live only as long as the iteration.

    Raises:
        RuntimeError: The process forked in the middle of the iteration, and the child asks for more: its parent has the
            threads.
    """
    if threads == 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    source = iter(items)
    failure: Exception | None = None
    owner = os.getpid()
    with ThreadPoolExecutor(threads, thread_name_prefix="tonecheck") as pool:
        try:
            while failure is None:
                try:
                    waiting.append(pool.submit(function, next(source)))
                except StopIteration:
                    break
                except Exception as error:
                    failure = error
                while waiting and (len(waiting) >= 4 * threads or waiting[0].done()):
                    yield waiting.popleft().result()
                    _require_same_process(owner)
            while waiting:
                yield waiting.popleft().result()
                _require_same_process(owner)
        finally:
            for future in waiting:
                future.cancel()
    if failure is not None:
        raise failure


def _require_same_process(owner: int) -> None:
    if os.getpid() != owner:
        raise RuntimeError("this iteration belongs to the parent process; start a new one after a fork.")
