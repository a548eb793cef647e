"""The training loop's promises: an unlabelled cell teaches nothing, padding changes nothing, a killed run goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from tonecheck.errors import InputError  # noqa: E402
from training.loop import Lesson, Pace, batches, fit, masked_loss, padded, predict, schedule  # noqa: E402
from training.network import TicketNetwork  # noqa: E402


def small_network(n_outputs: int = 3) -> TicketNetwork:
    torch.manual_seed(3)
    sizes = {"vocab_size": 200, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 48}
    config = transformers.BertConfig(**sizes, attn_implementation="eager")
    return TicketNetwork(transformers.BertModel(config), n_outputs)


def lesson(n: int = 60) -> Lesson:
    rng = np.random.default_rng(0)
    ids = [rng.integers(5, 200, int(rng.integers(3, 40))).tolist() for _ in range(n)]
    targets = np.array([[7 in row or 8 in row or 9 in row, len(row) > 20, np.nan] for row in ids], dtype=np.float32)
    return Lesson(ids, targets, np.ones(n, dtype=np.float32))


def test_a_cell_without_a_label_gives_no_loss_and_no_gradient() -> None:
    logits = torch.zeros(2, 2, requires_grad=True)
    loss = masked_loss(logits, torch.tensor([[1.0, float("nan")], [0.0, float("nan")]]), torch.ones(2), torch.ones(2))
    loss.backward()
    assert logits.grad[:, 1].tolist() == [0, 0]
    assert logits.grad[:, 0].tolist() == [-0.125, 0.125]


def test_padding_does_not_change_a_text() -> None:
    network = small_network().eval()
    torch.nn.init.normal_(network.look.weight)
    ids = [[5, 6, 7, 8], list(range(10, 50))]
    with torch.inference_mode():
        together = network(*padded(np.array([0, 1]), ids))
        alone = network(torch.tensor([ids[0]]), torch.ones(1, 4, dtype=torch.long))
        unmasked = network.read_out(network.encoder(input_ids=torch.tensor([ids[0]])).last_hidden_state)
    assert torch.allclose(together[0], alone[0], atol=1e-5)
    assert torch.allclose(alone, unmasked, atol=1e-6)


def test_attention_of_nought_is_the_mean() -> None:
    network = small_network().eval()
    hidden = torch.randn(1, 9, 32)
    assert torch.allclose(network.read_out(hidden), network.head(hidden.mean(dim=1)), atol=1e-5)


def test_every_row_is_in_one_batch_and_predictions_keep_their_order() -> None:
    known = lesson()
    rows = np.concatenate(batches(np.arange(60), known.ids, 8, np.random.default_rng(1)))
    assert sorted(rows.tolist()) == list(range(60))
    network = small_network()
    every = predict(network, np.arange(60), known.ids)
    assert np.allclose(every[[5, 3]], predict(network, np.array([5, 3]), known.ids), atol=0.05)  # bf16, other padding


def test_the_rate_rises_and_falls() -> None:
    rates = [schedule(step, 100) for step in range(100)]
    assert max(rates) <= 1.0
    assert rates.index(max(rates)) in range(4, 8)
    assert rates[-1] < 0.02


def weights_after(out: Path, epochs: int, known: Lesson) -> dict[str, object]:
    network = small_network()
    fit(network, known, Pace(epochs=epochs, texts=16), np.ones(3, dtype=np.float32), out)
    return network.state_dict()


def test_a_run_that_was_killed_goes_on_and_ends_as_if_it_had_not_been(tmp_path: Path) -> None:
    known = lesson()
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    wanted = weights_after(whole, 3, known)

    class KilledError(Exception):
        pass

    epochs = []

    def die_in_the_second_epoch() -> dict[str, object]:
        epochs.append(1)
        if len(epochs) == 2:
            raise KilledError
        return {}

    network = small_network()
    with pytest.raises(KilledError):
        fit(network, known, Pace(epochs=3, texts=16), np.ones(3, dtype=np.float32), cut, die_in_the_second_epoch)
    got = weights_after(cut, 3, known)
    assert all(torch.equal(wanted[name], got[name]) for name in wanted)


def test_it_learns_what_can_be_learned(tmp_path: Path) -> None:
    known = lesson(300)
    network = small_network()
    fit(network, known, Pace(epochs=12, lr=2e-3, head_lr=5e-3, texts=16), np.ones(3, dtype=np.float32), tmp_path)
    logits = predict(network, np.arange(300), known.ids)
    assert np.mean((logits[:, 1] > 0) == (known.targets[:, 1] > 0.5)) > 0.9


def test_a_run_on_other_labels_is_not_gone_on_with(tmp_path: Path) -> None:
    weights_after(tmp_path, 1, lesson())
    with pytest.raises(InputError, match="other texts, labels or settings"):
        weights_after(tmp_path, 1, lesson(50))
