"""The trained network as a transformers model. This file travels inside a checkpoint and stands alone.

AutoModelForSequenceClassification.from_pretrained("runs/full/checkpoint", trust_remote_code=True)
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput


class TonecheckConfig(PretrainedConfig):
    """What the encoder is built like (`encoder`), and `id2label`, the name of each output."""

    model_type = "tonecheck"

    def __init__(self, encoder: dict[str, Any] | None = None, **others: Any) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        super().__init__(**others)


class TonecheckForSequenceClassification(PreTrainedModel):
    """Label-wise attention over an encoder's token vectors; many labels at once, so read the logits by a sigmoid.

    The logits are those of the network, before the calibration that a bundle's config.json holds.
    """

    config_class = TonecheckConfig

    def __init__(self, config: TonecheckConfig) -> None:
        super().__init__(config)
        kind = dict(config.encoder)
        self.encoder = AutoModel.from_config(AutoConfig.for_model(kind.pop("model_type"), **kind))
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None
        width = self.encoder.config.hidden_size
        self.look = nn.Linear(width, config.num_labels, bias=False)
        self.head = nn.Linear(width, config.num_labels)
        self.post_init()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor | None = None, labels: Tensor | None = None, **_: Any
    ) -> SequenceClassifierOutput:
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        hidden = self.encoder(input_ids=input_ids, attention_mask=mask).last_hidden_state
        where = self.look(hidden).masked_fill(mask.unsqueeze(-1) == 0, -1e4).softmax(dim=1)
        logits = (where * self.head(hidden)).sum(dim=1)
        loss = None if labels is None else nn.functional.binary_cross_entropy_with_logits(logits, labels.to(logits.dtype))
        return SequenceClassifierOutput(loss=loss, logits=logits)


AutoConfig.register("tonecheck", TonecheckConfig)
AutoModelForSequenceClassification.register(TonecheckConfig, TonecheckForSequenceClassification)
TonecheckConfig.register_for_auto_class()
TonecheckForSequenceClassification.register_for_auto_class("AutoModelForSequenceClassification")
