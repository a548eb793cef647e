"""A score is frozen, says NaN and null where nothing was scored, and comes back from JSON as it went."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonecheck import AXES, LEVELS, SIGNALS, Scorer, TicketScore
from tonecheck.result import POINTS, abstained_score

probabilities = st.floats(0, 1) | st.just(math.nan)


@st.composite
def scores(draw: st.DrawFn) -> TicketScore:
    names = st.lists(st.sampled_from((*AXES, *SIGNALS)), unique=True).map(tuple)
    return TicketScore(
        **{axis: draw(probabilities) for axis in AXES},
        levels={axis: draw(st.sampled_from((None, *LEVELS[axis]))) for axis in AXES},
        signals={name: draw(probabilities) for name in SIGNALS},
        own=draw(st.dictionaries(st.sampled_from(("refund", "churn_risk")), probabilities)),
        abstained=draw(st.sampled_from((None, "empty", "wordless", "language"))),
        language=draw(st.sampled_from(("en", "de", "und"))),
        n_tokens=draw(st.integers(0, 100_000)),
        read_fraction=draw(st.floats(0, 1)),
        model_id="m-1+0",
        flagged={point: draw(names) for point in POINTS},
    )


@given(scores())
def test_a_score_comes_back_from_json_as_it_went(score: TicketScore) -> None:
    line = json.dumps(score.as_dict(), allow_nan=False)
    back = TicketScore.from_dict(json.loads(line))
    assert back == score
    assert hash(back) == hash(score)
    assert back.as_dict() == score.as_dict()
    for name in AXES:
        mine, yours = getattr(score, name), getattr(back, name)
        assert mine == yours or (math.isnan(mine) and math.isnan(yours))
    assert all(back.flags(point) == score.flags(point) for point in POINTS)


@given(scores())
def test_a_score_survives_pickling_and_copying(score: TicketScore) -> None:
    for back in (pickle.loads(pickle.dumps(score)), copy.copy(score), copy.deepcopy(score)):
        assert back == score
        assert back.as_dict() == score.as_dict()


@given(scores(), scores())
def test_scores_are_equal_just_when_all_they_say_is_equal(one: TicketScore, other: TicketScore) -> None:
    assert (one == other) == (json.dumps(one.as_dict()) == json.dumps(other.as_dict()))
    assert one != "a score"


def test_one_bit_more_is_another_score(scorer: Scorer) -> None:
    score = scorer.score("my site is down")
    nudged = dataclasses.replace(score, hostility=math.nextafter(score.hostility, 1))
    assert nudged != score
    renamed = dataclasses.replace(score, signals={**score.signals, "insult": math.nextafter(score.signals["insult"], 1)})
    assert renamed != score


def test_a_score_is_frozen(scorer: Scorer) -> None:
    score = scorer.score("my site is down")
    for field in dataclasses.fields(score):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(score, field.name, 0)
    with pytest.raises((AttributeError, TypeError)):
        score.mood = "bad"  # type: ignore[attr-defined]
    for mapping in (score.levels, score.signals, score.flagged):
        with pytest.raises(TypeError):
            mapping["hostility"] = 0  # type: ignore[index]


def test_changing_a_dict_changes_no_score(scorer: Scorer) -> None:
    score = scorer.score("my site is down")
    before = json.dumps(score.as_dict())
    plain = score.as_dict()
    plain["levels"].clear()
    plain["signals"].clear()
    plain["flags"]["balanced"].append("insult")
    assert json.dumps(score.as_dict()) == before
    source = json.loads(before)
    back = TicketScore.from_dict(source)
    source["signals"].clear()
    source["flags"].clear()
    assert json.dumps(back.as_dict()) == before


def test_what_was_not_scored_is_nan_here_and_null_in_files() -> None:
    score = abstained_score("language", "de", 1.0, "m-1+0")
    assert all(math.isnan(getattr(score, axis)) for axis in AXES)
    assert all(math.isnan(value) for value in score.signals.values())
    plain = json.loads(json.dumps(score.as_dict(), allow_nan=False))
    assert all(plain[axis] is None for axis in AXES)
    assert plain["signals"] == dict.fromkeys(SIGNALS)
    assert plain["levels"] == dict.fromkeys(AXES)
    assert (plain["abstained"], plain["language"], plain["n_tokens"]) == ("language", "de", 0)
    assert not any(score.flags().values())


def test_flags_tell_every_axis_and_signal_at_every_point(scorer: Scorer) -> None:
    score = scorer.score("you people are useless, my site is down again")
    for point in POINTS:
        flags = score.flags(point)
        assert list(flags) == [*AXES, *SIGNALS]
        thresholds = scorer.config.points[point]
        values = {**{axis: getattr(score, axis) for axis in AXES}, **score.signals}
        assert flags == {name: values[name] >= thresholds[name].threshold for name in values}
    assert score.flags() == score.flags("balanced")


def test_an_unknown_point_is_refused_and_the_known_ones_are_named(scorer: Scorer) -> None:
    with pytest.raises(ValueError, match=r"no operating point 'bold'.*high_precision, balanced, high_recall"):
        scorer.score("my site is down").flags("bold")


def test_a_dict_holds_what_the_issue_promises(scorer: Scorer) -> None:
    plain = scorer.score("my site is down").as_dict()
    assert set(plain) >= {*AXES, "levels", "signals", "abstained", "language", "n_tokens", "read_fraction", "model_id"}
    assert list(plain["signals"]) == list(SIGNALS)
    assert len(SIGNALS) == 19
    assert list(plain["levels"]) == list(AXES)
    assert list(plain["flags"]) == list(POINTS)


def test_a_dict_that_lacks_something_is_refused(scorer: Scorer) -> None:
    plain = scorer.score("my site is down").as_dict()
    for name in plain:
        with pytest.raises(KeyError, match=name):
            TicketScore.from_dict({key: value for key, value in plain.items() if key != name})
