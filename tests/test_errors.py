"""One tree of errors, drawn at the head of its file and true to it."""

from __future__ import annotations

import builtins
import pickle
import re

import pytest

import tonecheck
from tonecheck import errors

ALL = [getattr(errors, name) for name in errors.__all__]


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn: dict[str, str] = {}
    path: list[str] = []
    for line in errors.__doc__.splitlines():
        if m := re.match(r"    ((?:│   |├── |└── )*)(\w+Error)(?:\((\w+)\))?", line):
            depth = len(m[1]) // 4
            path[depth:] = [m[2]]
            drawn[m[2]] = path[depth - 1] if depth else "Exception"
            kind = getattr(errors, m[2])
            assert kind.__mro__[1].__name__ == drawn[m[2]]
            if m[3]:
                assert issubclass(kind, getattr(builtins, m[3]))
    assert sorted(drawn) == sorted(errors.__all__)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
def test_every_error_is_public_documented_and_can_be_pickled(kind: type[Exception]) -> None:
    assert getattr(tonecheck, kind.__name__) is kind
    assert kind.__doc__
    back = pickle.loads(pickle.dumps(kind("said")))
    assert type(back) is kind
    assert str(back) == "said"


def test_an_input_error_keeps_its_index_through_a_pickle() -> None:
    for index in (None, 0, 41):
        back = pickle.loads(pickle.dumps(tonecheck.InputError("said", index=index)))
        assert (str(back), back.index) == ("said", index)
