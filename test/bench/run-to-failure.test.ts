import { expect, it } from 'vitest'
import { judge, judgeAt, median, type Watched } from '../../bench/run-to-failure.ts'

/** Two machines of ten rows; an alarm is two rows in a row; the first 40 % are early, the last two rows late. */
const watched: Watched = {
  machine: Int32Array.from({ length: 20 }, (_, i) => Math.floor(i / 10)),
  hold: { count: 2, of: 2 },
  early: 0.4,
  late: 2,
}
const risk = Float64Array.from([
  ...[1, 5, 5, 1, 1, 1, 7, 7, 7, 9], // a false alarm at 5; in alarm to the end from the second 7 on
  ...[1, 1, 1, 1, 6, 6, 1, 1, 1, 9], // in alarm in the middle only
])

it('counts false alarms early, alarms late, and the rows from the last beginning to the end', () => {
  expect(judge(risk, 4, watched)).toEqual({ cut: 4, falseAlarms: 1, caught: 1, machines: 2, medianLead: 1.5 })
  expect(judge(risk, 5, watched)).toEqual({ cut: 5, falseAlarms: 0, caught: 1, machines: 2, medianLead: 1.5 })
  expect(judge(risk, 8, watched)).toEqual({ cut: 8, falseAlarms: 0, caught: 0, machines: 2, medianLead: 0 })
})

it('takes the lowest cut that keeps to the false alarms allowed', () => {
  expect(judgeAt(0, risk, watched)).toMatchObject({ cut: 5, falseAlarms: 0 })
  expect(judgeAt(1, risk, watched)).toMatchObject({ cut: 1, falseAlarms: 1 })
})

it('takes the middle of two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
