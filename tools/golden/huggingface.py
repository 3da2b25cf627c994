"""What Hugging Face's libraries make of our files, and a file of theirs.

usage: python3 tools/golden/huggingface.py tests/Cohort.Tests/Golden/huggingface
needs torch, safetensors and transformers; written with 2.14.1, 0.8.0 and 5.12.1.

Writes all-types.safetensors: for each type and shape, byte i of a tensor is (167 i + 41) mod 256, or i mod 2 for BOOL.
Reads character-tokenizer/ (saved by CharacterTokenizer) and writes expected.json: texts, their ids, the ids decoded.
"""
import json
import random
import sys

import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer

TYPES = [torch.int64, torch.float64, torch.float32, torch.int32, torch.bfloat16, torch.float16, torch.int16, torch.int8, torch.uint8, torch.bool]
SHAPES = [[], [0], [3, 0, 2], [3, 7]]


def tensor(dtype, shape):
    count = torch.empty(shape, dtype=dtype).numel() * dtype.itemsize
    data = bytes(i % 2 if dtype == torch.bool else (167 * i + 41) % 256 for i in range(count))
    return torch.frombuffer(bytearray(data), dtype=dtype).reshape(shape) if count else torch.empty(shape, dtype=dtype)


def name(dtype, shape):
    return f"{str(dtype).removeprefix('torch.')}.{'x'.join(map(str, shape))}"


def case(tokenizer, text):
    ids = tokenizer(text)["input_ids"]
    with_special = [tokenizer.pad_token_id, *ids, tokenizer.eos_token_id]
    return {"text": text, "ids": ids, "decoded": tokenizer.decode(with_special, skip_special_tokens=True)}


folder = sys.argv[1]
save_file({name(dtype, shape): tensor(dtype, shape) for dtype in TYPES for shape in SHAPES}, f"{folder}/all-types.safetensors", {"format": "pt"})

tokenizer = AutoTokenizer.from_pretrained(f"{folder}/character-tokenizer")
alphabet = [token for token, i in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]) if i not in tokenizer.all_special_ids]
draw = random.Random(5)
texts = ["", " ", "  a", "a .", "do n't", "\n\n", "<eos", "pad>", *("".join(draw.choices(alphabet, k=draw.randrange(30))) for _ in range(60))]
expected = {"end_of_sequence": tokenizer.eos_token_id, "padding": tokenizer.pad_token_id, "vocabulary_size": len(tokenizer),
            "cases": [case(tokenizer, text) for text in texts if "<eos>" not in text and "<pad>" not in text]}
with open(f"{folder}/character-tokenizer/expected.json", "w", encoding="utf-8") as file:
    json.dump(expected, file, ensure_ascii=True, indent=0)
    file.write("\n")
