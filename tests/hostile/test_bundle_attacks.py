"""Law: change anything in a model folder and it is refused, by the name of the file, with our error and no other."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonecheck import ModelError, ModelIntegrityError, ModelVersionError, Scorer
from tonecheck.bundle import MANIFEST, MAX_FILE_BYTES, REQUIRED_FILES, find_bundle, read_bundle, write_manifest
from tonecheck.labels import LABEL_SET

SHIPPED = find_bundle(None)
ALL_FILES = (*REQUIRED_FILES, MANIFEST)
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="no such files there")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A well-formed bundle of a few bytes: checked just as a real one, but never loaded."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name in REQUIRED_FILES:
        (folder / name).write_bytes(f"what is in {name}".encode())
    (folder / "MODEL_CARD.md").write_bytes(b"# Card\n")
    write_manifest(folder, name="small", version="1.0.0")
    read_bundle(folder)
    return folder


def refused(folder: Path, named: str, kind: type[ModelError] = ModelIntegrityError) -> str:
    """The message with which a folder is refused; it names the file."""
    with pytest.raises(ModelError) as caught:
        read_bundle(folder)
    assert type(caught.value) is kind, repr(caught.value)
    message = str(caught.value)
    assert named in message, message
    assert str(folder) in message
    with pytest.raises(ModelError):
        Scorer(folder)
    return message


def sealed(**changes: Any) -> bytes:
    """A manifest with whatever content, sealed with the digest that belongs to it: what an attacker would write."""
    content = {
        "format": 1,
        "name": "small",
        "version": "1.0.0",
        "label_set": LABEL_SET,
        "files": {
            name: {"sha256": hashlib.sha256(name.encode()).hexdigest(), "size_bytes": len(name)} for name in REQUIRED_FILES
        },
        **changes,
    }
    content = {key: value for key, value in content.items() if value is not ...}

    def canonical(value: dict[str, Any]) -> bytes:
        return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()

    return canonical({**content, "sha256": hashlib.sha256(canonical(content)).hexdigest()})


def planted(tmp_path: Path, manifest: bytes) -> Path:
    """A folder whose files are what `sealed` says, with a given manifest."""
    folder = tmp_path / "planted"
    folder.mkdir()
    for name in REQUIRED_FILES:
        (folder / name).write_bytes(name.encode())
    (folder / MANIFEST).write_bytes(manifest)
    return folder


def test_the_forger_of_these_tests_can_forge(tmp_path: Path) -> None:
    assert read_bundle(planted(tmp_path, sealed())).files["model.onnx"] == b"model.onnx"


# A changed byte


def flip_every_bit(bundle: Path, name: str) -> None:
    """Each bit of a file, flipped alone, is refused under the file's name; put back, the bundle is whole again."""
    path = bundle / name
    whole = path.read_bytes()
    for at in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[at] ^= 1 << bit
            path.write_bytes(changed)
            with pytest.raises(ModelIntegrityError, match=re.escape(name)):
                read_bundle(bundle)
    path.write_bytes(whole)
    read_bundle(bundle)


@pytest.mark.parametrize("name", [*ALL_FILES, "MODEL_CARD.md"])
def test_every_flipped_bit_of_a_small_bundle_is_refused_by_name(small: Path, name: str) -> None:
    flip_every_bit(small, name)


