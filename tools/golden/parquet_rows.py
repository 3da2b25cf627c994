"""Writes tests/Cohort.Tests/Golden/parquet/rows.parquet from the format's specification alone, without a Parquet library.

Two row groups; a text, a nullable whole number, a nullable number and a list of texts; data pages of version 1, PLAIN, not compressed.
See https://github.com/apache/parquet-format (parquet.thrift, Encodings.md, LogicalTypes.md) and Thrift's compact protocol.

Usage: python3 tools/golden/parquet_rows.py
"""
import struct
from pathlib import Path

OUT = Path(__file__).resolve().parents[2] / "tests/Cohort.Tests/Golden/parquet/rows.parquet"
ROWS = [
    [("2+2=", 4, 0.5, ["sum", "käse"]), ("line\nbreak", -7, None, [])],
    [("🎉", 9007199254740993, -1.25, ["x"])],
]
INT64, DOUBLE, BYTE_ARRAY = 2, 5, 6
REQUIRED, OPTIONAL, REPEATED = 0, 1, 2
PLAIN, RLE = 0, 3


def varint(n):
    out = b""
    while n >= 0x80:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def zigzag(n):
    return varint((n << 1) ^ (n >> 63) if n < 0 else n << 1)


def i32(n):
    return 5, zigzag(n)


def i64(n):
    return 6, zigzag(n)


def text(s):
    raw = s.encode()
    return 8, varint(len(raw)) + raw


def items(kind, values):
    head = bytes([len(values) << 4 | kind]) if len(values) < 15 else bytes([0xF0 | kind]) + varint(len(values))
    return 9, head + b"".join(values)


def struct_(fields):
    out, last = b"", 0
    for number, (kind, raw) in sorted(fields.items()):
        out += bytes([(number - last) << 4 | kind]) + raw
        last = number
    return 12, out + b"\0"


def element(name, repetition=None, kind=None, children=None, converted=None):
    fields = {4: text(name)}
    if kind is not None:
        fields[1] = i32(kind)
    if repetition is not None:
        fields[3] = i32(repetition)
    if children is not None:
        fields[5] = i32(children)
    if converted is not None:
        fields[6] = i32(converted)
    return struct_(fields)[1]


def levels(values, bits):
    """Runs of the RLE hybrid with its length before it."""
    body = b"".join(varint(1 << 1) + bytes([v]) for v in values) if bits else b""
    return struct.pack("<I", len(body)) + body if bits else b""


def plain(kind, values):
    if kind == BYTE_ARRAY:
        return b"".join(struct.pack("<I", len(v.encode())) + v.encode() for v in values)
    return b"".join(struct.pack("<q" if kind == INT64 else "<d", v) for v in values)


def column(rows, index):
    """Its type, path, values, repetition and definition levels."""
    cells = [row[index] for row in rows]
    if index == 0:
        return BYTE_ARRAY, ["prompt"], cells, [], [], len(cells)
    if index in (1, 2):
        kind, name = ((INT64, "answer"), (DOUBLE, "level"))[index - 1]
        return kind, [name], [c for c in cells if c is not None], [], [int(c is not None) for c in cells], len(cells)
    repetition = [int(i > 0) for c in cells for i in range(max(1, len(c)))]
    definition = [2 if c else 1 for c in cells for _ in range(max(1, len(c)))]
    return BYTE_ARRAY, ["tags", "list", "element"], [t for c in cells for t in c], repetition, definition, len(definition)


def main():
    data, groups = b"PAR1", []
    for rows in ROWS:
        chunks, size = [], 0
        for index in range(4):
            kind, path, values, repetition, definition, count = column(rows, index)
            body = levels(repetition, 1 if repetition else 0) + levels(definition, 1 if definition else 0) + plain(kind, values)
            page = struct_({1: i32(count), 2: i32(PLAIN), 3: i32(RLE), 4: i32(RLE)})
            header = struct_({1: i32(0), 2: i32(len(body)), 3: i32(len(body)), 5: page})[1]
            offset = len(data)
            data += header + body
            length = len(header) + len(body)
            size += length
            meta = struct_({
                1: i32(kind), 2: items(5, [i32(PLAIN)[1], i32(RLE)[1]]), 3: items(8, [text(p)[1] for p in path]), 4: i32(0),
                5: i64(count), 6: i64(length), 7: i64(length), 9: i64(offset)})
            chunks.append(struct_({2: i64(offset), 3: meta})[1])
        groups.append(struct_({1: items(12, chunks), 2: i64(size), 3: i64(len(rows))})[1])
    schema = [
        element("schema", children=4),
        element("prompt", REQUIRED, BYTE_ARRAY, converted=0),
        element("answer", OPTIONAL, INT64),
        element("level", OPTIONAL, DOUBLE),
        element("tags", OPTIONAL, children=1, converted=3),
        element("list", REPEATED, children=1),
        element("element", REQUIRED, BYTE_ARRAY, converted=0),
    ]
    footer = struct_({
        1: i32(1), 2: items(12, schema), 3: i64(sum(map(len, ROWS))), 4: items(12, groups), 6: text("cohort golden")})[1]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_bytes(data + footer + struct.pack("<I", len(footer)) + b"PAR1")


main()
