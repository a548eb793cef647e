"""Windows cover a text whole, overlap as stated, and hold two special ids and no more."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise

import pytest
import tokenizers
from hypothesis import given, settings
from hypothesis import strategies as st

from tonecheck import ModelError, Scorer
from tonecheck.bundle import find_bundle, read_bundle
from tonecheck.tokens import Tokenizer

DEFINITION = read_bundle(find_bundle(None)).files["tokenizer.json"]
SPECIAL = ("[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]")

words = st.sampled_from("my site is down again today help me please é 我 ☃ unbelievably [SEP] [CLS] <url> !!".split())
texts = st.lists(words, max_size=120).map(" ".join) | st.text(st.characters(codec="utf-8"), max_size=200)


@cache
def tokenizer(window: int, overlap: int) -> Tokenizer:
    return Tokenizer(DEFINITION, window=window, overlap=overlap)


@cache
def judge() -> tokenizers.Tokenizer:
    """The same definition in the tokenizers library itself."""
    plain = tokenizers.Tokenizer.from_str(DEFINITION.decode())
    plain.no_padding()
    plain.no_truncation()
    plain.encode_special_tokens = True
    return plain


@st.composite
def sizes(draw: st.DrawFn) -> tuple[int, int]:
    window = draw(st.integers(4, 24))
    return window, draw(st.integers(0, window - 3))


@settings(max_examples=200)
@given(texts, sizes())
def test_windows_cover_every_id_in_order_and_overlap_as_stated(text: str, size: tuple[int, int]) -> None:
    window, overlap = size
    windows = tokenizer(window, overlap).windows(text)
    ids = judge().encode(text, add_special_tokens=False).ids
    bodies = [one.input_ids[1:-1] for one in windows]
    assert [token for k, body in enumerate(bodies) for token in (body if k == 0 else body[overlap:])] == ids
    for before, after in pairwise(bodies):
        assert before[len(before) - overlap :] == after[:overlap]
        assert len(before) == window - 2
        assert len(after) > overlap
    assert all(0 < len(body) <= window - 2 for body in bodies)
    if windows:
        assert windows[-1].end_token == len(ids)
    else:
        assert ids == []


@given(texts, sizes())
def test_each_window_begins_and_ends_with_its_special_ids_and_holds_no_other(text: str, size: tuple[int, int]) -> None:
    first, last = judge().token_to_id("[CLS]"), judge().token_to_id("[SEP]")
    others = {judge().token_to_id(name) for name in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")}
    for window in tokenizer(*size).windows(text):
        assert (window.input_ids[0], window.input_ids[-1]) == (first, last)
        assert not others.intersection(window.input_ids[1:-1])


@given(texts, sizes())
def test_a_window_knows_where_its_characters_are(text: str, size: tuple[int, int]) -> None:
    windows = tokenizer(*size).windows(text)
    assert all(0 <= one.start < one.end <= len(text) for one in windows)
    starts, ends = [one.start for one in windows], [one.end for one in windows]
    assert starts == sorted(starts)
    assert ends == sorted(ends)
    assert [one.end_token for one in windows] == sorted({one.end_token for one in windows})
    for before, after in pairwise(windows):
        assert (
            not text[before.end : after.start].strip()
            or before.end >= after.start
            or judge_is_blank(text, before.end, after.start)
        )


def judge_is_blank(text: str, start: int, end: int) -> bool:
    """Whether the network has no token for these characters."""
    return not judge().encode(text[start:end], add_special_tokens=False).ids


@pytest.mark.parametrize("name", SPECIAL)
@pytest.mark.parametrize("shape", ["{}", "my site {} is down", "my{}site", "{0}{0}{0}", " {} ", "({})"])
def test_a_special_name_in_a_ticket_is_ordinary_text(name: str, shape: str, scorer: Scorer) -> None:
    special = judge().token_to_id(name)
    for written in (name, name.lower()):
        for window in tokenizer(256, 64).windows(shape.format(written)):
            assert special not in window.input_ids[1:-1]
            assert len(window.input_ids) > 4  # "[", the name's letters, "]"


def test_a_text_without_a_token_has_no_window() -> None:
    for text in ("", " ", "\n\t", "\u200b"):
        assert tokenizer(8, 2).windows(text) == []


def test_nothing_is_padded_or_cut(scorer: Scorer) -> None:
    assert len(tokenizer(256, 64).windows("help")[0].input_ids) == 3
    assert tokenizer(256, 64).windows("help " * 1_000)[-1].end_token == 1_000
    assert scorer.score("please help me " * 300).n_tokens == 900


@pytest.mark.parametrize(("window", "overlap"), [(2, 0), (10, 8), (10, 9), (10, -1), (0, 0), (-5, 1)])
def test_an_overlap_that_never_advances_is_refused(window: int, overlap: int) -> None:
    with pytest.raises(ModelError, match="overlap"):
        Tokenizer(DEFINITION, window=window, overlap=overlap)


def changed(**changes: object) -> bytes:
    return json.dumps({**json.loads(DEFINITION), **changes}).encode()


@pytest.mark.parametrize(
    "definition",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        DEFINITION[:-10],
        changed(model={"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "a"}, added_tokens=[], post_processor=None),
    ],
    ids=["empty", "object", "list", "bytes", "deep", "cut", "no special tokens"],
)
def test_a_tokenizer_that_cannot_be_used_is_refused_by_name(definition: bytes) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        Tokenizer(definition, window=256, overlap=64)


def test_a_tokenizer_that_would_fail_on_an_unknown_word_is_refused_by_name() -> None:
    model = {**json.loads(DEFINITION)["model"], "unk_token": "[NOWHERE]"}
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        Tokenizer(changed(model=model), window=256, overlap=64).windows("a snowman \u2603 \u6211")
