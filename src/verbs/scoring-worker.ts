/** One thread that helps to score: packs the model, then takes its parts of each block for as long as it lives. */
import { workerData } from 'node:worker_threads'
import type { State } from '../math/state.ts'
import type { Step } from '../recipe/schema.ts'
import { scorerOf } from './ensemble.ts'
import { type Board, columnOf, help } from './scoring-board.ts'

export interface Lane {
  readonly board: Board
  readonly columns: number
  readonly model: Step
  readonly state: State
}

const { board, columns, model, state } = workerData as Lane
const scorer = scorerOf(model, state)
const all = Array.from({ length: columns }, (_, c) => columnOf(board, c))

help(board, ({ from, rows }) => {
  const block = { rows, columns: all.map(column => column.subarray(from, from + rows)) }
  scorer.score(block, board.risk.subarray(from, from + rows))
})
