/** A numpy dtype as a pickle spells it. */
export interface Dtype {
  /** Kind: b bool, i int, u unsigned, f float, c complex, S bytes, U text, V struct or raw, O object, M m times. */
  readonly kind: 'b' | 'i' | 'u' | 'f' | 'c' | 'S' | 'U' | 'V' | 'O' | 'M' | 'm'
  /** Bytes of one item. */
  readonly itemsize: number
  readonly bigEndian: boolean
  /** Of a struct: where its fields lie. Never by position: packed and aligned layouts both occur. */
  readonly fields?: readonly { readonly name: string; readonly dtype: Dtype; readonly offset: number }[]
}