@pytest.mark.parametrize("name", ALL_FILES)
def test_flipped_bits_all_over_the_shipped_bundle_are_refused_by_name(bundle_copy: Path, name: str) -> None:
    path = bundle_copy / name
    size = path.stat().st_size
    chance = random.Random(name)
    offsets = {0, 1, size // 2, size - 2, size - 1, *(chance.randrange(size) for _ in range(15))}
    for at in sorted(offsets):
        with path.open("r+b") as file:
            file.seek(at)
            before = file.read(1)
            file.seek(at)
            file.write(bytes([before[0] ^ 1 << chance.randrange(8)]))
        with pytest.raises(ModelIntegrityError, match=re.escape(name)):
            Scorer(bundle_copy)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(before)
    read_bundle(bundle_copy)


@pytest.mark.slow
def test_every_flipped_bit_of_the_shipped_manifest_and_config_is_refused(bundle_copy: Path) -> None:
    for name in (MANIFEST, "config.json"):
        flip_every_bit(bundle_copy, name)


def test_a_changed_file_is_told_with_both_hashes(small: Path) -> None:
    was = hashlib.sha256((small / "model.onnx").read_bytes()).hexdigest()
    changed = b"What is in model.onnx"
    (small / "model.onnx").write_bytes(changed)
    message = refused(small, "model.onnx")
    assert was in message
    assert hashlib.sha256(changed).hexdigest() in message


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from([*ALL_FILES, "MODEL_CARD.md"]), content=st.binary(max_size=300))
def test_any_other_content_is_refused_by_name(small: Path, name: str, content: bytes) -> None:
    whole = (small / name).read_bytes()
    (small / name).write_bytes(content)
    try:
        if content == whole:
            read_bundle(small)
        else:
            refused(small, name)
    finally:
        (small / name).write_bytes(whole)


# A file too few, too many, too short, too long


@pytest.mark.parametrize("name", [*ALL_FILES, "MODEL_CARD.md"])
@pytest.mark.parametrize("part", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_refused(small: Path, name: str, part: float) -> None:
    whole = (small / name).read_bytes()
    (small / name).write_bytes(whole[: int(len(whole) * part)])
    refused(small, name)


@pytest.mark.parametrize("name", [*ALL_FILES, "MODEL_CARD.md"])
@pytest.mark.parametrize("more", [b"\0", b"\n", b" " * 2_000_000])
def test_a_longer_file_is_refused(small: Path, name: str, more: bytes) -> None:
    with (small / name).open("ab") as file:
        file.write(more)
    refused(small, name)


@pytest.mark.parametrize("name", [*REQUIRED_FILES, "MODEL_CARD.md"])
def test_a_missing_file_is_refused(small: Path, name: str) -> None:
    (small / name).unlink()
    assert "missing" in refused(small, name)


@pytest.mark.parametrize(
    "name", ["extra.txt", ".hidden", "model.onnx.data", "MANIFEST.json.bak", "manifest.json", "é", "two words", "line\nbreak"]
)
def test_an_extra_file_is_refused_by_name(small: Path, name: str) -> None:
    if (small / name).exists():
        pytest.skip("a file system without case")
    (small / name).write_bytes(b"")
    refused(small, repr(name)[1:-1])


@needs_posix
def test_an_extra_file_with_a_name_that_is_no_text_is_refused(small: Path) -> None:
    name = os.fsdecode(b"\xff\xfe")
    (small / name).write_bytes(b"")
    refused(small, "udcff").encode()


def test_an_extra_folder_is_refused_by_name(small: Path) -> None:
    (small / "external").mkdir()
    refused(small, "external")


def test_swapped_files_are_refused(bundle_copy: Path) -> None:
    one, other = bundle_copy / "config.json", bundle_copy / "tokenizer.json"
    content = one.read_bytes(), other.read_bytes()
    one.write_bytes(content[1])
    other.write_bytes(content[0])
    with pytest.raises(ModelIntegrityError, match=r"config\.json|tokenizer\.json"):
        Scorer(bundle_copy)


def test_a_file_of_another_version_is_refused(small: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(small, tmp_path / "other"))
    (other / "model.onnx").write_bytes(b"another model")
    write_manifest(other, name="small", version="2.0.0")
    shutil.copy(other / "model.onnx", small)
    refused(small, "model.onnx")
    shutil.copy(other / MANIFEST, small)
    (small / "model.onnx").write_bytes(b"what is in model.onnx")
    refused(small, "model.onnx")


def test_a_foreign_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "foreign"
    folder.mkdir()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "model.safetensors").write_bytes(b"\0" * 100)
    with pytest.raises(ModelError, match=MANIFEST):
        Scorer(folder)
    (folder / MANIFEST).write_text('{"manifest_version": 3, "name": "an extension of a browser"}')
    refused(folder, MANIFEST)


