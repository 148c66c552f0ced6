/**
 * Random numbers that depend on a seed and on nothing else: no clock, no global state, the same on every machine.
 *
 * The generator is Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011):
 * a keyed bijection of a 128-bit counter. Because a number is a pure function of (key, counter), the same few lines
 * give a stream, independent streams for forks, and a number for row 7,000,000 without drawing the rows before it.
 *
 * Counter words 0 and 1 count; word 3 names the use, so that the three uses can never meet.
 */

export interface Random {
  /** A number in [0, 1) with 53 random bits. */
  next(): number
  /** An integer in [0, n), each equally likely. n: 1 … 2^53 − 1. */
  integer(n: number): number
  /** A draw from the standard normal distribution. */
  normal(): number
  /** k different integers of [0, n) in random order; time and memory O(k), however large n is. n ≤ 2^31 − 1. */
  sample(n: number, k: number): Int32Array
  /** Puts the values into random order, in place. */
  shuffle(values: Int32Array): void
  /** An independent stream. It depends on this stream's seed and the key, not on how many numbers were drawn. */
  fork(key: number): Random
}

const STREAM = 0
const FORK = 1
const ROW = 2

const TWO_32 = 2 ** 32

/** A stream for a seed: any safe integer. */
export function createRandom(seed: number): Random {
  const [low, high] = words(seed, 'seed')
  return stream(low, high)
}

/** A number in [0, 1) for a row of a table: a pure function of the seed and the row number, for splits that must not
 * depend on the order, the block or the thread in which rows are seen. */
export function uniformAt(seed: number, row: number): number {
  const [low, high] = words(seed, 'seed')
  const [rowLow, rowHigh] = words(row, 'row')
  philox(rowLow, rowHigh, 0, ROW, low, high, scratch)
  return fraction(scratch[0]!, scratch[1]!)
}

const scratch = new Int32Array(4)

function stream(keyLow: number, keyHigh: number): Random {
  const block = new Int32Array(4)
  let used = 4
  let countLow = 0
  let countHigh = 0

  const word = (): number => {
    if (used === 4) {
      philox(countLow, countHigh, 0, STREAM, keyLow, keyHigh, block)
      countLow = (countLow + 1) | 0
      if (countLow === 0) countHigh = (countHigh + 1) | 0
      used = 0
    }
    return block[used++]! >>> 0
  }
  const next = (): number => fraction(word(), word())

  /** Multiply and reject (Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019). */
  const integer32 = (n: number): number => {
    let x = word()
    let low = Math.imul(x, n) >>> 0
    if (low < n) {
      const bias = (TWO_32 - n) % n
      while (low < bias) {
        x = word()
        low = Math.imul(x, n) >>> 0
      }
    }
    return multiplyHigh(x, n | 0) >>> 0
  }
  const integer = (n: number): number => {
    if (!Number.isSafeInteger(n) || n < 1) throw new RangeError(`integer(n): n is ${n}, expected 1 … 2^53 − 1`)
    if (n < TWO_32) return integer32(n)
    const limit = 2 ** 53 - (2 ** 53 % n)
    let x = next() * 2 ** 53
    while (x >= limit) x = next() * 2 ** 53
    return x % n
  }

  return {
    next,
    integer,
    normal() {
      // The polar method (Marsaglia, Bray 1964): no sine or cosine, whose last bit differs between platforms.
      for (;;) {
        const u = 2 * next() - 1
        const v = 2 * next() - 1
        const s = u * u + v * v
        if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s)
      }
    },
    sample(n, k) {
      if (!(Number.isInteger(n) && Number.isInteger(k) && k >= 0 && k <= n && n < 2 ** 31))
        throw new RangeError(`sample(n, k): got n = ${n}, k = ${k}, expected integers 0 ≤ k ≤ n < 2^31`)
      return n <= 4 * k ? shuffledHead(n, k, integer32) : drawnUntilNew(n, k, integer32)
    },
    shuffle(values) {
      for (let i = values.length - 1; i > 0; i--) {
        const j = integer32(i + 1)
        const held = values[i]!
        values[i] = values[j]!
        values[j] = held
      }
    },
    fork(key) {
      const [low, high] = words(key, 'key')
      const child = new Int32Array(4)
      philox(low, high, 0, FORK, keyLow, keyHigh, child)
      return stream(child[0]!, child[1]!)
    },
  }
}

/** The first k places of a Fisher–Yates shuffle: when k is a large share of n. */
function shuffledHead(n: number, k: number, integer: (n: number) => number): Int32Array {
  const all = new Int32Array(n)
  for (let i = 0; i < n; i++) all[i] = i
  for (let i = 0; i < k; i++) {
    const j = i + integer(n - i)
    const held = all[i]!
    all[i] = all[j]!
    all[j] = held
  }
  return all.slice(0, k)
}

/** Draws again when a number was seen: k is under n/4, so fewer than 4/3 draws a number are expected. */
function drawnUntilNew(n: number, k: number, integer: (n: number) => number): Int32Array {
  const out = new Int32Array(k)
  const slots = 1 << (33 - Math.clz32(k))
  const seen = new Int32Array(slots)
  for (let i = 0; i < k; ) {
    const drawn = integer(n)
    let slot = Math.imul(drawn, 0x9e3779b1) >>> Math.clz32(slots - 1)
    while (seen[slot] !== 0 && seen[slot] !== drawn + 1) slot = (slot + 1) & (slots - 1)
    if (seen[slot] !== 0) continue
    seen[slot] = drawn + 1
    out[i++] = drawn
  }
  return out
}

function fraction(a: number, b: number): number {
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53
}

/** Two's complement, low and high 32 bits. */
function words(value: number, name: string): [low: number, high: number] {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${name} is ${value}, expected an integer below 2^53`)
  return [value | 0, Math.floor(value / TWO_32) | 0]
}

/** Ten rounds over the counter (c0 … c3) with the key (k0, k1). Exported for the published test vectors. */
export function philox(c0: number, c1: number, c2: number, c3: number, k0: number, k1: number, out: Int32Array): void {
  for (let round = 0; round < 10; round++) {
    const high0 = multiplyHigh(c0, 0xd2511f53 | 0)
    const low0 = Math.imul(c0, 0xd2511f53)
    const high1 = multiplyHigh(c2, 0xcd9e8d57 | 0)
    const low1 = Math.imul(c2, 0xcd9e8d57)
    c0 = high1 ^ c1 ^ k0
    c1 = low1
    c2 = high0 ^ c3 ^ k1
    c3 = low0
    k0 = (k0 + 0x9e3779b9) | 0
    k1 = (k1 + 0xbb67ae85) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** The high 32 bits of the unsigned 64-bit product, from 16-bit halves: a double holds only 53 bits. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0
  const cross = ((middle & 0xffff) + Math.imul(aLow, bHigh)) >>> 0
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (cross >>> 16)) | 0
}
