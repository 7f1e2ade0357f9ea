"""A standard pre-norm decoder whose layers may each have an attention mask of their own.

RMSNorm, rotary positions, SwiGLU, PyTorch's own attention. Nothing in it is
clever, so that what is measured belongs to the architecture.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention, silu

REMEDIES = ("none", "global layer", "memory tokens", "dilated heads")


@dataclass(frozen=True)
class Shape:
    """What a decoder looks like; `window` counts the current token, as everywhere in the book."""

    vocabulary: int
    layers: int
    window: int  # tokens
    width: int = 64
    heads: int = 4
    remedy: str = "none"
    spacing: int = 64  # tokens from one memory token to the next
    stride: int = 4  # tokens from one to the next, in the dilated head

    def __post_init__(self):
        for name in ("vocabulary", "layers", "window", "width", "heads", "spacing", "stride"):
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool) or value < 1:
                raise ValueError(f"{name} must be a whole number >= 1, got {value!r}")
        if self.width % (2 * self.heads):
            raise ValueError(f"width must be a multiple of 2 x heads = {2 * self.heads}, got {self.width}")
        if self.remedy not in REMEDIES:
            raise ValueError(f"remedy must be one of {', '.join(REMEDIES)}, got {self.remedy!r}")


def masks(shape, length, device=None):
    """Who sees whom: for each layer a bool tensor [length, length] or, where heads differ, [heads, length, length]."""
    query = torch.arange(length, device=device)[:, None]
    key = torch.arange(length, device=device)[None, :]
    causal, back = key <= query, query - key
    local = causal & (back < shape.window)
    if shape.remedy == "memory tokens":  # they see all before them, and all after them see them
        local |= causal & ((query % shape.spacing == 0) | (key % shape.spacing == 0))
    if shape.remedy == "dilated heads":  # one head looks at every stride-th token, as many of them
        dilated = causal & (back < shape.stride * shape.window) & (back % shape.stride == 0)
        local = torch.stack([local] * (shape.heads - 1) + [dilated])
    every = [local] * shape.layers
    if shape.remedy == "global layer":
        every[-1] = causal
    return every


def turns(length, half, like):
    """Cosine and sine of the rotary positions' angles: two tensors [length, half]."""
    speed = 10_000.0 ** (-torch.arange(half, device=like.device, dtype=like.dtype) / half)
    angle = torch.arange(length, device=like.device, dtype=like.dtype)[:, None] * speed
    return angle.cos(), angle.sin()


def rotary(x, cosine, sine):
    """Pairs of numbers turned by an angle that grows with the position. x is [..., length, head_dim]."""
    left, right = x.chunk(2, dim=-1)
    return torch.cat([left * cosine - right * sine, right * cosine + left * sine], dim=-1)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def forward(self, x, mask):
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key = rotary(qkv[:2], *turns(length, width // self.heads // 2, x))
        mixed = scaled_dot_product_attention(query, key, qkv[2], attn_mask=mask)
        return self.out(mixed.transpose(1, 2).reshape(batch, length, width))


class MLP(nn.Module):
    def __init__(self, shape):
        super().__init__()
        inner = 8 * shape.width // 3
        self.gate_up = nn.Linear(shape.width, 2 * inner, bias=False)
        self.down = nn.Linear(inner, shape.width, bias=False)

    def forward(self, x):
        gate, up = self.gate_up(x).chunk(2, dim=-1)
        return self.down(silu(gate) * up)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.attention, self.mlp = Attention(shape), MLP(shape)
        self.before_attention, self.before_mlp = nn.RMSNorm(shape.width), nn.RMSNorm(shape.width)

    def forward(self, x, mask):
        x = x + self.attention(self.before_attention(x), mask)
        return x + self.mlp(self.before_mlp(x))


class Decoder(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width)
        self.head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim == 2:  # the usual start: small, and smaller where a block writes to the stream
                writes = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / (2 * shape.layers) ** 0.5 if writes else 0.02)

    def hidden(self, x):
        """Embeddings in, hidden states out: both [batch, length, width]."""
        for block, mask in zip(self.blocks, masks(self.shape, x.shape[1], x.device)):
            x = block(x, mask)
        return self.norm(x)

    def forward(self, tokens):
        """Logits [batch, length, vocabulary] for token numbers [batch, length]."""
        return self.head(self.hidden(self.embedding(tokens)))
