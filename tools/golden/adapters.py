"""Adapters in PEFT's format and the logits of their merged models, by transformers and torch alone.

usage: adapters.py make BASE OUT      writes an adapter for a model folder, with a rank and an alpha of its own at some layers
       adapters.py check ADAPTER [BASE]  prints the largest difference between ADAPTER/expected.json and the merged model's logits

PEFT's rules, from its source: the tensors are base_model.model.<module>.lora_A.weight [r, inputs] and .lora_B.weight [outputs, r]; a module has the rank
and the alpha of the first pattern p that matches (.*\\.)?(p)$; the weight grows by alpha / r (rsLoRA: alpha / sqrt(r)) * B A, transposed where
fan_in_fan_out says so (GPT-2's Conv1D).
"""
import json, math, os, re, sys
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

PREFIX = "base_model.model."


def merged_logits(base, adapter, ids):
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, attn_implementation="eager").eval()
    config = json.load(open(os.path.join(adapter, "adapter_config.json")))
    tensors = load_file(os.path.join(adapter, "adapter_model.safetensors"))
    modules = dict(model.named_modules())
    at = lambda patterns, name, usual: next((v for p, v in patterns.items() if re.match(rf"(.*\.)?({p})$", name)), usual)
    with torch.no_grad():
        for name in {n[len(PREFIX):].rsplit(".lora_", 1)[0] for n in tensors}:
            rank, alpha = at(config["rank_pattern"], name, config["r"]), at(config["alpha_pattern"], name, config["lora_alpha"])
            down, up = tensors[f"{PREFIX}{name}.lora_A.weight"], tensors[f"{PREFIX}{name}.lora_B.weight"]
            assert down.shape[0] == rank == up.shape[1], (name, down.shape, up.shape, rank)
            targets = config["target_modules"]
            assert any(name == t or name.endswith("." + t) for t in targets), (name, targets)
            delta = alpha / (math.sqrt(rank) if config["use_rslora"] else rank) * (up @ down)
            assert config["fan_in_fan_out"] == isinstance(modules[name], Conv1D), name
            modules[name].weight += delta.T if config["fan_in_fan_out"] else delta
        return [model(torch.tensor([one])).logits[0].tolist() for one in ids]


def make(base, out):
    torch.manual_seed(3)
    os.makedirs(out, exist_ok=True)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    conv = model.config.model_type == "gpt2"
    targets = ["attn.c_attn", "mlp.c_proj"] if conv else ["q_proj", "o_proj", "down_proj"]
    patterns = {"h.1.mlp.c_proj": 5} if conv else {r"layers\.1\..*o_proj": 5}
    alphas = {"c_attn": 3.5} if conv else {"q_proj": 3.5}
    tensors = {}
    for name, module in model.named_modules():
        if any(name.endswith("." + t) for t in targets):
            inputs, outputs = module.weight.shape if conv else reversed(module.weight.shape)
            rank = next((v for p, v in patterns.items() if re.match(rf"(.*\.)?({p})$", name)), 3)
            tensors[f"{PREFIX}{name}.lora_A.weight"] = torch.randn(rank, inputs) * 0.2
            tensors[f"{PREFIX}{name}.lora_B.weight"] = torch.randn(outputs, rank) * 0.2
    save_file(tensors, os.path.join(out, "adapter_model.safetensors"), metadata={"format": "pt"})
    family = os.path.basename(os.path.normpath(base))
    config = {
        "alora_invocation_tokens": None, "alpha_pattern": alphas, "auto_mapping": None, "base_model_name_or_path": f"../../models/{family}", "bias": "none",
        "corda_config": None, "eva_config": None, "exclude_modules": None, "fan_in_fan_out": conv, "inference_mode": True, "init_lora_weights": True,
        "layer_replication": None, "layers_pattern": None, "layers_to_transform": None, "loftq_config": {}, "lora_alpha": 8, "lora_bias": False,
        "lora_dropout": 0.05, "megatron_config": None, "megatron_core": "megatron.core", "modules_to_save": None, "peft_type": "LORA",
        "qalora_group_size": 16, "r": 3, "rank_pattern": patterns, "revision": None, "target_modules": targets, "target_parameters": None,
        "task_type": "CAUSAL_LM", "trainable_token_indices": None, "use_dora": False, "use_qalora": False, "use_rslora": conv}
    json.dump(config, open(os.path.join(out, "adapter_config.json"), "w"), indent=2)
    ids = [[5, 17, 200, 31, 8, 99], [250, 3, 3, 40]]
    json.dump({"input_ids": ids, "logits": merged_logits(base, out, ids)}, open(os.path.join(out, "expected.json"), "w"))


def check(adapter, base):
    expected = json.load(open(os.path.join(adapter, "expected.json")))
    found = merged_logits(base, adapter, expected["input_ids"])
    print(max((torch.tensor(a) - torch.tensor(b)).abs().max().item() for a, b in zip(expected["logits"], found)))


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], sys.argv[3])
    else:
        config = json.load(open(os.path.join(sys.argv[2], "adapter_config.json")))
        check(sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else config["base_model_name_or_path"])
