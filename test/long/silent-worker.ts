/** Helps to score as a broken thread would: takes one part and then does what its model's name says. */
import { workerData } from 'node:worker_threads'
import { help } from '../../src/verbs/scoring-board.ts'
import type { Lane } from '../../src/verbs/scoring-worker.ts'

const { board, model } = workerData as Lane & { model: { how: 'hang' | 'throw' | 'exit' } }

help(board, () => {
  if (model.how === 'throw') throw new Error('on purpose')
  if (model.how === 'exit') process.exit(1)
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
})
