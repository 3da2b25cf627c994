#!/usr/bin/env python3
"""What Cohort is compared with: Hugging Face transformers on PyTorch, eager, random weights, float32.

A repetition samples every row to its full length with a cache of keys and values, and then takes one policy-gradient step: log-probabilities, backward,
clipping, AdamW. With --lengths 8-64 the step learns from completions cut to lengths drawn from that range with a fixed seed: rows padded on the right with
an attention mask, a loss on their own tokens, and tokens per second that count those alone. One JSON line: medians over the repetitions, after one that
is not counted, and the rate of a product of two 2048 x 2048 matrices in this process.

usage: peer.py [--shape tiny|small|qwen05b] [--prompts 8] [--group 8] [--prompt 16] [--completion 64] [--reps 7] [--micro-batch 64] [--lengths equal|8-64]
Needs torch and transformers; eng/speed.sh calls it through $PEER.
"""
import argparse
import json
import statistics
import time
import warnings

import torch
import transformers

SHAPES = {  # hidden size, layers, heads, key-value heads, feed-forward width, vocabulary
    "tiny": (256, 4, 4, 2, 688, 512),
    "small": (512, 8, 8, 4, 1376, 4096),
    "qwen05b": (896, 24, 14, 2, 4864, 151936),
}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--shape", choices=SHAPES, default="tiny")
    for name, value in (("prompts", 8), ("group", 8), ("prompt", 16), ("completion", 64), ("reps", 7), ("micro-batch", 64)):
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--lengths", default="equal", help="equal, or a range such as 8-64")
    return parser.parse_args()


def build(shape):
    hidden, layers, heads, kv_heads, width, vocabulary = SHAPES[shape]
    config = transformers.LlamaConfig(
        hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads, num_key_value_heads=kv_heads, intermediate_size=width,
        vocab_size=vocabulary, max_position_embeddings=1024, tie_word_embeddings=True, bos_token_id=None, eos_token_id=None, pad_token_id=0)
    return transformers.LlamaForCausalLM._from_config(config, attn_implementation="sdpa", dtype=torch.float32)


def sample(model, args):
    """Token ids [rows, prompt + completion]."""
    model.eval()
    prompts = torch.randint(1, model.config.vocab_size, (args.prompts, args.prompt)).repeat_interleave(args.group, dim=0)
    with torch.no_grad():
        return model.generate(
            input_ids=prompts, attention_mask=torch.ones_like(prompts), do_sample=True, temperature=1.0, top_k=0, top_p=1.0, use_cache=True,
            max_new_tokens=args.completion, min_new_tokens=args.completion, pad_token_id=0)


def draw_lengths(args):
    """How many completion tokens of each row are learnt from: [rows]."""
    rows = args.prompts * args.group
    if args.lengths == "equal":
        return torch.full((rows,), args.completion)
    shortest, longest = map(int, args.lengths.split("-"))
    return torch.randint(shortest, longest + 1, (rows,), generator=torch.Generator().manual_seed(1))


def update(model, optimizer, sequences, lengths, args):
    model.train()
    advantages = torch.randn(len(sequences))
    total = int(lengths.sum())
    optimizer.zero_grad(set_to_none=True)
    for rows in torch.arange(len(sequences)).split(args.micro_batch):
        part = sequences[rows, :args.prompt + int(lengths[rows].max())]
        position = torch.arange(part.shape[1])
        mask = position < (args.prompt + lengths[rows])[:, None]
        equal = bool(mask.all())  # then nothing is padded, and attention needs no mask
        part = part if equal else part.masked_fill(~mask, 0)
        logits = model(
            input_ids=part, attention_mask=None if equal else mask.long(), use_cache=False,
            logits_to_keep=part.shape[1] - args.prompt + 1).logits[:, :-1]
        logprobs = torch.log_softmax(logits, dim=-1).gather(-1, part[:, args.prompt:, None]).squeeze(-1)
        ratio = torch.exp(logprobs - logprobs.detach())
        loss = -(ratio * advantages[rows, None] * mask[:, args.prompt:]).sum() / total
        loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()


def timed(work, *inputs):
    start = time.perf_counter()
    result = work(*inputs)
    return time.perf_counter() - start, result


def main():
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    args = arguments()
    torch.manual_seed(0)
    model = build(args.shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
    matrix = torch.randn(2048, 2048)
    torch.matmul(matrix, matrix)
    product = statistics.median(timed(torch.matmul, matrix, matrix)[0] for _ in range(5))

    lengths = draw_lengths(args)
    update(model, optimizer, sample(model, args), lengths, args)
    sampling, updating = [], []
    for _ in range(args.reps):
        seconds, sequences = timed(sample, model, args)
        sampling.append(seconds)
        updating.append(timed(update, model, optimizer, sequences, lengths, args)[0])

    sample_seconds, update_seconds = statistics.median(sampling), statistics.median(updating)
    rows = args.prompts * args.group
    print(json.dumps({
        "peer": f"transformers {transformers.__version__}", "torch": torch.__version__, "shape": args.shape,
        "parameters": sum(parameter.numel() for parameter in model.parameters()), "rows": rows, "prompt": args.prompt, "completion": args.completion,
        "lengths": args.lengths, "sample_tokens_per_second": round(rows * args.completion / sample_seconds, 1),
        "update_tokens_per_second": round((rows * args.prompt + int(lengths.sum())) / update_seconds, 1),
        "step_seconds": round(sample_seconds + update_seconds, 3), "matmul_gflops": round(2 * 2048**3 / product / 1e9, 1)}))


if __name__ == "__main__":
    main()
