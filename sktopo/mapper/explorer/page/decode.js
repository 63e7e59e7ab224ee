// Packed arrays of the payload, back as typed arrays. The payload is written little endian, as every browser's machine is.

const PACKED_TYPES = { u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f32: Float32Array };

function bytesOf(base64) {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

// Browsers have had Float16Array only since 2025: one number at a time is quick enough for a few thousand positions.
function halfFloats(bytes) {
  const halves = new Uint16Array(bytes.buffer);
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

// Rising whole numbers, a row per node: LEB128 of the gaps, the first gap of a row counted from zero.
// Rows come back end to end: row i is items[offsets[i]] up to items[offsets[i + 1]].
function unpackRows(packed) {
  const bytes = bytesOf(packed.b);
  const offsets = new Uint32Array(packed.rows.length + 1);
  packed.rows.forEach((length, i) => {
    offsets[i + 1] = offsets[i] + length;
  });
  const items = new Uint32Array(packed.n);
  let at = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    let value = 0;
    for (let i = offsets[row]; i < offsets[row + 1]; i++) {
      let gap = 0;
      let place = 1;
      let byte;
      do {
        byte = bytes[at++];
        gap += (byte & 127) * place;
        place *= 128;
      } while (byte & 128);
      value += gap;
      items[i] = value;
    }
  }
  return { offsets, items };
}

function unpack(packed) {
  if (packed === null || packed === undefined) return null;
  if (packed.t === "varint-delta") return unpackRows({ ...packed, rows: packed.rows ?? [packed.n] }).items;
  const bytes = bytesOf(packed.b);
  const numbers = packed.t === "f16" ? halfFloats(bytes) : new PACKED_TYPES[packed.t](bytes.buffer);
  return packed.step === undefined ? numbers : Float32Array.from(numbers, (value) => packed.low + value * packed.step);
}
