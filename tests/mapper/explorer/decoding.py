"""What the page does with its data, one number at a time."""

import base64
import struct

FORMATS = {"u8": "<B", "u16": "<H", "u32": "<I", "f32": "<f", "f16": "<e"}


def unpacked(packed):
    """Numbers of a packed array, or a list of rows of them."""
    content = base64.b64decode(packed["b"])
    if packed["t"] == "varint-delta":
        return _rows(content, packed["rows"])
    values = [value for (value,) in struct.iter_unpack(FORMATS[packed["t"]], content)]
    return [packed["low"] + packed["step"] * value for value in values] if "step" in packed else values


def _rows(content, lengths):
    content, rows = iter(content), []
    for length in lengths:
        row, last = [], 0
        for _ in range(length):
            last += _varint(content)
            row.append(last)
        rows.append(row)
    assert next(content, None) is None
    return rows


def _varint(content):
    value, shift = 0, 0
    while True:
        byte = next(content)
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value
