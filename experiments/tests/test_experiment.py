"""The experiment: masks are sharp, measures are right where the answer is known, runs lose nothing."""

import copy
import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from data import CHOICES, pieces, relay_game, repeated, source_text
from measure import (
    influence_profile,
    loss_by_context,
    losses_by_context,
    measure_decoder,
    residual_shares,
)
from model import REMEDIES, Decoder, Shape, layout, masks, windowed_attention
from schema import faults
from tasks import MODES, PARTS, name_of, shared, tasks, training
from torch.nn.functional import scaled_dot_product_attention
from train import train

import swa_lib

HERE = Path(__file__).parents[1]
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


@pytest.mark.parametrize("layers, window", [(1, 4), (2, 4), (3, 2), (4, 3), (3, 1)])
def test_nothing_comes_from_beyond_the_reach(layers, window, random):
    model = decoder(layers=layers, window=window).double()
    far = swa_lib.reach(layers, window)
    profile = influence_profile(model.hidden, model.embedding(tokens(model, 4, far + 10, random)), random)
    assert np.all(profile[: far + 1] > 0) and np.all(profile[far + 1 :] == 0)


def test_a_window_as_wide_as_the_text_is_full_attention(random):
    model = decoder(layers=3, window=20)
    text = tokens(model, 2, 20, random)

    def with_window(window):
        other = decoder(layers=3, window=window)
        other.load_state_dict(model.state_dict())
        return other(text)

    assert torch.equal(with_window(1000), model(text))
    shorter = with_window(19)
    assert torch.allclose(shorter[:, :19], model(text)[:, :19], atol=1e-6)
    assert not torch.allclose(shorter[:, 19], model(text)[:, 19], atol=1e-4)


def test_no_token_sees_the_future(random):
    for remedy in REMEDIES:
        model = decoder(layers=2, window=4, remedy=remedy, spacing=5)
        text = tokens(model, 1, 20, random)
        changed = text.clone()
        changed[0, 10:] = (changed[0, 10:] + 1) % 32
        assert torch.equal(model(text)[:, :10], model(changed)[:, :10]), remedy


def test_remedies_look_where_they_should():
    shape = Shape(32, 3, 4, spacing=5, stride=3)
    layers = masks(replace(shape, remedy="global layer"), 20)
    assert all(np.array_equal(mask.numpy(), swa_lib.mask(20, 4)) for mask in layers[:-1])
    assert layers[-1].sum() == 20 * 21 / 2
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
        model = decoder(layers=layers, window=4, spacing=5, remedy="memory tokens").double()
        text = tokens(model, 2, 18, random)
        profile = influence_profile(model.hidden, model.embedding(text), random)
        assert bool(profile[2 * 3 + 2 :].any()) == (layers == 2) and profile[:4].all()


def test_remedies_have_equal_parameters():
    sizes = {
        sum(p.numel() for p in decoder(layers=2, window=4, remedy=remedy).parameters()) for remedy in REMEDIES
    }
    assert len(sizes) == 1


