"""Which values satisfy which JSON Schemas, by the package jsonschema: expected verdicts for Cohort's.

usage: python3 tools/golden/json_schema.py tests/Cohort.Tests/Golden/json_schema.json
needs jsonschema; written with 4.26.0. The seed is fixed.

Writes "$defs", which belong to every schema, and "schemas": a list of {"schema", "cases": [[value as text, whether it satisfies the schema], ...]}. Schemas
are drawn from all keywords that Cohort checks, values at random. Left out is where the package itself departs from draft 2020-12: multiples of fractions, which it
computes in binary. And where Cohort does: a dot of a pattern is half of a character beyond U+FFFF.
"""
import json
import random
import sys
from pathlib import Path

from jsonschema import Draft202012Validator

R = random.Random(11)
KEYS = ["a", "b", "é", "x/y"]
TEXTS = ["", "a", "ab", "abc", "7", "42", "😀😀", "é1", "null"]
PATTERNS = ["^a", "b$", "^[a-c]+$", "[0-9]{2}", "a|é", "^[a-z]{2}$"]
NUMBERS = [0, 1, -1, 2, 3, 4, 7, 1.0, 2.5, -0.5, 1e3, 12345678901234567890]


def value(depth=3):
    kind = R.randrange(8 if depth else 5)
    if kind < 5:
        return [None, R.random() < 0.5, R.choice(NUMBERS), R.choice(NUMBERS), R.choice(TEXTS)][kind]
    if kind == 5:
        return [value(depth - 1) for _ in range(R.randrange(4))]
    return {key: value(depth - 1) for key in R.sample(KEYS, R.randrange(4))}


def schema(depth=3):
    if R.random() < 0.07:
        return R.random() < 0.6
    s = {}
    if R.random() < 0.5:
        types = ["null", "boolean", "object", "array", "number", "string", "integer"]
        s["type"] = R.choice(types) if R.random() < 0.6 else R.sample(types, 3)
    for keyword in R.sample(sorted(MAKERS), R.randrange(1, 5)):
        if depth or keyword not in DEEP:
            s[keyword] = MAKERS[keyword](depth - 1)
    return s


def several(depth):
    return [schema(depth) for _ in range(R.randrange(1, 4))]


MAKERS = {
    "enum": lambda d: [value(1) for _ in range(4)] + [R.choice(NUMBERS)],
    "const": lambda d: value(1),
    "minimum": lambda d: R.choice(NUMBERS),
    "maximum": lambda d: R.choice(NUMBERS),
    "exclusiveMinimum": lambda d: R.choice(NUMBERS),
    "exclusiveMaximum": lambda d: R.choice(NUMBERS),
    "multipleOf": lambda d: R.choice([1, 2, 3, 0.5]),
    "minLength": lambda d: R.randrange(4),
    "maxLength": lambda d: R.randrange(4),
    "pattern": lambda d: R.choice(PATTERNS),
    "minItems": lambda d: R.randrange(3),
    "maxItems": lambda d: R.randrange(4),
    "uniqueItems": lambda d: R.random() < 0.8,
    "minProperties": lambda d: R.randrange(3),
    "maxProperties": lambda d: R.randrange(4),
    "required": lambda d: R.sample(KEYS, R.randrange(3)),
    "properties": lambda d: {key: schema(d) for key in R.sample(KEYS, R.randrange(1, 4))},
    "additionalProperties": schema,
    "items": schema,
    "prefixItems": several,
    "allOf": several,
    "anyOf": several,
    "oneOf": several,
    "not": schema,
    "$ref": lambda d: "#/$defs/" + R.choice(["tree", "x~1y", "small"]),
}
DEEP = {"properties", "additionalProperties", "items", "prefixItems", "allOf", "anyOf", "oneOf", "not"}
DEFS = {
    "tree": {"type": ["object", "null"], "properties": {"a": {"$ref": "#/$defs/tree"}, "b": {"$ref": "#/$defs/tree"}}, "additionalProperties": {"type": "integer"}},
    "x/y": {"anyOf": [{"type": "array", "items": {"$ref": "#/$defs/x~1y"}}, {"type": "string"}, {"type": "boolean"}]},
    "small": {"not": {"type": "number", "exclusiveMinimum": 3}},
}

written = []
while len(written) < 250:
    drawn = schema()
    if not isinstance(drawn, dict):
        continue
    validator = Draft202012Validator(drawn | {"$defs": DEFS})
    cases = [[json.dumps(v, ensure_ascii=False), validator.is_valid(v)] for v in (value() for _ in range(40))]
    passing = [case for case in cases if case[1]][:4]
    failing = [case for case in cases if not case[1]][:4]
    if passing and failing:
        written.append({"schema": drawn, "cases": passing + failing})
lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in written)
Path(sys.argv[1]).write_text(f'{{"$defs": {json.dumps(DEFS)}, "schemas": [\n{lines}\n]}}\n', encoding="utf-8")
print(len(written), "schemas,", sum(len(case["cases"]) for case in written), "cases")
