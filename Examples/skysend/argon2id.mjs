// Argon2id (RFC 9106) with one lane, and the BLAKE2b (RFC 7693) that it needs.
//
// Only recent versions of Node have Argon2 themselves. Every 64-bit word is a pair of 32-bit words in a Uint32Array,
// the low one first: numbers in JavaScript hold 53 bits, and BigInt would take minutes.

const BLOCK_WORDS = 256; // 1024 bytes
const SLICES = 4;
const VERSION = 0x13;
const TYPE_ARGON2ID = 2;

/**
 * @param {Uint8Array} password
 * @param {Uint8Array} salt
 * @param {{memoryKiB: number, passes: number, length: number}} cost
 * @returns {Uint8Array} `length` bytes
 */
export function argon2id(password, salt, { memoryKiB, passes, length }) {
  const segment = Math.floor(memoryKiB / SLICES); // blocks of one slice
  const blocks = segment * SLICES;
  if (segment < 2) throw new RangeError('Argon2id needs at least 8 KiB');

  const seed = blake2b(
    concat(
      words(1, length, memoryKiB, passes, VERSION, TYPE_ARGON2ID),
      words(password.length), password,
      words(salt.length), salt,
      words(0, 0), // neither a key nor associated data
    ),
    64,
  );

  const memory = new Uint32Array(blocks * BLOCK_WORDS);
  for (const index of [0, 1]) {
    memory.set(toWords(longHash(concat(seed, words(index, 0)), 1024)), index * BLOCK_WORDS);
  }

  for (let pass = 0; pass < passes; pass++) {
    for (let slice = 0; slice < SLICES; slice++) {
      // The first half of the first pass chooses blocks without looking at the password, the rest by what it computed.
      const addresses = pass === 0 && slice < SLICES / 2 ? new Addresses(pass, slice, blocks, passes) : null;
      for (let index = pass === 0 && slice === 0 ? 2 : 0; index < segment; index++) {
        const current = slice * segment + index;
        const previous = current === 0 ? blocks - 1 : current - 1;
        const random = addresses ? addresses.at(index) : memory[previous * BLOCK_WORDS];

        // Any finished block may be used, except the previous one; recent ones are preferred.
        const candidates = (pass === 0 ? slice * segment : blocks - segment) + index - 1;
        const oldest = pass === 0 || slice === SLICES - 1 ? 0 : (slice + 1) * segment;
        const back = multiplyHigh(candidates, multiplyHigh(random, random));
        const reference = (oldest + candidates - 1 - back) % blocks;

        compress(
          memory, previous * BLOCK_WORDS,
          memory, reference * BLOCK_WORDS,
          memory, current * BLOCK_WORDS,
          pass > 0,
        );
      }
    }
  }
  return longHash(toBytes(memory.subarray((blocks - 1) * BLOCK_WORDS)), length);
}

/** The pseudo-random numbers of a slice that must not depend on the password, made 128 at a time. */
class Addresses {
  #zero = new Uint32Array(BLOCK_WORDS);
  #input = new Uint32Array(BLOCK_WORDS);
  #output = new Uint32Array(BLOCK_WORDS);
  #batch = -1;

