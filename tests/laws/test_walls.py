"""The walls of the house, read from the source: who may import whom, and what library code never does."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tonecheck

PACKAGE = Path(tonecheck.__file__).resolve().parent
ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(path for path in PACKAGE.rglob("*.py") if "models" not in path.parts)
TREES = {path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8")) for path in FILES}
MODULES = list(TREES)

MAY_IMPORT = {
    "errors.py": set(),
    "labels.py": set(),
    "ordered.py": set(),
    "ticket.py": {"errors"},
    "result.py": {"labels"},
    "language.py": {"text"},
    "bundle.py": {"errors", "labels"},
    "tokens.py": {"errors"},
    "network.py": {"errors"},
    "calibration.py": {"errors", "labels"},
    "scorer.py": {
        "errors", "labels", "ordered", "ticket", "text", "language", "bundle", "tokens", "network", "calibration", "result",
    },
    "default.py": {"scorer", "ticket", "result", "errors"},
    "files.py": {"errors", "labels", "ticket", "result"},
    "cli.py": {"", "errors", "files", "bundle", "scorer", "ordered", "result"},
    "__main__.py": {"cli"},
    "__init__.py": {"errors", "labels", "default", "result", "scorer", "ticket"},
}  # fmt: skip
ONLY_IN = {
    "tokenizers": "tokens.py",
    "onnxruntime": "network.py",
    "pycld2": "language.py",
    "tqdm": "cli.py",
    "argparse": "cli.py",
}
NEVER = {
    "training", "benchmarks", "tests", "torch", "transformers", "sklearn", "datasets", "pandas", "pyarrow", "onnx", "rich",
    "socket", "ssl", "http", "urllib", "asyncio", "requests", "httpx", "logging", "warnings", "random", "pickle", "shelve",
    "subprocess", "ctypes", "time",
}  # fmt: skip


def imports(tree: ast.AST) -> set[str]:
    """Dotted names of all that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            found.add(node.module or "")
    return found


def calls(tree: ast.AST) -> set[str]:
    """Source of all that is called: "print", "os.environ.update"."""
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def own(names: set[str]) -> set[str]:
    """The rooms of the house among imported names: "tonecheck.text.phrases" is the room "text"."""
    return {name.split(".")[1] if "." in name else "" for name in names if name.split(".")[0] == "tonecheck"}


def test_the_house_was_found() -> None:
    assert {"scorer.py", "cli.py", "text/reading.py"} <= set(MODULES)
    assert {module for module in MODULES if "/" not in module} == set(MAY_IMPORT)


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_one_way(module: str) -> None:
    allowed = {"text"} if module.startswith("text/") else MAY_IMPORT[module]
    assert own(imports(TREES[module])) <= allowed


def test_the_trip_of_contributing_is_the_order_of_imports() -> None:
    said = re.search(r"one trip: (.*?)\.\n", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.S)[1]
    rooms = [name.removesuffix(".py").rstrip("/") for name in re.findall(r"`([\w./]+)`", said)]
    assert rooms[0] == "ticket"
    assert rooms[-1] == "result"
    for module, tree in TREES.items():
        room = module.split("/")[0].removesuffix(".py")
        if room in rooms:
            later = set(rooms[rooms.index(room) + 1 :])
            assert not own(imports(tree)) & later, module


def test_no_two_files_import_each_other() -> None:
    names = {module: "tonecheck." + module.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for module in MODULES}
    after = {names[module]: imports(TREES[module]) & set(names.values()) for module in MODULES if module != "__init__.py"}
    done: set[str] = set()
    while ready := {name for name, needs in after.items() if name not in done and needs & set(after) <= done}:
        done |= ready
    assert done == set(after)


@pytest.mark.parametrize("module", MODULES)
def test_each_heavy_library_has_one_door(module: str) -> None:
    roots = {name.split(".")[0] for name in imports(TREES[module])}
    for library, door in ONLY_IN.items():
        assert library not in roots or module == door


@pytest.mark.parametrize("module", MODULES)
def test_the_library_imports_no_training_no_network_and_no_global_state(module: str) -> None:
    assert not {name.split(".")[0] for name in imports(TREES[module])} & NEVER


@pytest.mark.parametrize("module", MODULES)
def test_only_the_command_line_prints_or_ends_the_process(module: str) -> None:
    if module in ("cli.py", "__main__.py"):
        return
    speaking = {"print", "input", "breakpoint", "exit", "quit", "sys.exit", "os._exit"}
    assert not calls(TREES[module]) & speaking
    touched = {ast.unparse(node) for node in ast.walk(TREES[module]) if isinstance(node, ast.Attribute)}
    assert not touched & {"sys.stdout", "sys.stderr", "sys.stdin"}


@pytest.mark.parametrize("module", MODULES)
def test_the_process_is_left_as_it_was_found(module: str) -> None:
    """No environment, no seed, no recursion limit, no signal handler, no csv limit for the whole process."""
    tree = TREES[module]
    touched = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    if module != "network.py":  # it silences onnxruntime while it imports it, and puts the variable back: see the next test
        assert not {name for name in touched if name.startswith(("os.environ", "os.putenv", "os.unsetenv"))}
    forbidden = (
        "np.random.seed", "random.seed", "np.seterr", "sys.setrecursionlimit", "sys.setswitchinterval", "signal.signal",
        "locale.setlocale", "os.chdir", "os.umask", "onnxruntime.set_seed", "socket.setdefaulttimeout",
    )  # fmt: skip
    assert not calls(tree) & set(forbidden)


def test_importing_the_network_leaves_the_environment_as_it_was() -> None:
    show = "import os; before = dict(os.environ); import tonecheck.network; print(before == dict(os.environ))"
    for value in (None, "0"):
        env = {name: v for name, v in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
        env |= {} if value is None else {"ORT_DISABLE_TELEMETRY": value}
        done = subprocess.run([sys.executable, "-c", show], env=env, capture_output=True, text=True, check=True)
        assert done.stdout == "True\n"


@pytest.mark.parametrize("module", [module for module in MODULES if module not in ("bundle.py", "cli.py")])
def test_only_the_bundle_reads_files_and_only_the_command_line_writes_them(module: str) -> None:
    names = calls(TREES[module])
    methods = {name.rpartition(".")[2] for name in names if "." in name}
    assert not names & {"open", "io.open", "os.open", "os.replace", "os.remove", "os.unlink", "os.mkdir", "os.makedirs"}
    assert not methods & {"write_text", "write_bytes", "read_text", "read_bytes", "mkdir", "unlink", "touch", "mkstemp"}


@pytest.mark.parametrize("module", MODULES)
def test_no_assert_no_bare_except_and_no_code_from_text(module: str) -> None:
    for node in ast.walk(TREES[module]):
        assert not isinstance(node, ast.Assert), f"{module}:{node.lineno} asserts"
        assert not (isinstance(node, ast.ExceptHandler) and node.type is None), f"{module}:{node.lineno} excepts all"
    assert not calls(TREES[module]) & {"eval", "exec", "compile", "__import__"}


def test_only_the_bundle_writes_the_manifest_and_nothing_else() -> None:
    for node in ast.walk(TREES["bundle.py"]):
        if isinstance(node, ast.FunctionDef):
            writes = {name.rpartition(".")[2] for name in calls(node)} & {"write_bytes", "write_text", "write", "mkdir"}
            assert not writes or node.name == "write_manifest"


@pytest.mark.parametrize("path", sorted((ROOT / "tonecheck").rglob("*.py")), ids=lambda path: path.name)
def test_every_file_begins_with_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))
