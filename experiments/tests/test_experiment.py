"""The experiment: masks are sharp, measures are right where the answer is known, runs lose nothing."""

import itertools
from dataclasses import replace

import numpy as np
import observe
import pytest
import run
import torch
import trained
from data import APART, CHOICES, NOTE, QUESTION, markov, relay_game, source_text, with_questions
from measure import influence_shares, loss_on_last
from model import REMEDIES, Decoder, Shape, layout, masks, windowed_attention
from tasks import QUICK, STANDARD, name_of, tasks
from theory import composed, decades_off
from torch.autograd import gradcheck
from torch.autograd.functional import jacobian
from torch.nn.functional import cross_entropy, scaled_dot_product_attention

import swa_lib

torch.set_num_threads(1)


@pytest.fixture
def random():
    return torch.Generator().manual_seed(0)


def decoder(**shape):
    torch.manual_seed(0)
    return Decoder(Shape(vocabulary=32, **{"width": 32, **shape}))


def tokens(model, count, length, random):
    return torch.randint(model.shape.vocabulary, (count, length), generator=random)


# Masks ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("window", [1, 3, 8, 20])
@pytest.mark.parametrize("length", [1, 12, 16])
def test_windowed_attention_is_the_books_mask(window, length, random):
    query, key, value = torch.randn(3, 2, 4, length, 8, dtype=torch.float64, generator=random)
    mask = torch.from_numpy(swa_lib.mask(length, window))
    expected = scaled_dot_product_attention(query, key, value, attn_mask=mask)
    assert torch.allclose(windowed_attention(query, key, value, window), expected, atol=1e-14)


def test_no_token_sees_the_future(random):
    for remedy in REMEDIES:
        model = decoder(layers=2, window=4, remedy=remedy, spacing=5)
        text = tokens(model, 1, 20, random)
        changed = text.clone()
        changed[0, 10:] = (changed[0, 10:] + 1) % 32
        assert torch.equal(model(text)[:, :10], model(changed)[:, :10]), remedy


def test_remedies_look_where_they_should():
    shape = Shape(32, 3, 4, spacing=5, stride=3)
    assert masks(replace(shape, remedy="global layer"), 20) == [4, 4, None]
    heads = masks(replace(shape, remedy="dilated heads"), 20)[0]
    assert heads.shape == (4, 20, 20) and heads[3, 18].nonzero().flatten().tolist() == [9, 12, 15, 18]
    assert np.array_equal(heads[0].numpy(), swa_lib.mask(20, 4))


def test_memory_tokens_are_tokens_of_their_own():
    shape = Shape(32, 3, 4, spacing=5, remedy="memory tokens")
    place, memory = layout(shape, 12)
    assert place.tolist() == [0, 1, 2, 3, 4, 4, 5, 6, 7, 8, 9, 9, 10, 11]
    assert memory.nonzero().flatten().tolist() == [5, 11]
    mask = masks(shape, 12)[0]
    assert mask[11].nonzero().flatten().tolist() == list(range(12))  # a memory token sees all before it
    assert mask[13].nonzero().flatten().tolist() == [5, 9, 10, 11, 12, 13]  # windows count the text alone
    assert mask[5].sum() == 6 and mask[4].sum() == 4
    assert not (torch.cat(source_text()) == 0).any()  # the byte that memory begins as


def test_what_arrives_through_memory_took_two_hops(random):
    for layers in (1, 2):
        model = decoder(layers=layers, window=4, spacing=5, remedy="memory tokens")
        text = tokens(model, 2, 18, random)
        profile = influence_shares(model.hidden, model.embedding(text), random).mean(0)
        assert bool(profile[2 * 3 + 2 :].any()) == (layers == 2) and profile[:4].all()


# Measures, on models whose answer is known ---------------------------------------------------------


@pytest.mark.parametrize("layers, window, alpha", [(3, 4, 0.0), (4, 8, 0.7), (6, 5, 0.95)])
def test_in_the_books_model_the_measured_profile_is_the_exact_one(layers, window, alpha, random):
    def hidden(x):
        sees = torch.from_numpy(swa_lib.mask(x.shape[1], window)).to(x)
        for _ in range(layers):
            x = alpha * x + (1 - alpha) * (sees / sees.sum(1, keepdim=True)) @ x
        return x

    text = torch.randn(3, swa_lib.reach(layers, window) * 2 + 1, 16, dtype=torch.float64, generator=random)
    found, exact = influence_shares(hidden, text, random), swa_lib.influence(layers, window, alpha)
    assert np.allclose(found[:, : len(exact)], exact, rtol=1e-9) and not found[:, len(exact) :].any()


