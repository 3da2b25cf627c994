"""Tiny random reward models, saved and run by Hugging Face transformers.

usage: python3 tools/golden/reward_models.py tests/Cohort.Tests/Golden/rewards
       python3 tools/golden/reward_models.py --check FOLDER...     (loads folders that Cohort wrote; prints the largest difference of their scores
                                                                   from reference.json, the rows and scores of Cohort; RewardModelFolderTests
                                                                   write such folders where COHORT_REWARD_MODELS names a place)
needs torch and transformers; written with 2.14.1 and 5.12.1. Each folder has expected.json: rows of token ids, and the score of each as
transformers gives it for all rows at once, padded on the right with pad_token_id.
"""
import json
import sys

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

SHAPE = dict(vocab_size=64, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=32, bos_token_id=1, eos_token_id=2, rope_theta=10000.0)
ROWS = [[23, 27, 51, 6, 42, 33, 9, 17, 2], [48, 14, 57, 10, 62, 2], [2], [19, 61, 2]]
MODELS = {
    "llama": SHAPE | dict(model_type="llama", tie_word_embeddings=False, pad_token_id=0),
    "qwen3": SHAPE | dict(model_type="qwen3", tie_word_embeddings=True, head_dim=8, pad_token_id=3),
    "gemma3": SHAPE | dict(model_type="gemma3_text", head_dim=8, query_pre_attn_scalar=12, sliding_window=4, pad_token_id=0),
    "gpt2": dict(model_type="gpt2", vocab_size=64, n_embd=16, n_layer=2, n_head=2, n_inner=24, n_positions=32, bos_token_id=1, eos_token_id=2,
                 pad_token_id=0, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0),
}


def scores(model, rows):
    width, padding = max(map(len, rows)), model.config.pad_token_id
    ids = torch.tensor([row + [padding] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    with torch.no_grad():
        return model.eval()(input_ids=ids, attention_mask=mask).logits[:, 0]


def write(folder):
    for seed, (name, keys) in enumerate(MODELS.items()):
        keys = keys.copy()
        config = AutoConfig.for_model(keys.pop("model_type"), num_labels=1, **keys)
        model = AutoModelForSequenceClassification.from_config(config, attn_implementation="eager").float()
        generator = torch.Generator().manual_seed(8100 + seed)
        with torch.no_grad():
            for parameter in model.parameters():
                noise = torch.randn(parameter.shape, generator=generator)
                parameter.copy_(parameter + noise * 0.1 if parameter.dim() == 1 else noise * 0.3)
        model.save_pretrained(f"{folder}/{name}")
        expected = scores(model, ROWS).tolist()
        with open(f"{folder}/{name}/expected.json", "w") as file:
            json.dump({"rows": ROWS, "scores": expected}, file)
        print(name, type(model).__name__, expected)


def check(folders):
    for folder in folders:
        with open(f"{folder}/reference.json") as file:
            reference = json.load(file)
        model, info = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        difference = (scores(model, reference["rows"]) - torch.tensor(reference["scores"])).abs().max().item()
        print(folder, type(model).__name__, f"{difference:.2g}", {key: value for key, value in info.items() if value})


if sys.argv[1] == "--check":
    check(sys.argv[2:])
else:
    write(sys.argv[1])
