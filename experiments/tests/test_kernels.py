"""Kernels of one block and cosines: against finite differences, and where the answer is known."""

import itertools

import numpy as np
import pytest
import torch
from kernels import between_tokens, block_kernels, cosine, stack_kernels, verdict
from model import Decoder, Shape
from theory import composed

from swa_lib import influence


@pytest.fixture
def model():
    torch.manual_seed(0)
    made = Decoder(Shape(32, layers=3, window=4, width=16, heads=2, std=0.3)).double()
    return made.requires_grad_(False)


def moved(block, seen, place, past, through):
    """The last token after a nudge of what goes past attention, and of what attention reads at one place."""
    read, own = seen.clone(), seen[:, -1].clone()
    read[:, place] += through
    own += past
    return block.after(own + block.attention.last(block.before_attention(read)))


def test_kernels_are_finite_differences(model):
    seen, step, block = torch.randn(3, 4, 16, dtype=torch.float64), 1e-6, model.blocks[0]
    found = block_kernels(block, seen)
    for d in range(4):
        ways = {"hop": (0, 1), "stay": (1, 0), "itself": (1, 1)} if d == 0 else {"hop": (0, 1)}
        for name, (past, through) in ways.items():
            total = 0
            for number in range(16):
                nudge = step * torch.eye(16, dtype=torch.float64)[number]
                ends = [moved(block, seen, 3 - d, s * past * nudge, s * through * nudge) for s in (1, -1)]
                total = total + ((ends[0] - ends[1]) / (2 * step)).square().sum(-1) / 16
            measured = found[name][:, d] if name == "hop" else found[name]
            assert np.allclose(measured, total.sqrt().numpy(), rtol=1e-6)


def test_layers_that_only_scale_compose_to_the_exact_profile(model):
    """Attention even, value and output matrices half the identity, no norm, no MLP: the book's model."""
    for block in model.blocks:
        block.before_attention = torch.nn.Identity()
        block.after = lambda x: x
        block.attention.qkv.weight.zero_()
        block.attention.qkv.weight[32:] = torch.eye(16)
        block.attention.out.weight.copy_(0.5 * torch.eye(16))
    found = stack_kernels(model, torch.randint(32, (2, 12)))
    for kind in ("", "_rms"):
        stay, hop, itself = (found[name + kind] for name in ("stay", "hop", "itself"))
        assert np.allclose(stay, 1) and np.allclose(hop, 0.125) and np.allclose(itself, 1.125)
    exact = influence(3, 4, 2 / 3)
    assert np.allclose(composed(found, "amplitudes"), exact, rtol=1e-12)
    errors = verdict(found, exact, 4)
    assert np.allclose(errors["amplitudes"], 0, atol=1e-12) and min(errors["squares"]) > 0.01


def test_the_cosine_is_the_mean_over_pairs():
    parts = np.random.default_rng(0).normal(size=(5, 8))
    pairs = [(a @ b, np.linalg.norm(a) * np.linalg.norm(b)) for a, b in itertools.permutations(parts, 2)]
    found = cosine(torch.tensor(parts)[:, None])
    assert found == pytest.approx(sum(p for p, _ in pairs) / sum(n for _, n in pairs))


def test_ways_over_other_tokens_point_the_same_way_where_attention_only_averages(model):
    text, random = torch.randint(32, (4, 10)), torch.Generator().manual_seed(0)
    assert (between_tokens(model, text, random) < 0.99).all()
    for block in model.blocks:
        block.after = lambda x: x
        block.before_attention = torch.nn.Identity()
        block.attention.qkv.weight[:32] = 0  # even attention
    assert np.allclose(between_tokens(model, text, random), 1)