def test_losses_are_those_of_each_token_alone(random):
    """With all before it, and with the last few; what lies beyond the reach of six changes nothing."""
    model, text = decoder(layers=2, window=4), tokens(decoder(layers=2, window=4), 3, 21, random)
    with torch.no_grad():
        for context in (2, 7, 10, None):
            first = [max(0, end - (context or end)) for end in range(11, 21)]
            logits = [model(text[:, start:end])[:, -1] for start, end in zip(first, range(11, 21))]
            alone = cross_entropy(torch.stack(logits, 2), text[:, 11:], reduction="none").mean(1)
            assert np.allclose(loss_on_last(model, text, 10, context), alone, atol=1e-5)
    full, few, enough = (loss_on_last(model, text, 10, context) for context in (None, 6, 7))
    assert np.allclose(full, enough, atol=1e-5) and not np.allclose(full, few, atol=1e-5)


def test_the_cosine_is_the_mean_over_pairs():
    parts = np.random.default_rng(0).normal(size=(5, 8))
    pairs = [(a @ b, np.linalg.norm(a) * np.linalg.norm(b)) for a, b in itertools.permutations(parts, 2)]
    found = observe.cosine(torch.tensor(parts)[None, :, None])
    assert found == pytest.approx(sum(p for p, _ in pairs) / sum(n for _, n in pairs))


def test_ways_over_other_tokens_point_the_same_way_where_attention_only_averages(random):
    model = decoder(layers=3, window=4, std=0.3)
    text = tokens(model, 4, 10, random)
    assert max(observe.cosines(model, text)) < 0.99
    for layer in model.body.layers:
        layer.input_layernorm = torch.nn.Identity()
        for weight in (layer.self_attn.q_proj.weight, layer.mlp.down_proj.weight):  # even attention, no MLP
            torch.nn.init.zeros_(weight)
    assert np.allclose(observe.cosines(model, text), 1)


def test_kernels_are_finite_differences(random):
    """Of a layer that does on the last window alone what it does in the network."""
    model = decoder(layers=2, window=4, width=16, std=0.3).double().requires_grad_(False)
    text, layer = tokens(model, 3, 9, random), model.body.layers[0]
    found, (below, above) = observe.kernels(model, text), model.streams(text)
    for sizes, seen, out in zip(found[:, :, 0].swapaxes(0, 1), below[:, -4:], above[:, -1]):

        def last(past, read):
            return observe.passed_on(model, layer, past[None], read[None])[0, -1]

        assert torch.allclose(last(seen, seen), out, atol=1e-5)
        nudged = [seen.clone().requires_grad_() for _ in range(2)]
        assert gradcheck(last, nudged, eps=1e-3, atol=1e-3)  # Llama's norm rounds to single precision
        past, read = jacobian(last, (seen, seen))
        for size, way in zip(sizes, (past, read, past + read)):
            assert np.allclose(size, way.norm(dim=(0, 2)).flip(0) / 4)


def test_composing_errs_by_window_and_by_token_in_all_and_in_what_matters(random, monkeypatch):
    monkeypatch.setattr(observe, "SLIGHT", 0.1)
    model = decoder(layers=2, window=4, width=16, std=0.3)
    text = tokens(model, 9, 11, random)  # more than are put through at once
    rules = composed(observe.kernels(model, text))
    own = observe.shares_of(model, text, 1).mean(0)
    for rule, found in observe.composed_off(model, text).items():
        pairs = [[swa_lib.by_window(one, wide) for one in (own, rules[rule])] for wide in (4, 1)]
        errors = [decades_off(*pair, above) for pair in pairs for above in (0, 0.1)]
        assert found == pytest.approx(errors, rel=1e-4), rule


# Data, training, the whole run ---------------------------------------------------------------------


def test_training_and_held_out_text_share_no_file():
    text, held_out = source_text()
    assert len(text) > 5 * len(held_out) > 100_000 and text.max() < 256
    assert bytes(held_out[:200].tolist()) not in bytes(text.tolist())


def test_the_relay_game_is_answered_by_its_own_pairs(random):
    game, answers, distance = relay_game(50, pairs=4, asked=30, generator=random)
    assert game.shape == (50, 34)
    for row in range(50):
        for asked in range(30):
            position = 4 + asked
            key, value = divmod(int(game[row, position - distance[row, asked]]), CHOICES)
            assert (game[row, position] - CHOICES * CHOICES, answers[row, asked]) == (key, value)
    assert len(set(game[0, :4].div(CHOICES, rounding_mode="floor").tolist())) == 4


