import { deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32Msb, crc64, xxh32 } from '../../../src/importers/containers/checksum.ts'
import { type UnwrapLimits, unwrap } from '../../../src/importers/containers/index.ts'
import { Refusal } from '../../../src/importers/refusal.ts'
import { refusalOf } from '../refusal.ts'
import { CONTENTS, DELTA, PACKED } from './packed.ts'

const bytesOf = (base64: string) => Buffer.from(base64, 'base64')
const named = PACKED.map(packed => [`${packed.container} of ${packed.content}, ${packed.by}`, packed] as const)

const refusal = (bytes: Uint8Array, limits?: Partial<UnwrapLimits>) => refusalOf(() => unwrap(bytes, limits))

describe('what other programs compressed', () => {
  it.each(named)('%s', (_, { content, container, base64 }) => {
    const found = unwrap(bytesOf(base64))
    expect(Buffer.from(found.bytes).equals(CONTENTS[content])).toBe(true)
    expect(found.containers).toEqual([container])
  })

  it.each(['0x22               ', '0x22L              ', '0x22                '])('joblib 0.9: ZF%s', length => {
    const found = unwrap(Buffer.concat([Buffer.from(`ZF${length}`), deflateSync(CONTENTS.short)]))
    expect(Buffer.from(found.bytes).equals(CONTENTS.short)).toBe(true)
    expect(found.containers).toEqual(['joblib 0.9 (zlib)'])
  })

  it('bytes without a magic are left as they are', () => {
    for (const text of ['\x80\x04N.', 'BZ', 'BZx9', ']N.', '', '\x1f', 'PK\x03\x04']) {
      const bytes = Buffer.from(text, 'latin1')
      expect(unwrap(bytes)).toEqual({ bytes, containers: [] })
    }
  })
})

describe('what is refused', () => {
  it.each(named)('%s: cut off anywhere, or with bytes behind', (_, { container, base64 }) => {
    const bytes = bytesOf(base64)
    // A gzip file ends after any of its members, so a cut right between two leaves a sound file.
    const seams = container === 'gzip' || container === 'bzip2' ? 1 : 0
    let sound = 0
    for (let end = 6; end < bytes.length; end += 1 + Math.floor(bytes.length / 100)) {
      try {
        unwrap(bytes.subarray(0, end))
        sound++
      } catch (error) {
        expect(error).toBeInstanceOf(Refusal)
      }
    }
    expect(sound).toBeLessThanOrEqual(seams)
    expect(refusal(Buffer.concat([bytes, Buffer.of(0)])).kind).toBe('damaged')
    expect(refusal(Buffer.concat([bytes, Buffer.from('N.')])).kind).toBe('damaged')
  })

  it.each(named)('%s: a flipped bit never gives other bytes', (_, { content, container, by, base64 }) => {
    const bytes = bytesOf(base64)
    // These two carry no checksum of the content: damage may show only in what comes out.
    const unchecked = container === 'lzma' || by.endsWith('CHECK_NONE') || by.endsWith('no-frame-crc')
    const step = Math.max(1, Math.floor(bytes.length / (content === 'long' ? 15 : 60)))
    for (let at = 0; at < bytes.length; at += step) {
      for (const bit of [0, 4, 7]) {
        const flipped = bytes.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte))
        try {
          const found = unwrap(flipped)
          const same = found.containers.length === 0 || Buffer.from(found.bytes).equals(CONTENTS[content])
          expect(same || unchecked, `bit ${bit} of byte ${at}`).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal)
        }
      }
    }
  })

  it('random bytes behind each magic', () => {
    const magics = PACKED.map(({ base64 }) => bytesOf(base64).subarray(0, 16))
    const bytes = fc
      .tuple(fc.constantFrom(...magics), fc.nat(16), fc.uint8Array({ maxLength: 200 }))
      .map(([magic, keep, rest]) => Buffer.concat([magic.subarray(0, keep), rest]))
    fc.assert(
      fc.property(bytes, of => {
        const start = performance.now()
        try {
          unwrap(of)
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
        }
        expect(performance.now() - start).toBeLessThan(1000)
      }),
      { numRuns: 5000 },
    )
  })

  it('compression within compression', () => {
    const twice = refusal(deflateSync(gzipSync('x')))
    expect(twice).toMatchObject({ kind: 'unsupported', message: 'It is compressed twice: gzip within zlib' })
  })

  it('another filter than LZMA2', () => {
    expect(refusal(bytesOf(DELTA)).message).toContain('another filter than LZMA2')
  })

  it('a length of joblib 0.9 that is not what comes out', () => {
    expect(
      refusal(Buffer.concat([Buffer.from('ZF0x21               '), deflateSync(CONTENTS.short)])).message,
    ).toContain('34 bytes instead of 0x21')
    expect(refusal(Buffer.from('ZF0xzz               ')).message).toContain('its length')
  })
})

describe('what grows too large', () => {
  const long = ['zlib', 'gzip', 'bzip2', 'xz', 'lzma', 'lz4'].map(
    wanted => PACKED.find(({ content, container }) => content === 'long' && container === wanted)!,
  )

  it.each(long.map(packed => [packed.container, packed] as const))('%s: beyond the most', (_, { base64 }) => {
    const bytes = bytesOf(base64)
    const size = CONTENTS.long.length
    expect(refusal(bytes, { bytes: size - 1 }).message).toBe(
      `It unpacks to more than ${size - 1} bytes, which no model of its size does`,
    )
    expect(unwrap(bytes, { bytes: size }).bytes.length).toBe(size)
  })

  it.each(long.map(packed => [packed.container, packed] as const))(
    '%s: beyond the ratio, once it is large',
    (_, { base64 }) => {
      const bytes = bytesOf(base64)
      const size = CONTENTS.long.length
      expect(refusal(bytes, { ratio: 2, free: 1000 }).message).toMatch(/^It unpacks to more than/)
      expect(unwrap(bytes, { ratio: 2, free: size }).bytes.length).toBe(size)
      expect(unwrap(bytes, { ratio: size / bytes.length, free: 1000 }).bytes.length).toBe(size)
    },
  )

  it('of lzma: the same sentence well beyond the most', () => {
    const { base64 } = long.find(({ container }) => container === 'lzma')!
    expect(refusal(bytesOf(base64), { bytes: 1000 }).message).toMatch(/^It unpacks to more than 1000 bytes/)
  })

  it('a bomb of 100 MB of zeros in 97 kB', () => {
    expect(refusal(deflateSync(Buffer.alloc(1e8))).message).toBe(
      'It unpacks to more than 67108864 bytes, which no model of its size does',
    )
  })
})

describe('checksums of "123456789", from the catalogue of parametrised CRC algorithms (Cook) and the xxHash program', () => {
  const digits = Buffer.from('123456789')

  it('CRC-64/XZ', () => expect(crc64(digits)).toEqual([0xdf1939fa, 0x995dc9bb]))
  it('CRC-32/BZIP2', () => expect(crc32Msb(digits)).toBe(0xfc891918))
  it('xxh32', () => {
    expect(xxh32(Buffer.alloc(0))).toBe(0x02cc5d05)
    expect(xxh32(digits)).toBe(0x937bad67)
  })
})
