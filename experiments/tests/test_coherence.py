"""Cosines and interventions, against computing every part and every byte by hand."""

import itertools

import numpy as np
import pytest
import torch
from coherence import choices_coherence, cosine, gated, tokens_coherence
from interventions import divergence, last_state, replaced, spaced
from model import Decoder, Shape

from swa_lib import reach


@pytest.fixture
def model():
    torch.manual_seed(0)
    return Decoder(Shape(32, layers=3, window=4, width=16, heads=2, std=0.3)).double().requires_grad_(False)


def test_the_cosine_is_the_mean_over_pairs():
    parts = np.random.default_rng(0).normal(size=(5, 8))
    pairs = [(a @ b, np.linalg.norm(a) * np.linalg.norm(b)) for a, b in itertools.permutations(parts, 2)]
    norms = np.linalg.norm(parts, axis=1)
    sums = [np.array([x]) for x in ((parts.sum(0) ** 2).sum(), (norms**2).sum(), norms.sum())]
    assert cosine(*sums) == pytest.approx(sum(p for p, _ in pairs) / sum(n for _, n in pairs))


def test_the_choices_add_up_to_the_gradient(model):
    embedded = torch.randn(1, 10, 16, dtype=torch.float64).requires_grad_()
    direction = torch.randn(16, dtype=torch.float64)
    (whole,) = torch.autograd.grad((model.hidden(embedded)[:, -1] * direction).sum(), embedded)
    total = 0
    for choice in itertools.product([False, True], repeat=3):
        out = gated(model, embedded, torch.tensor([choice]))
        assert torch.allclose(out, model.hidden(embedded)[:, -1])
        (part,) = torch.autograd.grad((out * direction).sum(), embedded)
        assert not part[:, : 9 - 3 * sum(choice)].any()  # so many hops go no farther
        total = total + part
    assert torch.allclose(total, whole, atol=1e-14)


def test_random_directions_have_no_cosine_and_one_choice_has_none(model):
    text = torch.randint(32, (40, reach(3, 4) + 1))
    found = choices_coherence(model, text, torch.Generator().manual_seed(0))
    assert found["by_window"].shape == (40, 3) and found["by_hops"].shape == (40, 4)
    assert np.isnan(found["by_hops"][:, [0, 3]]).all()  # nobody hops, everybody hops: one choice each
    assert abs(np.mean(found["by_hops"][:, 1])) < 0.15


def test_ways_over_other_tokens_point_the_same_way_where_attention_only_averages(model):
    for block in model.blocks:
        block.after = lambda x: x
        block.before_attention = torch.nn.Identity()
        block.attention.qkv.weight[:32] = 0  # even attention
    text = torch.randint(32, (4, reach(3, 4) + 1))
    found = tokens_coherence(model, text, torch.Generator().manual_seed(0))
    assert np.allclose(found["tokens"], 1) and found["aligned"].shape == (4, 2)


def test_what_is_passed_down_is_no_random_direction_where_layers_share_it(model):
    """All value and output matrices keep one direction only: then the hop below passes on all that comes."""
    for block in model.blocks:
        block.after = lambda x: x
        block.before_attention = torch.nn.Identity()
        block.attention.qkv.weight.zero_()
        block.attention.qkv.weight[32, 0] = 1
        block.attention.out.weight.zero_()
        block.attention.out.weight[0, 0] = 1
    text = torch.randint(32, (60, reach(3, 4) + 1))
    found = tokens_coherence(model, text, torch.Generator().manual_seed(0))
    assert np.mean(1 / found["aligned"]) == pytest.approx(1 / 16, rel=0.15)  # one direction of 16


def test_a_replaced_byte_is_what_the_model_says_of_the_other_text(model):
    text, others = torch.randint(32, (2, 14)), torch.randint(32, (2, 14))
    found = replaced(model, text, others, [0, 5, 9, 12])
    changed = text.clone()
    changed[:, -6] = others[:, -6]
    before, after = last_state(model, text), last_state(model, changed)
    assert np.allclose(found["state"][:, 1], (after - before).norm(dim=-1) / before.norm(dim=-1))
    p, q = model.head(before).softmax(-1), model.head(after).softmax(-1)
    assert np.allclose(found["nats"][:, 1], (p * (p / q).log()).sum(-1), rtol=1e-6)
    assert (found["nats"][:, 2] > 0).all() and (found["nats"][:, 3] < 1e-25).all()  # reach: 9


def test_a_faint_divergence_keeps_its_digits():
    before = torch.log_softmax(torch.randn(50, dtype=torch.float64), -1)
    slope = torch.randn(50, dtype=torch.float64)
    after = torch.log_softmax(before + 1e-9 * slope, -1)
    p = before.exp()
    variance = (p * slope**2).sum() - (p * slope).sum() ** 2
    assert divergence(before, after) == pytest.approx(float(variance) * 1e-18 / 2, rel=1e-3)


def test_distances_cover_the_reach_evenly():
    assert spaced(16, 3) == list(range(46)) and spaced(64, 2)[:3] == [0, 4, 8]
