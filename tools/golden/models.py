"""Tiny random models of configurations that the other folders of Golden/models lack, saved and run by Hugging Face transformers.

usage: python3 tools/golden/models.py tests/Cohort.Tests/Golden/models
       python3 tools/golden/models.py --check FOLDER...     (loads folders that Cohort wrote; prints the largest difference of their logits
                                                            from reference.json, the logits that Cohort computed)
needs torch and transformers; written with 2.14.1 and 5.12.1. The files are described in Golden/models/README.md.
"""
import json
import os
import sys

import torch
from transformers import AutoConfig, AutoModelForCausalLM

SHAPE = dict(vocab_size=256, hidden_size=32, intermediate_size=48, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=128, bos_token_id=1, eos_token_id=2, pad_token_id=0, rope_theta=10000.0)
SEQUENCES = [[105, 116, 158, 23, 27, 211, 69, 42, 238], [148, 144, 98, 217, 10, 62]]
NEW_TOKENS = 16
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=32)

# Keys as version 4 of transformers writes them; config.json is what version 5 makes of them.
MODELS = {
    "llama_biases_linear": dict(model_type="llama", num_hidden_layers=2, attention_bias=True, mlp_bias=True, head_dim=12,
                                tie_word_embeddings=False, rope_scaling=dict(type="linear", factor=2.5)),
    "llama_dynamic": dict(model_type="llama", num_hidden_layers=2, tie_word_embeddings=True, max_position_embeddings=16,
                          rope_scaling=dict(rope_type="dynamic", factor=2.0)),
    "llama_yarn": dict(model_type="llama", num_hidden_layers=2, tie_word_embeddings=True, head_dim=16, rope_scaling=YARN),
    "qwen2_swa_yarn": dict(model_type="qwen2", num_hidden_layers=3, tie_word_embeddings=True, use_sliding_window=True, sliding_window=3,
                           max_window_layers=1, rope_scaling=YARN | dict(mscale=0.7, mscale_all_dim=1.3, beta_fast=16.0, beta_slow=2.0,
                                                                         truncate=False)),
    "qwen3_swa": dict(model_type="qwen3", num_hidden_layers=3, tie_word_embeddings=False, head_dim=16, attention_bias=True,
                      use_sliding_window=True, sliding_window=5, max_window_layers=2),
    "smollm3_swa": dict(model_type="smollm3", num_hidden_layers=4, tie_word_embeddings=True, no_rope_layer_interval=2, mlp_bias=True,
                        use_sliding_window=True, sliding_window=4),
    "gemma3_pattern": dict(model_type="gemma3_text", num_hidden_layers=7, head_dim=16, query_pre_attn_scalar=24, sliding_window=4,
                           sliding_window_pattern=3, rope_theta=1000000.0, rope_local_base_freq=500.0, hidden_activation="gelu_pytorch_tanh",
                           attention_bias=True, rope_scaling=dict(rope_type="linear", factor=8.0)),
    "gpt2_inner": dict(model_type="gpt2", n_layer=2, n_embd=32, n_head=2, n_inner=40, n_positions=64, vocab_size=256, bos_token_id=1,
                       eos_token_id=2, pad_token_id=0, activation_function="gelu", tie_word_embeddings=False,
                       resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0),
}


def rounded(values):
    return [[float(f"{value:.7g}") for value in row] for row in values.tolist()]


def build(keys, seed):
    keys = (keys if keys["model_type"] == "gpt2" else SHAPE | keys).copy()
    config = AutoConfig.for_model(keys.pop("model_type"), **keys)
    config._attn_implementation = "eager"
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float().eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            table = 0.1 if config.model_type == "gemma3_text" else 0.3
            scale = 0.1 if parameter.dim() == 1 else table if "emb" in name or "wte" in name or "lm_head" in name else 0.3
            noise = torch.randn(parameter.shape, generator=generator) * scale
            parameter.copy_(parameter + noise if parameter.dim() == 1 else noise)
    return model


def greedy(model, ids):
    """A plain loop with the cache, the end of sequence disabled."""
    made, cache, step = [], None, torch.tensor([ids])
    for _ in range(NEW_TOKENS):
        out = model(input_ids=step, past_key_values=cache, use_cache=True)
        cache = out.past_key_values
        made.append(int(out.logits[0, -1].argmax()))
        step = torch.tensor([[made[-1]]])
    return made


def expected(name, keys, seed):
    model = build(keys, seed)
    sequences = []
    with torch.no_grad():
        for ids in SEQUENCES:
            # A model of its own each: dynamic angles remember the longest sequence seen.
            sequences.append({"input_ids": ids, "logits": rounded(build(keys, seed)(input_ids=torch.tensor([ids])).logits[0]),
                              "greedy_new_tokens": greedy(build(keys, seed), ids)})
            whole = build(keys, seed)(input_ids=torch.tensor([ids + sequences[-1]["greedy_new_tokens"]])).logits[0]
            sequences[-1]["long_last_logits"] = rounded(whole[-1:])[0]
    double = build(keys, seed).double()
    losses = []
    for ids in SEQUENCES:
        logits = double(input_ids=torch.tensor([ids])).logits[0, :-1]
        losses.append(torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="sum"))
    tokens = sum(len(ids) - 1 for ids in SEQUENCES)
    loss = sum(losses) / tokens
    loss.backward()
    named = [(key, parameter.grad) for key, parameter in double.named_parameters()]
    train = {"loss_mean_cross_entropy": loss.item(), "tokens": tokens,
             "grad_l2_by_parameter": {key: grad.norm().item() for key, grad in named},
             "grad_first4_by_parameter": {key: grad.flatten()[:4].tolist() for key, grad in named}}
    return model, {"name": name, "sequences": sequences, "train_f64": train}


def write(folder):
    import transformers
    for seed, (name, keys) in enumerate(MODELS.items()):
        target = f"{folder}/{name}"
        model, content = expected(name, keys, 7100 + seed)
        model.save_pretrained(target)
        content |= {"transformers_version": transformers.__version__, "torch_version": torch.__version__}
        with open(f"{target}/config.v4.json", "w") as file:
            json.dump((keys if keys["model_type"] == "gpt2" else SHAPE | keys) | {"torch_dtype": "float32"}, file, indent=1)
        with open(f"{target}/expected.json", "w") as file:
            json.dump(content, file, separators=(",", ":"))
        print(name, {key: os.path.getsize(f"{target}/{key}") for key in sorted(os.listdir(target))}, content["sequences"][0]["greedy_new_tokens"])


def check(folders):
    for folder in folders:
        with open(f"{folder}/reference.json") as file:
            reference = json.load(file)
        model, info = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        with torch.no_grad():
            logits = model.eval()(input_ids=torch.tensor([reference["input_ids"]])).logits[0]
        difference = (logits - torch.tensor(reference["logits"])).abs().max().item()
        print(folder.rstrip("/").split("/")[-1], f"{difference:.2g}", {key: value for key, value in info.items() if value})


if sys.argv[1] == "--check":
    check(sys.argv[2:])
else:
    write(sys.argv[1])
