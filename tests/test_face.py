"""The public face: the names that are promised, and an import that loads nothing heavy."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

import tonecheck

HEAVY = (
    "torch", "transformers", "sklearn", "datasets", "pandas", "pyarrow", "numpy", "onnxruntime", "tokenizers", "pycld2",
    "rich", "tqdm", "pyspark", "fastapi", "onnx",
)  # fmt: skip
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def loaded_after(run_python: Run, program: str) -> set[str]:
    done = run_python(f"import json, sys\n{program}\nprint(json.dumps(sorted(sys.modules)))")
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_every_public_name_is_there_and_no_other_is_shown() -> None:
    assert sorted(tonecheck.__all__) == sorted(set(tonecheck.__all__))
    for name in tonecheck.__all__:
        assert getattr(tonecheck, name) is not None
    assert dir(tonecheck) == sorted(tonecheck.__all__)


def test_the_promised_names_are_public() -> None:
    assert {"Scorer", "Ticket", "TicketScore", "score", "score_many", "TonecheckError", "InputError", "ModelError"} <= set(
        tonecheck.__all__
    )


def test_a_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from tonecheck import *", names)
    assert set(names) - {"__builtins__"} == set(tonecheck.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'scorre'"):
        tonecheck.scorre  # type: ignore[attr-defined]  # noqa: B018
    assert not hasattr(tonecheck, "__wrapped__")


def test_what_is_public_is_documented() -> None:
    for name in tonecheck.__all__:
        value = getattr(tonecheck, name)
        if callable(value):
            assert value.__doc__, name


def test_the_version_is_the_packages() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:[.a-z]+\d+)?", tonecheck.__version__)
    try:
        installed = metadata.version("tonecheck")
    except metadata.PackageNotFoundError:
        pytest.skip("tonecheck is not installed here")
    assert installed == tonecheck.__version__


def test_the_package_is_typed() -> None:
    assert (Path(tonecheck.__file__).parent / "py.typed").is_file()


def test_importing_loads_nothing_heavy(run_python: Run) -> None:
    assert not loaded_after(run_python, "import tonecheck").intersection(HEAVY)


def test_tickets_and_scores_load_nothing_heavy(run_python: Run) -> None:
    assert not loaded_after(run_python, "from tonecheck import Ticket, TicketScore, InputError, AXES").intersection(HEAVY)


def test_help_loads_nothing_heavy(run_python: Run) -> None:
    program = "import tonecheck.cli\ntry:\n    tonecheck.cli.main(['--help'])\nexcept SystemExit:\n    pass"
    assert not loaded_after(run_python, program).intersection(HEAVY)


def test_scoring_loads_only_what_scoring_needs(run_python: Run) -> None:
    loaded = loaded_after(run_python, "import tonecheck; tonecheck.score('my site is down')")
    assert {"numpy", "onnxruntime", "tokenizers", "pycld2"} <= loaded
    assert not loaded.intersection(HEAVY).difference({"numpy", "onnxruntime", "tokenizers", "pycld2"})
