"""A model folder is read once, and every byte of it is checked before it is used."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tonecheck import ModelNotFoundError, ModelVersionError, Scorer
from tonecheck.bundle import MANIFEST, REQUIRED_FILES, find_bundle, read_bundle, write_manifest


def small_bundle(folder: Path, **contents: bytes) -> Path:
    """A well-formed bundle of a few bytes; no network in it."""
    folder.mkdir()
    for name in REQUIRED_FILES:
        (folder / name).write_bytes(contents.get(name.partition(".")[0], name.encode()))
    write_manifest(folder, name="small", version="1.2.3")
    return folder


def test_the_shipped_bundle_is_whole() -> None:
    bundle = read_bundle(find_bundle(None))
    assert set(bundle.files) == {path.name for path in bundle.folder.iterdir()} - {MANIFEST}
    for name, content in bundle.files.items():
        assert content == (bundle.folder / name).read_bytes()


def test_the_shipped_model_is_found_without_a_name_and_by_its_name() -> None:
    assert find_bundle(None) == find_bundle("tonecheck-en")
    assert find_bundle(None).name == "tonecheck-en"


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    bundle = read_bundle(small_bundle(tmp_path / "m", model=b"\0" * 99, config=b""))
    assert dict(bundle.files) == {"model.onnx": b"\0" * 99, "tokenizer.json": b"tokenizer.json", "config.json": b""}
    assert (bundle.name, bundle.version) == ("small", "1.2.3")


def test_a_model_is_named_by_name_version_and_hash(tmp_path: Path) -> None:
    folder = small_bundle(tmp_path / "m")
    model_id = write_manifest(folder, name="small", version="1.2.3")
    assert read_bundle(folder).model_id == model_id
    assert re.fullmatch(r"small-1\.2\.3\+[0-9a-f]{12}", model_id)


def test_the_manifest_lists_the_sha256_and_size_of_each_file(tmp_path: Path) -> None:
    folder = small_bundle(tmp_path / "m")
    files = json.loads((folder / MANIFEST).read_bytes())["files"]
    for name in REQUIRED_FILES:
        content = (folder / name).read_bytes()
        assert files[name] == {"sha256": hashlib.sha256(content).hexdigest(), "size_bytes": len(content)}


def test_writing_a_manifest_twice_changes_nothing(tmp_path: Path) -> None:
    folder = small_bundle(tmp_path / "m")
    before = (folder / MANIFEST).read_bytes()
    write_manifest(folder, name="small", version="1.2.3")
    assert (folder / MANIFEST).read_bytes() == before


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(one=st.binary(max_size=50), other=st.binary(max_size=50))
def test_models_have_one_id_just_when_their_bytes_are_the_same(tmp_path: Path, one: bytes, other: bytes) -> None:
    folder = tmp_path / "m"
    if not folder.exists():
        small_bundle(folder)
    ids = []
    for content in (one, other):
        (folder / "model.onnx").write_bytes(content)
        write_manifest(folder, name="small", version="1.2.3")
        ids.append(read_bundle(folder).model_id)
    assert (ids[0] == ids[1]) == (one == other)


def test_a_name_or_version_is_part_of_the_id(tmp_path: Path) -> None:
    folder = small_bundle(tmp_path / "m")
    ids = {write_manifest(folder, name=name, version=version) for name, version in (("a", "1"), ("a", "2"), ("b", "1"))}
    assert len(ids) == 3


@pytest.mark.parametrize("name", [*REQUIRED_FILES, "vocabulary.txt"])
def test_every_file_but_a_page_to_read_bears_on_the_id(tmp_path: Path, name: str) -> None:
    folder = small_bundle(tmp_path / "m")
    (folder / "vocabulary.txt").write_bytes(b"help")
    (folder / "MODEL_CARD.md").write_bytes(b"# Card")
    before = write_manifest(folder, name="small", version="1.2.3")
    (folder / "MODEL_CARD.md").write_bytes(b"# Another card")
    assert write_manifest(folder, name="small", version="1.2.3") == before
    (folder / name).write_bytes(b"changed")
    assert write_manifest(folder, name="small", version="1.2.3") != before


def test_more_files_than_the_required_are_read_too(tmp_path: Path) -> None:
    folder = small_bundle(tmp_path / "m")
    (folder / "MODEL_CARD.md").write_bytes(b"# Card")
    write_manifest(folder, name="small", version="1.2.3")
    assert read_bundle(folder).files["MODEL_CARD.md"] == b"# Card"


def test_a_bundle_loads_from_any_folder_the_same_way(bundle_copy: Path, scorer: Scorer) -> None:
    text = "my site is down, please help"
    for model in (bundle_copy, str(bundle_copy), os.path.relpath(bundle_copy)):
        other = Scorer(model)
        assert other.model_id == scorer.model_id
        assert other.score(text) == scorer.score(text)


@pytest.mark.parametrize(
    "model",
    ["no-such-folder", "", ".", "..", "../..", "a\0b", "a" * 5_000, "a/" * 3_000, __file__, f"{__file__}/x"],
    ids=["unknown", "nothing", "here", "above", "two above", "NUL", "a long name", "a long path", "a file", "under a file"],
)
def test_where_there_is_no_model_the_places_looked_at_are_told(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    with pytest.raises(ModelNotFoundError, match=MANIFEST):
        Scorer(model)


def test_reading_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="nowhere"):
        read_bundle(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelNotFoundError, match=MANIFEST):
        read_bundle(tmp_path / "empty")


@pytest.mark.parametrize(
    ("key", "value", "match"), [("BUNDLE_FORMAT", 2, "upgrade"), ("LABEL_SET", "ticket-tone-2", "label set")]
)
def test_a_model_of_another_version_is_refused_with_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: object, match: str
) -> None:
    folder = tmp_path / "m"
    with monkeypatch.context() as later:
        later.setattr(f"tonecheck.bundle.{key}", value)
        small_bundle(folder)
        read_bundle(folder)
    with pytest.raises(ModelVersionError, match=match):
        read_bundle(folder)