# What is no regular file


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_folder_in_place_of_a_file_is_refused(small: Path, name: str) -> None:
    (small / name).unlink()
    (small / name).mkdir()
    for _ in range(50):  # nothing stays open either
        refused(small, name)
    assert len(os.listdir("/proc/self/fd")) < 200 or not sys.platform.startswith("linux")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="counts open files by /proc")
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_refusal_leaves_no_file_open(small: Path, name: str) -> None:
    attacks: list[Callable[[Path], None]] = [lambda path: path.write_bytes(b"x"), os.mkfifo, Path.mkdir]
    for attack in attacks:
        path = small / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        attack(path)
        before = open_files()
        for _ in range(5):
            with pytest.raises(Exception):  # noqa: B017, PT011  which error is judged elsewhere
                read_bundle(small)
        assert open_files() == before


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
@pytest.mark.parametrize("where", ["outside", "inside", "nowhere", "itself"])
def test_a_symlink_is_refused_even_to_the_right_bytes(small: Path, tmp_path: Path, name: str, where: str) -> None:
    path = small / name
    target = {"outside": tmp_path / "moved", "inside": small / "moved", "nowhere": tmp_path / "nowhere", "itself": path}[where]
    if where in ("outside", "inside"):
        path.rename(target)
    else:
        path.unlink()
    path.symlink_to(target)
    with pytest.raises(ModelError, match=re.escape(name) if where != "inside" else "moved|" + re.escape(name)):
        read_bundle(small)
    with pytest.raises(ModelError):
        Scorer(small)