  constructor(pass, slice, blocks, passes) {
    // Pass, lane, slice, blocks, passes, type; the counter follows. All are 64-bit words.
    [pass, 0, slice, blocks, passes, TYPE_ARGON2ID].forEach((value, index) => { this.#input[2 * index] = value; });
  }

  at(index) {
    const batch = index >>> 7;
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#input[12] = batch + 1;
      compress(this.#zero, 0, this.#input, 0, this.#output, 0, false);
      compress(this.#zero, 0, this.#output, 0, this.#output, 0, false);
    }
    return this.#output[2 * (index & 127)];
  }
}

const xored = new Uint32Array(BLOCK_WORDS);
const mixed = new Uint32Array(BLOCK_WORDS);

/** The compression function G: mixes two blocks into a third, which it replaces or is XORed with. */
function compress(a, aStart, b, bStart, target, targetStart, addsToTarget) {
  for (let i = 0; i < BLOCK_WORDS; i++) mixed[i] = xored[i] = a[aStart + i] ^ b[bStart + i];
  // The block is a matrix of 8 x 8 cells of two 64-bit words: first its rows are permuted, then its columns.
  for (let row = 0; row < 8; row++) permute(32 * row, 4);
  for (let column = 0; column < 8; column++) permute(4 * column, 32);
  if (addsToTarget) {
    for (let i = 0; i < BLOCK_WORDS; i++) target[targetStart + i] ^= mixed[i] ^ xored[i];
  } else {
    for (let i = 0; i < BLOCK_WORDS; i++) target[targetStart + i] = mixed[i] ^ xored[i];
  }
}

/** One BLAKE2b round without a message, over 8 cells that lie `step` 32-bit words apart. */
function permute(start, step) {
  const c0 = start, c1 = c0 + step, c2 = c1 + step, c3 = c2 + step;
  const c4 = c3 + step, c5 = c4 + step, c6 = c5 + step, c7 = c6 + step;
  quarter(c0, c2, c4, c6);
  quarter(c0 + 2, c2 + 2, c4 + 2, c6 + 2);
  quarter(c1, c3, c5, c7);
  quarter(c1 + 2, c3 + 2, c5 + 2, c7 + 2);
  quarter(c0, c2 + 2, c5, c7 + 2);
  quarter(c0 + 2, c3, c5 + 2, c6);
  quarter(c1, c3 + 2, c4, c6 + 2);
  quarter(c1 + 2, c2, c4 + 2, c7);
}

/** BLAKE2b's quarter round with Argon2's multiplications, on four words of `mixed`. */
function quarter(a, b, c, d) {
  addProduct(a, b);
  xorRotate(d, a, 32);
  addProduct(c, d);
  xorRotate(b, c, 24);
  addProduct(a, b);
  xorRotate(d, a, 16);
  addProduct(c, d);
  xorRotate(b, c, 63);
}

/** x = x + y + 2 * low(x) * low(y), modulo 2^64. */
function addProduct(x, y) {
  const xLow = mixed[x], yLow = mixed[y];
  const productLow = Math.imul(xLow, yLow);
  const productHigh = multiplyHigh(xLow, yLow);
  const low = xLow + yLow + ((productLow << 1) >>> 0);
  mixed[x] = low;
  // `low` has at most 34 bits; what is above the 32nd is carried.
  mixed[x + 1] = mixed[x + 1] + mixed[y + 1] + ((productHigh << 1) | (productLow >>> 31)) + Math.floor(low / 2 ** 32);
}

/** x = (x XOR y) rotated right by 16, 24, 32 or 63 bits. */
function xorRotate(x, y, bits) {
  const low = mixed[x] ^ mixed[y];
  const high = mixed[x + 1] ^ mixed[y + 1];
  if (bits === 32) {
    mixed[x] = high;
    mixed[x + 1] = low;
  } else if (bits === 63) {
    mixed[x] = (low << 1) | (high >>> 31);
    mixed[x + 1] = (high << 1) | (low >>> 31);
  } else {
    mixed[x] = (low >>> bits) | (high << (32 - bits));
    mixed[x + 1] = (high >>> bits) | (low << (32 - bits));
  }
}

/** The upper 32 bits of the product of two 32-bit numbers. */
function multiplyHigh(x, y) {
  const x0 = x & 0xffff, x1 = x >>> 16;
  const y0 = y & 0xffff, y1 = y >>> 16;
  const cross0 = Math.imul(x0, y1), cross1 = Math.imul(x1, y0);
  const middle = (Math.imul(x0, y0) >>> 16) + (cross0 & 0xffff) + (cross1 & 0xffff);
  return (Math.imul(x1, y1) + (cross0 >>> 16) + (cross1 >>> 16) + (middle >>> 16)) >>> 0;
}

/** The hash H' of RFC 9106, section 3.3: BLAKE2b drawn out to any length. */
function longHash(input, length) {
  const first = concat(words(length), input);
  if (length <= 64) return blake2b(first, length);
  const result = new Uint8Array(length);
  let hash = blake2b(first, 64);
  let position = 0;
  // Half of every hash is given out, the last one whole.
  for (; length - position > 64; position += 32) {
    result.set(hash.subarray(0, 32), position);
    const left = length - position - 32;
    hash = blake2b(hash, Math.min(left, 64));
  }
  result.set(hash, position);
  return result;
}

// BLAKE2b -----------------------------------------------------------------------------------------

// Low and high halves of the initial values (those of SHA-512).
const INITIAL = Uint32Array.of(
  0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a,
  0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19,
);

// Which words of the message each round takes; rounds 10 and 11 repeat the first two.
const SCHEDULE = [
  [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
  [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
  [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
  [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
  [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
  [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
  [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
  [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
  [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

// The four columns of the state, then its four diagonals.
const MIXES = [
  [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
  [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
];

/** BLAKE2b without a key, with a digest of 1 to 64 bytes. */
export function blake2b(input, length) {
  const state = INITIAL.slice();
  state[0] ^= 0x01010000 ^ length;
  const block = new Uint8Array(128);
  let position = 0;
  do {
    const end = Math.min(position + 128, input.length);
    block.fill(0);
    block.set(input.subarray(position, end));
    position = end;
    blake2bBlock(state, toWords(block), position, position === input.length);
  } while (position < input.length);
  return toBytes(state).slice(0, length);
}

function blake2bBlock(state, message, byteCount, isLast) {
  const v = new Uint32Array(32);
  v.set(state);
  v.set(INITIAL, 16);
  v[24] ^= byteCount; // inputs here are far below 4 GiB
  if (isLast) {
    v[28] = ~v[28];
    v[29] = ~v[29];
  }
  for (let round = 0; round < 12; round++) {
    const order = SCHEDULE[round % 10];
    MIXES.forEach(([a, b, c, d], index) => {
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, message[2 * order[2 * index]], message[2 * order[2 * index] + 1]);
      turn(v, d, a, 32);
      add(v, c, v[2 * d], v[2 * d + 1]);
      turn(v, b, c, 24);
      add(v, a, v[2 * b], v[2 * b + 1]);
      add(v, a, message[2 * order[2 * index + 1]], message[2 * order[2 * index + 1] + 1]);
      turn(v, d, a, 16);
      add(v, c, v[2 * d], v[2 * d + 1]);
      turn(v, b, c, 63);
    });
  }
  for (let i = 0; i < 16; i++) state[i] ^= v[i] ^ v[i + 16];
}

function add(v, x, low, high) {
  const sum = v[2 * x] + low;
  v[2 * x] = sum;
  v[2 * x + 1] += high + (sum >= 2 ** 32 ? 1 : 0);
}

/** v[x] = (v[x] XOR v[y]) rotated right. */
function turn(v, x, y, bits) {
  let low = v[2 * x] ^ v[2 * y];
  let high = v[2 * x + 1] ^ v[2 * y + 1];
  if (bits >= 32) [low, high] = [high, low];
  const rest = bits & 31;
  v[2 * x] = rest === 0 ? low : (low >>> rest) | (high << (32 - rest));
  v[2 * x + 1] = rest === 0 ? high : (high >>> rest) | (low << (32 - rest));
}

// Bytes and words, little-endian on every machine -------------------------------------------------

function words(...values) {
  return toBytes(Uint32Array.from(values));
}

function toBytes(source) {
  const bytes = new Uint8Array(source.length * 4);
  const view = new DataView(bytes.buffer);
  source.forEach((word, index) => view.setUint32(4 * index, word, true));
  return bytes;
}

function toWords(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index, true));
}

function concat(...parts) {
  const result = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}
