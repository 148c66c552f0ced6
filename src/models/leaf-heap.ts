/** Leaves that wait to be cut, the most gainful first; of equally gainful ones the one that waits longest. */
export interface Heap<Item> {
  push(item: Item): void
  pop(): Item | undefined
  /** All that wait, in no order. */
  items(): readonly Item[]
}

interface Entry<Item> {
  readonly item: Item
  readonly gain: number
  readonly turn: number
}

export function createHeap<Item>(gainOf: (item: Item) => number): Heap<Item> {
  const heap: Entry<Item>[] = []
  let turns = 0
  const before = (a: Entry<Item>, b: Entry<Item>) => a.gain > b.gain || (a.gain === b.gain && a.turn < b.turn)
  const swapUp = (from: number): void => {
    const entry = heap[from]!
    let at = from
    for (; at > 0 && before(entry, heap[(at - 1) >> 1]!); at = (at - 1) >> 1) heap[at] = heap[(at - 1) >> 1]!
    heap[at] = entry
  }
  const sink = (entry: Entry<Item>): void => {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, entry)) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = entry
  }
  return {
    push(item) {
      heap.push({ item, gain: gainOf(item), turn: turns++ })
      swapUp(heap.length - 1)
    },
    pop() {
      const first = heap[0]
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sink(last)
      return first?.item
    },
    items: () => heap.map(({ item }) => item),
  }
}