@needs_posix
def test_a_symlink_to_the_whole_folder_is_fine(bundle_copy: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(bundle_copy)
    assert Scorer(tmp_path / "latest").folder == bundle_copy.resolve()


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_pipe_is_refused_and_does_not_hang(small: Path, name: str, run_python: Callable[..., Any]) -> None:
    (small / name).unlink()
    os.mkfifo(small / name)
    program = (
        "import sys, tonecheck\ntry:\n    tonecheck.Scorer(sys.argv[1])\nexcept tonecheck.ModelError as error:\n    print(error)"
    )
    done = run_python(program, str(small))
    assert (done.returncode, done.stderr) == (0, "")
    assert name in done.stdout


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_socket_is_refused(small: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (small / name).unlink()
    monkeypatch.chdir(small)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(name)
        refused(small, name)


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_device_is_refused(small: Path, name: str) -> None:
    (small / name).unlink()
    try:
        os.mknod(small / name, 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero: it never ends
    except (PermissionError, AttributeError):
        pytest.skip("only root makes devices")
    refused(small, name)


@needs_posix
@pytest.mark.parametrize("name", ALL_FILES)
def test_a_huge_sparse_file_is_refused_without_reading_it(small: Path, name: str) -> None:
    with (small / name).open("r+b") as file:
        file.truncate(50_000_000_000)
    refused(small, name)


@needs_posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_refused(small: Path) -> None:
    (small / "model.onnx").chmod(0)
    refused(small, "model.onnx")


# A forged manifest, with a digest that is right

NAMES = (
    "../outside.txt", "..", ".", "/etc/passwd", "sub/model.bin", "a\\b", "C:\\x",
    "\\\\host\\x", "", " ", "a b", "é", "nul\0", "x\n",
    "model.onnx/", "./model.onnx", "-rf", "~", "a" * 101, "\ud800", "%2e%2e", "con:", MANIFEST,
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_an_unsafe_name_in_a_sealed_manifest_is_refused_before_reading(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside.txt").write_bytes(b"secret")
    entry = {"sha256": hashlib.sha256(b"secret").hexdigest(), "size_bytes": 6}
    good = json.loads(sealed())["files"]
    folder = planted(tmp_path, sealed(files={**good, name: entry}))
    refused(folder, MANIFEST)


@pytest.mark.parametrize(
    "entry",
    [
        None, [], "x", 7, {}, {"sha256": "00"}, {"size_bytes": 3},
        {"sha256": 7, "size_bytes": 3}, {"sha256": "00", "size_bytes": "3"},
        {"sha256": "00", "size_bytes": -1}, {"sha256": "00", "size_bytes": 1.5}, {"sha256": "00", "size_bytes": None},
        {"sha256": "00", "size_bytes": MAX_FILE_BYTES + 1}, {"sha256": "00", "size_bytes": 10**30},
    ],
    ids=repr,
)  # fmt: skip
def test_a_malformed_entry_in_a_sealed_manifest_is_refused(tmp_path: Path, entry: Any) -> None:
    good = json.loads(sealed())["files"]
    refused(planted(tmp_path, sealed(files={**good, "model.onnx": entry})), MANIFEST)


@pytest.mark.parametrize("size", [0, 1, 9, 11, MAX_FILE_BYTES])
def test_a_wrong_size_in_a_sealed_manifest_is_refused_or_harmless(tmp_path: Path, size: int) -> None:
    good = json.loads(sealed())["files"]
    right = good["model.onnx"]
    folder = planted(tmp_path, sealed(files={**good, "model.onnx": {**right, "size_bytes": size}}))
    if size < right["size_bytes"]:
        refused(folder, "model.onnx")
    else:  # the hash decides
        assert read_bundle(folder).files["model.onnx"] == b"model.onnx"


@pytest.mark.parametrize("key", ["name", "version"])
@pytest.mark.parametrize("value", [None, 7, "", "../x", "a b", "a/b", "x\n", "\x1b[31m", [], {}, "a" * 200, ...], ids=repr)
def test_an_unsafe_name_or_version_of_the_model_is_refused(tmp_path: Path, key: str, value: Any) -> None:
    refused(planted(tmp_path, sealed(**{key: value})), MANIFEST)


@pytest.mark.parametrize("files", [None, [], "x", 7, {}, ...], ids=repr)
def test_a_sealed_manifest_without_files_is_refused(tmp_path: Path, files: Any) -> None:
    refused(planted(tmp_path, sealed(files=files)), MANIFEST)


@pytest.mark.parametrize("name", REQUIRED_FILES)
def test_a_sealed_manifest_that_lacks_a_required_file_is_refused(tmp_path: Path, name: str) -> None:
    good = json.loads(sealed())["files"]
    folder = planted(tmp_path, sealed(files={key: value for key, value in good.items() if key != name}))
    (folder / name).unlink()
    refused(folder, name)


@pytest.mark.parametrize("value", [0, 2, 99, "1", None, [1], ...], ids=repr)
def test_another_format_is_refused_as_another_version(tmp_path: Path, value: Any) -> None:
    refused(planted(tmp_path, sealed(format=value)), MANIFEST, ModelVersionError)


@pytest.mark.parametrize("value", ["ticket-tone-2", "", None, 7, ["ticket-tone-1"], ...], ids=repr)
def test_another_set_of_labels_is_refused_as_another_version(tmp_path: Path, value: Any) -> None:
    with pytest.raises(ModelVersionError, match="label set"):
        read_bundle(planted(tmp_path, sealed(label_set=value)))


# A manifest that is none

MANIFESTS = {
    "empty": b"",
    "a list": b"[]\n",
    "a string": b'"x"\n',
    "a number": b"7\n",
    "null": b"null\n",
    "an empty object": b"{}\n",
    "not UTF-8": b"\xff\xfe\x00{",
    "UTF-16": '{"format": 1}'.encode("utf-16"),
    "with a byte order mark": b"\xef\xbb\xbf" + sealed(),
    "NULs": b"\0" * 1_000,
    "deeply nested lists": b"[" * 100_000,
    "deeply nested objects": b'{"a":' * 100_000,
    "closed deep nesting": b"[" * 50_000 + b"]" * 50_000,
    "a number of 5,000 digits": b'{"sha256": ' + b"9" * 5_000 + b"}",
    "NaN": b'{"sha256": "x", "format": NaN}',
    "only a digest": b'{"sha256": "x"}',
    "a digest that is a list": b'{"sha256": []}',
    "lone surrogates": b'{"sha256": "\\ud800", "name": "\\udfff"}',
    "two keys of one name": sealed().replace(b'"format": 1', b'"format": 1,\n "format": 1'),
    "one blank more": sealed().replace(b'"format": 1', b'"format":  1'),
    "windows line ends": sealed().replace(b"\n", b"\r\n"),
    "no line end": sealed().rstrip(b"\n"),
    "capital hex": sealed().replace(json.loads(sealed())["sha256"].encode(), json.loads(sealed())["sha256"].upper().encode()),
    "a megabyte and a bit": b'{"a": "' + b"x" * 1_000_001 + b'"}',
    "a zip": b"PK\x03\x04" + bytes(range(256)),
}


@pytest.mark.parametrize("name", MANIFESTS)
def test_what_is_no_manifest_is_refused(tmp_path: Path, name: str) -> None:
    refused(planted(tmp_path, MANIFESTS[name]), MANIFEST)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_is_refused(small: Path, content: Any) -> None:
    whole = (small / MANIFEST).read_bytes()
    (small / MANIFEST).write_bytes(json.dumps(content).encode())
    refused(small, MANIFEST)
    (small / MANIFEST).write_bytes(whole)


@given(
    change=st.dictionaries(
        st.sampled_from(["format", "name", "version", "label_set", "files"]),
        st.none() | st.integers() | st.text() | st.lists(st.text()),
    )
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sealed_change_is_refused_with_our_error(small: Path, change: dict[str, Any]) -> None:
    whole = (small / MANIFEST).read_bytes()
    (small / MANIFEST).write_bytes(sealed(**change))
    with pytest.raises(ModelError):  # the sealed hashes are not those of this folder either
        read_bundle(small)
    (small / MANIFEST).write_bytes(whole)


# A well-formed bundle whose content is junk


@pytest.mark.parametrize("name", REQUIRED_FILES)
@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b"null", b"\0" * 100, b"\xff\xfe", b"[" * 100_000, bytes(range(256)) * 10],
    ids=lambda c: repr(c[:6]),
)
def test_junk_with_a_valid_manifest_is_refused_by_name(bundle_copy: Path, name: str, content: bytes) -> None:
    (bundle_copy / name).write_bytes(content)
    write_manifest(bundle_copy, name="tonecheck-en", version="1.0.0")
    with pytest.raises(ModelError, match=re.escape(name)) as caught:
        Scorer(bundle_copy)
    assert caught.value.__cause__ is None


def test_a_bundle_with_a_valid_manifest_for_other_outputs_is_refused(bundle_copy: Path) -> None:
    plain = json.loads((bundle_copy / "config.json").read_bytes())
    plain["outputs"] = plain["outputs"][:9]
    (bundle_copy / "config.json").write_text(json.dumps(plain))
    write_manifest(bundle_copy, name="tonecheck-en", version="1.0.0")
    with pytest.raises(ModelError, match=r"config\.json"):
        Scorer(bundle_copy)


def test_the_bytes_that_were_hashed_are_the_bytes_that_are_used(bundle_copy: Path, scorer: Scorer) -> None:
    bundle = read_bundle(bundle_copy)
    expected = scorer.score("my site is down")
    mine = Scorer(bundle_copy)
    for path in bundle_copy.iterdir():
        path.write_bytes(b"swapped")
    assert (
        hashlib.sha256(bundle.files["model.onnx"]).hexdigest()
        == hashlib.sha256((SHIPPED / "model.onnx").read_bytes()).hexdigest()
    )
    assert mine.score("my site is down") == expected


def test_a_file_swapped_in_between_check_and_use_is_never_used(
    bundle_copy: Path, monkeypatch: pytest.MonkeyPatch, scorer: Scorer
) -> None:
    import tonecheck.scorer as module

    def swapping(folder: Path) -> Any:
        bundle = read_bundle(folder)
        for path in folder.iterdir():
            path.write_bytes(b"swapped")
        return bundle

    monkeypatch.setattr(module, "read_bundle", swapping)
    assert Scorer(bundle_copy).score("my site is down") == scorer.score("my site is down")
