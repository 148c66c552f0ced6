import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../src/importers/refusal.ts'
import { openZip } from '../../src/importers/zip.ts'
import { type ZipPart, zipOf } from './zip-bytes.ts'

const text = (content: string) => Buffer.from(content)
const part = (name: string, content = name): ZipPart => ({ name, bytes: text(content) })

describe('a zip archive', () => {
  it('gives what its files hold, stored and deflated, by their names', () => {
    const zip = openZip(
      zipOf([part('a/data.pkl', 'x'), { ...part('b', 'y'.repeat(1000)), deflate: true }, part('__proto__')]),
    )
    expect(zip.names).toEqual(['a/data.pkl', 'b', '__proto__'])
    expect(Buffer.from(zip.read('b') as Uint8Array).toString()).toBe('y'.repeat(1000))
    expect(Buffer.from(zip.read('__proto__') as Uint8Array).toString()).toBe('__proto__')
    expect(zip.read('constructor')).toBeUndefined()
    expect(openZip(zipOf([])).names).toEqual([])
    expect(openZip(zipOf([part('a')], 'made by hand')).names).toEqual(['a'])
  })

  it('with the zip64 records that PyTorch writes is read, with others refused', () => {
    const bytes = readFileSync('test/golden/torch/relu.pth')
    expect(openZip(bytes).names).toContain('relu/data.pkl')
    const contrary = Buffer.from(bytes)
    contrary[bytes.indexOf('PK\x06\x06', 0, 'latin1') + 32]! += 1
    expect(() => openZip(contrary)).toThrow('its directory is not where it says')
  })

  it.each<[string, Buffer, RegExp]>([
    ['two files of one name', zipOf([part('a'), part('a')]), /two files are called "a"/],
    ['an encrypted file', zipOf([{ ...part('a'), flags: 1 }]), /"a" in the zip archive is encrypted/],
    ['another name where the file lies', zipOf([{ ...part('a'), localName: 'b' }]), /called or packed otherwise/],
    ['a wrong checksum', zipOf([{ ...part('a'), says: { sum: 1 } }]), /the bytes of "a" are others/],
    ['two lengths', zipOf([{ ...part('a'), says: { size: 9 } }]), /two lengths/],
    ['a file that reaches into the directory', zipOf([{ ...part('a'), says: { packed: 99, size: 99 } }]), /cut off/],
    [
      'files that overlap',
      zipOf([part('a'), { ...part('a2', 'a2'), name: 'a', says: { header: 0 } }]),
      /two files|overlap/,
    ],
    [
      'a deflated file of another length',
      zipOf([{ ...part('a', 'aaaa'), deflate: true, says: { size: 3 } }]),
      /unpack/,
    ],
    ['nothing', Buffer.alloc(0), /ends early/],
    ['bytes behind it', Buffer.concat([zipOf([part('a')]), text('more')]), /ends early/],
    ['bytes within it', zipOf([part('a')]).fill(0, 0, 4), /not where the directory says/],
  ])('is refused with %s', (_, bytes, message) => {
    const read = () => {
      const zip = openZip(bytes)
      return zip.names.map(zip.read)
    }
    expect(read).toThrow(Refusal)
    expect(read).toThrow(message)
  })

  it('is refused where its files overlap under different names', () => {
    const [a, b] = [part('aa', 'x'.repeat(60)), part('bb', 'y')]
    const inner = zipOf([b]).subarray(0, 33)
    const bytes = zipOf([
      { ...a, bytes: Buffer.concat([inner, text('x'.repeat(27))]) },
      { ...b, says: { header: 32 } },
    ])
    expect(() => openZip(bytes)).toThrow('"aa" and "bb" overlap')
  })

  it('is refused where it grows beyond a model before anything is unpacked', () => {
    const bomb = zipOf([{ name: 'a', bytes: new Uint8Array(2 ** 20), deflate: true }])
    expect(() => openZip(bomb, { free: 2 ** 16 })).toThrow('it unpacks to more than a model does')
    expect(() => openZip(bomb, { bytes: 2 ** 19 })).toThrow('it unpacks to more than a model does')
    expect(() => openZip(zipOf([part('a'), part('b')]), { files: 1 })).toThrow('at most 1 are read')
  })

  it('whose bytes are changed anywhere is read or refused, and nothing else', () => {
    const sound = zipOf([part('a/data.pkl', 'x'.repeat(50)), { ...part('b', 'y'.repeat(200)), deflate: true }], 'end')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        fc.nat(sound.length),
        (changes, length) => {
          const bytes = Buffer.from(sound)
          for (const [at, value] of changes) bytes[at] = value
          for (const damaged of [bytes, bytes.subarray(0, length)]) {
            try {
              const zip = openZip(damaged)
              for (const name of zip.names) zip.read(name)
            } catch (error) {
              expect(error).toBeInstanceOf(Refusal)
            }
          }
        },
      ),
      { numRuns: 3000 },
    )
  })
})
