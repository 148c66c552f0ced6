/**
 * The one owner of kernel memory. A kernel is built without a runtime, a heap or static data: TypeScript lays out one
 * arena, passes byte offsets, and the kernel reads and writes there. An arena never grows, so its views stay valid, and
 * it goes with its last user: nothing has to be freed.
 */
import { readFileSync } from 'node:fs'

// What is used of the global: the type declarations of Node leave it to those of the browser.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number })
    readonly buffer: ArrayBuffer
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } })
    readonly exports: Readonly<Record<string, unknown>>
  }
}

export interface Arena<Name extends string> {
  /** Byte offset of each region. */
  readonly at: Readonly<Record<Name, number>>
  /** Little-endian, like everything in WebAssembly. Views start at offset 0: index = byte offset / element size. */
  readonly u8: Uint8Array<ArrayBuffer>
  readonly i32: Int32Array<ArrayBuffer>
  readonly u32: Uint32Array<ArrayBuffer>
  readonly f64: Float64Array<ArrayBuffer>
  /** The exports of `src/kernels/<kernel>.wasm`, working in this arena. */
  link<Exports>(kernel: string): Exports
}

const PAGE = 65_536
/** A cache line: a region never shares one with its neighbour, and no region begins at 0, so 0 can mean none. */
const LINE = 64

/** Lays out the regions, given their sizes in bytes, in the order given. All bytes are 0.
 * @throws RangeError above 4 GiB, what 32-bit offsets reach. */
export function createArena<Name extends string>(sizes: Readonly<Record<Name, number>>): Arena<Name> {
  const at = {} as Record<Name, number>
  let end = LINE
  for (const name of Object.keys(sizes) as Name[]) {
    at[name] = end
    end += Math.ceil(sizes[name] / LINE) * LINE
  }
  const pages = Math.ceil(end / PAGE)
  if (pages > PAGE) throw new RangeError(`an arena of ${end} bytes was asked for, expected at most 4 GiB`)
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const { buffer } = memory
  return {
    at,
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    u32: new Uint32Array(buffer),
    f64: new Float64Array(buffer),
    link: <Exports>(kernel: string) =>
      new WebAssembly.Instance(moduleOf(kernel), { env: { memory } }).exports as unknown as Exports,
  }
}

/** Rows of a tile: the largest power of two whose rows fit the bytes, but not beyond the bounds, powers of two too. */
export function tileRowsFor(bytes: number, rowBytes: number, smallest: number, largest: number): number {
  return Math.min(largest, Math.max(smallest, 2 ** Math.floor(Math.log2(bytes / rowBytes))))
}

const modules = new Map<string, WebAssembly.Module>()

/** Compiled at the first use, once a process: starting the program pays for no kernel. */
function moduleOf(kernel: string): WebAssembly.Module {
  let module = modules.get(kernel)
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`./${kernel}.wasm`, import.meta.url)))
    modules.set(kernel, module)
  }
  return module
}