def test_training_learns(monkeypatch):
    monkeypatch.setattr(trained, "source_text", lambda: [torch.arange(24).repeat(20)])  # no byte is in doubt
    task, curve = dict(kind="language", seed=0, layers=1, window=8, width=32, steps=300), []
    trained.trained(task, dict(tokens=512, rate=3e-3), lambda step, loss: curve.append(loss))
    assert len(curve) == 300 and curve[-1] < 0.1 < 3 < curve[0]


def test_a_markov_text_says_only_what_its_source_says(random):
    source = torch.tensor(list(b"abcabdabcabd" * 5000))  # long, for at its end the text starts anew
    for order in (1, 2, 4):
        made, parts = bytes(markov(source, order, 2000, 0).tolist()), bytes(source.tolist())
        assert all(made[i : i + order + 1] in parts for i in range(2000 - order))
    twos = bytes(markov(source, 2, 20_000, 1).tolist())
    assert twos.count(b"abc") / twos.count(b"ab") == pytest.approx(0.5, abs=0.02)  # a coin, without memory
    independent = markov(source, 0, 20_000, 1)
    pairs = ((independent[:-1] == 97) & (independent[1:] == 97)).double().mean()
    assert pairs == pytest.approx(1 / 9, abs=0.01)  # "aa" never stands in the source


def test_questions_ask_for_the_last_note(random):
    batch = torch.full((200, 256), 99)
    text, wanted, asked = with_questions(batch, 0.2, random)
    notes = text[:, ::APART]
    assert ((notes >= NOTE) & (notes < QUESTION)).all() and (text[asked] == QUESTION).all()
    assert torch.equal(wanted, notes.repeat_interleave(APART, 1)[:, :256])
    assert asked.double().mean() == pytest.approx(0.2, abs=0.01) and (text[~asked] != QUESTION).all()
    assert not np.isin(torch.cat(source_text()), range(NOTE, QUESTION + 1)).any()


TINY = QUICK | dict(depths=[2], windows=[4], width=16, steps=3, tokens=512, measured=8, deep=[2])
TINY |= dict(texts=8, depth=2, loss_bytes=512, relay_depths=[1, 2], pairs=[2], relay_steps=3)


@pytest.fixture
def little_text(monkeypatch):
    text = [part[:100_000] for part in source_text()]
    monkeypatch.setattr(observe, "source_text", lambda: text)
    monkeypatch.setattr(trained, "source_text", lambda: text)
    monkeypatch.setattr(trained, "MARKOV_BYTES", 10_000)


def test_every_part_measures_what_the_data_hold(little_text):
    """The same names, part by part, as in the book's own data; the same seed gives the same numbers."""
    stored = run.read(run.Path(run.__file__).with_name("measured.json"), STANDARD)["runs"]
    assert [*stored] == [name_of(task) for task in tasks(STANDARD)]
    for task in tasks(TINY):
        name, found, _ = run.perform(task, TINY)
        alike = [other for other in stored.values() if other["kind"] == task["kind"]]
        alike = [other for other in alike if other.get("text") == task.get("text")]
        own, *others = [one.keys() | one.get("at_end", {}).keys() for one in (found, *alike)]
        assert own in others, name
        fresh = found.get("at_start", {})
        assert not any(np.array_equal(one, found["at_end"].get(own)) for own, one in fresh.items()), name
        if task["kind"] == "remedies" and task["remedy"] == "none":
            assert abs(found["losses"]["excess"][-1]) < 1e-4 < found["losses"]["loss"]
        if task.get("text") == "order 2":
            assert run.perform(task, TINY)[1] == found


def test_only_what_is_missing_is_measured(tmp_path, capsys):
    """And put into its place; what is there stays, and data of other settings are refused."""
    data, fresh = tmp_path / "data.json", {"about": {"settings": QUICK}, "runs": {}}
    late = next(name_of(task) for task in tasks(QUICK, ["late"]))
    run.write(data, **fresh | {"runs": {late: {"kind": "late"}}})
    for left in (1, 0):
        run.main(["--quick", "--parts", "fresh", "late", "--data", str(data)])
        assert f"2 runs, {left} of them to be done" in capsys.readouterr().out
    runs = run.read(data, QUICK)["runs"]
    assert [one["kind"] for one in runs.values()] == ["fresh", "late"] and runs[late] == {"kind": "late"}
    with pytest.raises(SystemExit, match="measured with other settings"):
        run.main(["--data", str(data)])