@pytest.mark.parametrize(
    "wrong", [{"layers": 0}, {"window": 2.5}, {"width": 30}, {"remedy": "hope"}, {"heads": True}]
)
def test_a_bad_shape_names_the_argument(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Shape(**{"vocabulary": 32, "layers": 2, "window": 4} | wrong)


# Measures, on models whose answer is known ---------------------------------------------------------


def toy(layers, window, alpha):
    """The book's linear model: every layer keeps alpha and averages its window."""

    def hidden(x):
        sees = torch.from_numpy(swa_lib.mask(x.shape[1], window)).to(x)
        for _ in range(layers):
            x = alpha * x + (1 - alpha) * (sees / sees.sum(1, keepdim=True)) @ x
        return x

    return hidden


@pytest.mark.parametrize("layers, window, alpha", [(3, 4, 0.0), (4, 8, 0.7), (6, 5, 0.95)])
def test_in_the_books_model_the_measured_profile_is_the_exact_one(layers, window, alpha, random):
    text = torch.randn(3, swa_lib.reach(layers, window) * 2 + 1, 16, dtype=torch.float64, generator=random)
    found = measure_decoder(
        toy(layers, window, alpha), text, layers, window, tolerance=0.01, generator=random
    )
    exact = swa_lib.influence(layers, window, alpha)
    assert np.allclose(found["profile"][: len(exact)], exact, rtol=1e-9)
    assert abs(found["alpha"] - alpha) < 1e-3 and found["decades"] < 1e-3 and found["beyond_reach"] == 0
    assert found["horizon"] == found["exact_horizon"] == swa_lib.horizon(exact, 0.01)


@pytest.mark.parametrize("wrong", [torch.zeros(2, 3), torch.zeros(1, 2, 3, dtype=torch.int64)])
def test_embeddings_of_the_wrong_kind_are_refused(wrong):
    with pytest.raises(ValueError, match="embedded must be a float tensor"):
        influence_profile(lambda x: x, wrong)


def test_residual_shares_are_norm_ratios(random):
    model = decoder(layers=2, window=4)
    for block in model.blocks:
        block.attention.forward = lambda x, mask, place: 3 * torch.ones_like(x)
    x = torch.ones(1, 5, 32)
    shares = residual_shares(lambda: model.hidden(x), model.blocks[:1], [model.blocks[0].attention])
    assert shares == pytest.approx([0.25])  # |1| / (|1| + |3|)
    assert not any(block._forward_hooks or block._forward_pre_hooks for block in model.modules())


def test_context_beyond_the_reach_changes_no_loss(random):
    model = decoder(layers=2, window=4)
    text = tokens(model, 8, 21, random)
    losses = loss_by_context(model, text, [1, 6, 7, 8, 20])
    assert np.allclose(losses[2:], losses[2], atol=1e-5) and not np.allclose(losses[1], losses[2], atol=1e-5)
    with pytest.raises(ValueError, match="from 1 to 20, got 21"):
        loss_by_context(model, text, [21])


def test_losses_on_many_bytes_are_the_losses_one_by_one(random):
    model = decoder(layers=2, window=4)
    text = tokens(model, 3, 21, random)
    full, cut = losses_by_context(model, text, [2, 10])
    for row in range(3):
        ends = [text[row : row + 1, : end + 1] for end in range(11, 21)]
        one_by_one = [loss_by_context(model, part, [2, 10, part.shape[1] - 1]) for part in ends]
        assert np.allclose(np.mean(one_by_one, axis=0)[:, 0], [*cut[:, row], full[row]], atol=1e-5)
    with pytest.raises(ValueError, match="from 1 to 10, got 11"):
        losses_by_context(model, text, [11])


def test_a_span_is_said_twice(random):
    text = torch.arange(40).repeat(200, 1)
    twice, begin = repeated(text, 0.3, 8, random)
    assert 30 < (begin >= 0).sum() < 90
    for row, start in zip(twice, begin):
        if start < 0:
            assert torch.equal(row, text[0])
        else:
            assert torch.equal(row[start : start + 8], row[start - 8 : start])
            assert torch.equal(row[:start], text[0, :start])
            assert torch.equal(row[start + 8 :], text[0, start + 8 :])
    with pytest.raises(ValueError, match="at most half a text of 40 bytes, got 21"):
        repeated(text, 1.0, 21, random)


# Models of Hugging Face's shape --------------------------------------------------------------------

SMALL = dict(
    vocab_size=256,
    hidden_size=64,
    intermediate_size=128,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    sliding_window=8,
)


def test_a_mistral_shaped_model_is_measured(random):
    from transformers import MistralConfig, MistralModel

    torch.manual_seed(0)
    model = MistralModel(MistralConfig(num_hidden_layers=4, **SMALL)).eval()
    text = torch.randint(256, (4, 60), generator=random)
    found = measure_decoder(
        lambda x: model(inputs_embeds=x), model.embed_tokens(text), layers=4, window=8, generator=random
    )
    assert (
        found["beyond_reach"] == 0 and found["profile"][28] > 0
    )  # 4 x 7: transformers counts the token itself
    assert 0 < found["alpha"] < 1 and found["horizon"] <= 28
    shares = residual_shares(lambda: model(text), model.layers, [layer.self_attn for layer in model.layers])
    assert len(shares) == 4 and all(0 < share < 1 for share in shares)


def test_a_gemma_3_shaped_model_is_measured(random):
    from transformers import Gemma3TextConfig, Gemma3TextModel

    torch.manual_seed(0)
    kinds = ["sliding_attention"] * 5 + ["full_attention"]
    model = Gemma3TextModel(Gemma3TextConfig(num_hidden_layers=6, layer_types=kinds, **SMALL)).eval()
    text = torch.randint(256, (4, 100), generator=random)
    found = measure_decoder(
        lambda x: model(inputs_embeds=x), model.embed_tokens(text), 6, [8] * 5 + [100], generator=random
    )
    assert np.all(found["profile"] > 0) and len(found["profile"]) == 100 and 0 < found["alpha"] < 1
    writers = [layer.post_attention_layernorm for layer in model.layers]  # Gemma normalises what it adds
    assert len(residual_shares(lambda: model(text), model.layers, writers)) == 6


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
    with pytest.raises(ValueError, match="from 1 to 16, got 17"):
        relay_game(1, 17, 1, random)
    with pytest.raises(ValueError, match="at most the 10 bytes"):
        pieces(torch.zeros(10), 1, 11, random)


def test_training_learns(random):
    torch.manual_seed(0)
    model = decoder(layers=1, window=8)
    text = torch.arange(24).repeat(4)  # what comes next is certain

    def loss_of(step):
        batch = pieces(text, 8, 9, random)
        return torch.nn.functional.cross_entropy(model(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())

    curve = train(model, loss_of, steps=300, rate=3e-3)
    assert [step for step, _ in curve] == list(range(15, 301, 15)) and curve[-1][1] < 0.1 < 3 < curve[0][1]


SMALLEST = shlex.split(
    "--quick --depths 2 --windows 4 --width 16 --steps 3 --tokens 512 --measured 8 --kernel-depths 2 "
    "--kernel-windows 4 --texts 8 --control-widths 16 --control-window 4 --demand-depth 2 --demand-window 4 "
    "--demand-steps 3 --remedy-depth 2 --remedy-window 4 --relay-depths 1 2 --relay-window 4 --pairs 2 "
    "--relay-steps 3 --long-depths 1 --long-pairs 2 --long-steps 5 --workers 1 --threads 1"
)


def experiment(*options):
    return subprocess.run([sys.executable, HERE / "run.py", *options], capture_output=True, text=True)


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """The quick mode at its smallest size."""
    out = tmp_path_factory.mktemp("runs")
    done = experiment(*SMALLEST, "--out", str(out))
    assert done.returncode == 0, done.stderr
    return out


def test_the_quick_mode_writes_what_the_book_reads(quick):
    data = json.loads((quick / "trained.json").read_text())
    assert faults(data) == []
    runs = {"language": 1, "kernels": 1, "controls": 1, "remedies": 4, "demand": 2, "twins": 2}
    runs |= {"relay": 5, "late": 2}
    assert {kind: len(data[kind]) for kind in PARTS} == runs
    assert data["about"]["mode"] == "quick" and data["about"]["settings"]["depths"] == [2]


def test_what_was_done_is_not_done_again_and_the_same_seed_gives_the_same_model(quick, tmp_path):
    before = (quick / "trained.json").read_text()
    (quick / "relay-L1-W4-2pairs-seed0.json").unlink()  # as if it had been stopped there
    (quick / "relay-L2-W4-2pairs-seed0.json.part").write_text("half a res")
    again = experiment(*SMALLEST, "--out", str(quick))
    assert "18 runs, 17 of them done before" in again.stdout
    assert (quick / "trained.json").read_text() == before


def test_shares_are_the_whole_list_and_nothing_twice():
    todo = tasks(MODES["standard"], PARTS)
    parts = [shared(todo, number, 5) for number in range(1, 6)]
    assert sorted(map(name_of, sum(parts, []))) == sorted(map(name_of, todo))
    assert len({name_of(task) for task in todo}) == len(todo)


def test_what_is_measured_twice_is_trained_once():
    """The same weights for language, kernels and the model without a remedy; other steps, other weights."""
    todo = tasks(MODES["standard"], PARTS)
    same = [t for t in todo if (t["layers"], t["window"], t["seed"], t.get("remedy")) == (6, 16, 0, "none")]
    weights = {t["kind"]: training(t) for t in same}
    assert weights["language"] == weights["kernels"] == weights["remedies"] != weights["controls"]


def test_a_share_writes_no_data_and_so_far_does(quick, tmp_path):
    one = quick / "relay-L2-W4-2pairs-seed0.json"
    one.rename(tmp_path / "kept.json")
    part = experiment(*SMALLEST, "--share", "1/18", "--out", str(quick))
    assert (
        "1 runs, 1 of them done before" in part.stdout and "1 runs are not finished; no data" in part.stdout
    )
    far = experiment(*SMALLEST, "--so-far", "--out", str(quick), "--data", str(tmp_path / "data.json"))
    assert (
        "17 of 18 runs" in far.stdout and len(json.loads((tmp_path / "data.json").read_text())["relay"]) == 4
    )
    (tmp_path / "kept.json").rename(one)


def test_finished_runs_are_put_into_data_that_are_there(quick, tmp_path):
    """Data without one run, and with an older result of another, get both; all else stays, nothing twice."""
    whole = json.loads((quick / "trained.json").read_text())
    data, path = copy.deepcopy(whole), tmp_path / "data.json"
    del data["relay"][-1]
    data["demand"][0]["last_loss"] = 9.0
    data["language"][0].pop("width")  # as in early data
    data["language"][0]["curve"] = []
    other = data["kernels"][0] | {"seed": 7}  # of somebody else's runs
    data["kernels"].append(other)
    path.write_text(json.dumps(data))
    done = experiment(*SMALLEST, "--merge", str(quick), "--data", str(path))
    assert "3 of 18 finished runs are new or changed" in done.stdout, done.stderr
    found = json.loads(path.read_text())
    assert found["kernels"] == [*whole["kernels"], other]
    assert all(found[kind] == whole[kind] for kind in PARTS if kind != "kernels")
    assert len(found["about"]["merged"][0]["runs"]) == 3 and faults(found) == []
    again = experiment(*SMALLEST, "--merge", str(quick), "--data", str(path))
    assert "0 of 18 finished runs" in again.stdout and json.loads(path.read_text()) == found


def test_data_of_other_measurements_are_not_mixed_in(quick, tmp_path):
    data = json.loads((quick / "trained.json").read_text())
    data["about"]["settings"]["texts"] += 1
    (tmp_path / "data.json").write_text(json.dumps(data))
    merging = [*SMALLEST, "--merge", str(quick)]
    refused = experiment(*merging, "--data", str(tmp_path / "data.json"))
    assert refused.returncode and "measured with other settings (texts)" in refused.stderr
    assert "--merge needs --data" in experiment(*merging).stderr
    assert "is no folder" in experiment(*SMALLEST, "--merge", str(tmp_path / "nowhere")).stderr


def test_results_of_other_settings_are_not_mixed_in(quick):
    other = experiment(*SMALLEST, "--steps", "4", "--out", str(quick))
    assert other.returncode and "made with other settings (steps)" in other.stderr


@pytest.mark.parametrize(
    "options, words",
    [
        (["--steps", "0"], "argument --steps: must be a whole number >= 1, got 0"),
        (["--depths", "two"], "argument --depths: must be a whole number >= 1, got two"),
        (["--width", "30"], "width must be a multiple of 2 x heads"),
        (["--pairs", "17"], "pairs must be a whole number from 1 to 16"),
        (["--parts", "everything"], "invalid choice"),
        (["--quick", "--full"], "not allowed with argument"),
        (["--share", "9/8"], "argument --share: must be I/N with 1 <= I <= N, such as 3/8, got 9/8"),
        (["--demand-percents", "101"], "must be a whole number from 0 to 100, got 101"),
        (["--demand-lag", "9"], "demand_lag is too long for texts of 256 bytes"),
    ],
)
def test_a_bad_configuration_is_refused_before_anything_is_trained(options, words, tmp_path):
    refused = experiment(*options, "--out", str(tmp_path / "out"))
    assert refused.returncode and words in refused.stderr and "Traceback" not in refused.stderr
    assert not (tmp_path / "out").exists()
