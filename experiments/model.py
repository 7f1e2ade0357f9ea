"""A standard pre-norm decoder whose layers may each have an attention mask of their own.

RMSNorm, rotary positions, SwiGLU. Nothing in it is clever, so that what is measured belongs to the
architecture.
"""

from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.functional import pad, scaled_dot_product_attention, silu

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
    """Who sees whom: for each layer None for plain windows; else a bool tensor, rows see columns.

    [tokens, tokens], memory tokens among them, or where heads differ [heads, tokens, tokens].
    """
    if shape.remedy == "none":
        return [None] * shape.layers
    place, memory = layout(shape, length)
    order = torch.arange(len(place))
    causal, back = order <= order[:, None], place[:, None] - place
    local = causal & (back < shape.window) & ~memory
    if shape.remedy == "global layer":
        return [local] * (shape.layers - 1) + [causal]
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
    scores = query * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
    weights = scores.masked_fill(~seen, float("-inf")).softmax(-1)
    return (weights @ value).flatten(2, 3)[:, :, :length]


def turns(place, half, like):
    """Cosine and sine of the rotary positions' angles: two tensors [tokens, half]."""
    speed = 10_000.0 ** (-torch.arange(half, dtype=like.dtype) / half)
    angle = place[:, None].to(like) * speed
    return angle.cos(), angle.sin()


def rotary(x, cosine, sine):
    """Pairs of numbers turned by an angle that grows with the position. x is [..., length, head_dim]."""
    left, right = x.chunk(2, dim=-1)
    return torch.cat([left * cosine - right * sine, right * cosine + left * sine], dim=-1)


class Attention(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads, self.window = shape.heads, shape.window
        self.qkv = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.out = nn.Linear(shape.width, shape.width, bias=False)

    def split(self, x, place):
        """Query, key and value, each [batch, heads, length, head_dim]; queries and keys know their place."""
        batch, length, width = x.shape
        qkv = self.qkv(x).view(batch, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        query, key = rotary(qkv[:2], *turns(place, width // self.heads // 2, x))
        return query, key, qkv[2]

    def joined(self, mixed):
        return self.out(mixed.transpose(1, 2).flatten(2))

    def forward(self, x, mask, place):
        query, key, value = self.split(x, place)
        if mask is None:
            return self.joined(windowed_attention(query, key, value, self.window))
        return self.joined(scaled_dot_product_attention(query, key, value, attn_mask=mask))

    def last(self, x):
        """What the last token of [batch, length, width] gets when it sees them all: [batch, width]."""
        query, key, value = self.split(x, torch.arange(x.shape[1]))
        scores = query[:, :, -1:] * query.shape[-1] ** -0.5 @ key.transpose(-1, -2)
        return self.joined(scores.softmax(-1) @ value)[:, 0]


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

    def forward(self, x, mask, place):
        return self.after(x + self.attention(self.before_attention(x), mask, place))

    def after(self, x):
        """What follows attention: each token by itself."""
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
                nn.init.normal_(weight, std=shape.std / (2 * shape.layers) ** 0.5 if writes else shape.std)

    def hidden(self, x):
        """Embeddings in, hidden states out: both [batch, length, width]."""
        return self.norm(self.streams(x)[-1])

    def streams(self, x):
        """The stream before each layer and after the last: list of layers + 1 tensors [batch, length, width].

        Memory tokens come and go in here. They all start as the embedding of token 0, which no text contains.
        """
        place, memory = layout(self.shape, x.shape[1])
        text = ~memory
        if memory.any():
            inserted = self.embedding.weight[0].to(x).expand(len(x), len(place), -1).clone()
            inserted[:, text] = x
            x = inserted
        found = [x]
        for block, mask in zip(self.blocks, masks(self.shape, int(text.sum()))):
            found.append(block(found[-1], mask, place))
        return [stream[:, text] for stream in found] if memory.any() else found

    def forward(self, tokens):
        """Logits [batch, length, vocabulary] for token numbers [batch, length]."""
        return self.head(self.hidden(self.embedding(tokens)))
