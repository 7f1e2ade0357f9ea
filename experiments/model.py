"""A standard pre-norm decoder whose layers may each have an attention mask of their own.

It is transformers' Llama: RMSNorm, rotary positions, SwiGLU. Nothing in it is clever, so that what is
measured belongs to the architecture.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import pad, scaled_dot_product_attention
from transformers import AttentionInterface, LlamaConfig, LlamaModel
from transformers.masking_utils import AttentionMaskInterface

REMEDIES = ("none", "global layer", "dilated heads", "memory tokens")


@dataclass(frozen=True)
class Shape:
    """What a decoder looks like; `window` counts the current token, as everywhere in the book."""

    vocabulary: int
    layers: int
    window: int  # tokens
    width: int = 64
    heads: int = 4
    remedy: str = "none"
    spacing: int = 64  # tokens of text from one memory token to the next
    stride: int = 4  # tokens from one to the next, in the dilated head
    std: float = 0.02  # of the initial weights


def layout(shape, length):
    """Where the tokens stand: (place in the text, is it a memory token?), int64 and bool tensors.

    A memory token follows every `spacing` tokens of the text, at the place of the last of them. Without
    memory tokens this is the text itself.
    """
    with_memory = shape.remedy == "memory tokens"
    spacing = shape.spacing if with_memory else length  # then none fits in
    memory = torch.arange(length + length // spacing * with_memory) % (spacing + 1) == spacing
    return (~memory).cumsum(0) - 1, memory


def masks(shape, length):
    """Who sees whom: for each layer a window, None where all before is seen, or a bool tensor.

    Its rows see its columns: [tokens, tokens], memory tokens among them, or, where heads differ,
    [heads, tokens, tokens].
    """
    if shape.remedy == "none":
        return [shape.window] * shape.layers
    if shape.remedy == "global layer":
        return [shape.window] * (shape.layers - 1) + [None]
    place, memory = layout(shape, length)
    order = torch.arange(len(place))
    causal, back = order <= order[:, None], place[:, None] - place
    local = causal & (back < shape.window) & ~memory
    if shape.remedy == "memory tokens":  # they see all before them, and all after them see them
        return [local | causal & (memory | memory[:, None])] * shape.layers
    # Dilated heads: one head looks at every stride-th token, at as many of them.
    dilated = causal & (back < shape.stride * shape.window) & (back % shape.stride == 0)
    return [torch.stack([local] * (shape.heads - 1) + [dilated])] * shape.layers


def windowed_attention(query, key, value, window):
    """Each token attends to the last `window`, itself included; all [batch, heads, length, head_dim].

    Blocks of `window` queries see their own block and the one before it, so that the work does not grow with
    the square of the text. The same as a mask, which a test checks.
    """
    length = query.shape[2]
    window = min(window, length)
    blocks = -(-length // window)
    query, key, value = (
        pad(x, (0, 0, 0, blocks * window - length)).unflatten(2, (blocks, window))
        for x in (query, key, value)
    )
    key, value = (torch.cat([pad(x, (0, 0, 0, 0, 1, 0))[:, :, :-1], x], dim=3) for x in (key, value))
    steps = torch.arange(2 * window)
    back = steps[:window, None] + window - steps
    seen = ((back >= 0) & (back < window)).repeat(blocks, 1, 1)
    seen[0, :, :window] = False  # nothing stands before the first block
    return scaled_dot_product_attention(query, key, value, seen).flatten(2, 3)[:, :, :length]


def attend(module, query, key, value, mask, seen, **rest):
    """Attention, as transformers calls it; `seen` has for every layer what `masks` says of it."""
    seen = seen[module.layer_idx]
    key, value = (part.repeat_interleave(module.num_key_value_groups, 1) for part in (key, value))
    if isinstance(seen, int):
        found = windowed_attention(query, key, value, seen)
    else:
        found = scaled_dot_product_attention(query, key, value, seen, is_causal=seen is None)
    return found.transpose(1, 2), None


def register(name, attention):
    """Let transformers know an attention by this name; it needs no mask beside."""
    AttentionInterface.register(name, attention)
    AttentionMaskInterface.register(name, lambda *given, **named: None)


register("as seen", attend)


class Decoder(nn.Module):
    """A fresh network. The order of the draws is that of the data: the same seed gives the same weights."""

    def __init__(self, shape):
        super().__init__()
        self.shape, self.head = shape, nn.Linear(shape.width, shape.vocabulary, bias=False)
        config = LlamaConfig(
            vocab_size=shape.vocabulary,
            hidden_size=shape.width,
            intermediate_size=8 * shape.width // 3,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            initializer_range=shape.std,
            rms_norm_eps=1e-12,
            use_cache=False,
            attn_implementation="as seen",
        )
        self.body = LlamaModel(config)
        self.embedding = self.body.embed_tokens
        nn.init.normal_(self.head.weight, std=shape.std)
        for name, weight in self.body.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):  # smaller, where a block writes
                weight.data /= (2 * shape.layers) ** 0.5

    def hidden(self, x):
        """Embeddings in, hidden states out: both [batch, length, width].

        Memory tokens come and go in here. They all start as the embedding of token 0, which no text contains.
        """
        place, memory = layout(self.shape, x.shape[1])
        read = self.embedding.weight[0].to(x).expand(len(x), len(place), -1).clone()
        read[:, ~memory] = x
        out = self.body(inputs_embeds=read, position_ids=place[None], seen=masks(self.shape, x.shape[1]))
        return out.last_hidden_state[:, ~memory]

    def streams(self, tokens):
        """What each layer reads, where there is no remedy: tuple of tensors [batch, length, width]."""
        seen = masks(self.shape, tokens.shape[1])
        return self.body(tokens, seen=seen, output_hidden_states=True).hidden_states[:-1]

    def forward(self, tokens):
        """Logits [batch, length, vocabulary] for token numbers [batch, length]."""
        return self.head(self.hidden(self.embedding(tokens)))
