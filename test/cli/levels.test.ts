/** Levels, limits, faults, windows and columns that must not be shown. */
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type Folder } from './program.ts'
import { plantRecipe, plantTable } from './tables.ts'

let folder: Folder
const AT = ['--scored-at', '2026-03-01T00:00:00Z']

beforeAll(() => {
  folder = createFolder()
  folder.write('train.csv', plantTable({ rows: 600 }))
})
afterAll(() => folder.remove())

async function fitted(name: string, recipe: string): Promise<void> {
  folder.write(`${name}.yaml`, recipe)
  await folder.must(['fit', `${name}.yaml`, '--no-report', '-o', `${name}.tocsin`])
}

async function scored(model: string, table: string, ...more: string[]) {
  folder.write('given.csv', table)
  await folder.must(['score', `${model}.tocsin`, 'given.csv', '--output', 'out', ...AT, ...more])
  return folder.csv('out.csv')
}

describe('the level of a row', () => {
  const far = { temp: '60', pressure: '9', flow: '10' }
  const cases: Record<number, Record<string, string>> = {
    1: { temp: '41' },
    2: { flow: '-1' },
    3: far,
    4: { temp: '-999' },
    5: { temp: '-999', flow: '-1' },
    6: { pressure: '' },
    7: { ...far, flow: '-1' },
    8: { pressure: '', flow: '-1' },
  }
  let rows: Record<string, string>[]

  beforeAll(async () => {
    const sensors =
      'sensors:\n  temp: {unit: °C, fault: [-999], limits: [0, 40]}\n  flow: {unit: l/min, limits: [0, 300], level: CRITICAL}\n'
    await fitted('levels', plantRecipe(`${sensors}levels:\n  WARNING: {quantile: 99.5%}\n  CRITICAL: {risk: 0.99}\n`))
    rows = await scored(
      'levels',
      plantTable({ rows: 12, seed: 21, edit: (cells, row) => Object.assign(cells, cases[row]) }),
    )
  })
  const level = (row: number) => rows[row]?.alarm_level

  test('is raised by a limit to the level of the limit, whatever the model says', () => {
    expect([level(1), level(2)]).toEqual(['WARNING', 'CRITICAL'])
    expect(rows[1]?.alarm_reason).toContain('temp 41 above limit 40 °C')
    expect(rows[2]?.alarm_reason).toContain('flow -1 below limit 0 l/min')
  })

  test('is_anomaly is the model alone', () => {
    for (const row of rows)
      expect(row.is_anomaly).toBe(
        row.anomaly_score === '' ? '' : Number(row.anomaly_score) > Number(row.threshold_used) ? '1' : '0',
      )
    expect(rows[3]?.is_anomaly).toBe('1')
    expect(rows[3]?.alarm_level).toBe('WARNING')
  })

  test('is raised by a fault, and higher by a limit beside it', () => {
    expect([level(4), level(5)]).toEqual(['WARNING', 'CRITICAL'])
    expect(rows[5]?.alarm_reason).toBe(
      'not scored (sensor fault): temp -999 is a fault code; flow -1 below limit 0 l/min',
    )
  })

  test('without a score is NOT_SCORED, unless a limit raises it', () => {
    expect([level(6), level(8)]).toEqual(['NOT_SCORED', 'CRITICAL'])
    expect(rows[6]?.alarm_reason).toBe('not scored (missing value): pressure missing')
  })

  test('is the highest of all that raise it', () => expect(level(7)).toBe('CRITICAL'))

  test('is counted in the metadata', () => {
    const counts: Record<string, number> = {}
    for (const row of rows) counts[row.alarm_level as string] = (counts[row.alarm_level as string] ?? 0) + 1
    expect(folder.json('out_metadata.json').scoring_results.levels).toEqual({
      CRITICAL: 0,
      WARNING: 0,
      OK: 0,
      NOT_SCORED: 0,
      ...counts,
    })
  })

  test('follows --threshold, and a severer level never starts below a milder', async () => {
    const lower = await scored('levels', plantTable({ rows: 12, seed: 21 }), '--threshold', '0.01')
    expect(lower.every(r => r.is_anomaly === '1' && r.alarm_level === 'WARNING')).toBe(true)
    const higher = await scored('levels', plantTable({ rows: 12, seed: 21 }), '--threshold', '0.995')
    expect(higher.every(r => r.is_anomaly === '0' && r.alarm_level === 'OK')).toBe(true)
  })
})

test('an input without a sensor that is no feature is scored, with a warning', async () => {
  await fitted('spare', plantRecipe('sensors:\n  flow: {limits: [0, 300]}\n').replace(', flow]', ']'))
  folder.write(
    'noflow.csv',
    plantTable({ rows: 5 })
      .split('\n')
      .map(l =>
        l
          .split(',')
          .filter((_, i) => i !== 4)
          .join(','),
      )
      .join('\n'),
  )
  const { stderr } = await folder.must(['score', 'spare.tocsin', 'noflow.csv', '--output', 'spare'])
  expect(stderr).toBe('WARNING: the input has no column flow: its limits and fault codes cannot be checked\n')
})

test('the reasons of an alarm are as many as the recipe says, the farthest first', async () => {
  await fitted('two', plantRecipe('levels:\n  W: {risk: 0.5}\noutput: {reasons: 2}\n'))
  // Beyond the training range by about 0.1, 80 and 1 of its width.
  const far = plantTable({
    rows: 3,
    edit: (cells, row) => (row === 1 ? Object.assign(cells, { temp: '28', pressure: '300', flow: '220' }) : 0),
  })
  const rows = await scored('two', far)
  const reason = rows[1]?.alarm_reason as string
  expect(reason.match(/(\w+) \S+ beyond/g)).toEqual(['pressure 300 beyond', 'flow 220 beyond'])
  await fitted('none', plantRecipe('levels:\n  W: {risk: 0.5}\noutput: {reasons: 0}\n'))
  expect((await scored('none', far))[1]?.alarm_reason).toMatch(/^risk 0\.\d+ above 0\.5 \(W\)$/)
})

describe('hold', () => {
  test('3 of 5 raises the level of a lasting alarm; is_anomaly stays a matter of the row', async () => {
    await fitted('hold', plantRecipe('levels:\n  ALARM: {quantile: 99.5%, hold: 3 of 5}\n'))
    const far = { temp: '60', pressure: '9', flow: '10' }
    // Of unit U0 (every third row) readings 2, 6, 7, 8 and 9 are far off; a single one of U1.
    const bad = new Set([6, 18, 21, 24, 27, 4])
    const rows = await scored(
      'hold',
      plantTable({ rows: 60, seed: 21, edit: (cells, row) => (bad.has(row) ? Object.assign(cells, far) : 0) }),
    )
    for (const [i, row] of rows.entries())
      expect(row.is_anomaly === '1', `row ${i}`).toBe(Number(row.anomaly_score) > Number(row.threshold_used))
    const above = rows.map((r, i) => (r.is_anomaly === '1' ? i : -1)).filter(i => i >= 0)
    expect(above).toEqual(expect.arrayContaining([...bad]))
    rows.forEach((row, i) => {
      const own = rows.filter((r, k) => r.unit_id === row.unit_id && k <= i).slice(-5)
      const lasting = own.filter(r => r.is_anomaly === '1').length >= 3
      expect(row.alarm_level, `row ${i}`).toBe(lasting ? 'ALARM' : 'OK')
      if (lasting) expect(row.alarm_reason).not.toBe('')
      if (lasting && row.is_anomaly === '0')
        expect(row.alarm_reason).toMatch(/^held: 3 of the last 5 rows above 0\.\d+ \(ALARM\)$/)
    })
    expect(rows.some((r, i) => r.alarm_level === 'ALARM' && r.is_anomaly === '0' && i > 27)).toBe(true)
  })
})

describe('window features', () => {
  beforeAll(() =>
    fitted(
      'rise',
      plantRecipe().replace(
        'features: [temp, pressure, flow]',
        'features:\n  temp: temp\n  rise: temp - lag(temp) over group',
      ),
    ),
  )

  test('look back in time inside a group, and the rows keep their order', async () => {
    const straight = plantTable({ rows: 90, seed: 8 })
    const rows = await scored('rise', straight)
    // The first reading of each unit has none before it.
    expect(
      rows
        .map((r, i) => [i, r.alarm_reason ?? ''])
        .filter(([, r]) => String(r).startsWith('not scored'))
        .map(([i]) => i),
    ).toEqual([0, 1, 2])
    expect(rows[0]?.alarm_reason).toBe('not scored (undefined feature): rise undefined')
    const scoreOf = new Map(rows.map(r => [r.note, r.anomaly_score]))
    // The same rows in another order: each comes out where it stood, with the score it had.
    const [head, ...lines] = straight.trimEnd().split('\n') as [string, ...string[]]
    const shuffled = lines
      .map((line, i) => [Math.sin(i * 99), line] as const)
      .sort(([a], [b]) => a - b)
      .map(([, line]) => line)
    const mixed = await scored('rise', `${[head, ...shuffled].join('\n')}\n`)
    expect(mixed.map(r => r.note)).toEqual(shuffled.map(line => line.split(',')[5]))
    for (const row of mixed) expect(row.anomaly_score).toBe(scoreOf.get(row.note as string))
  })

  test('need the group and the time', async () => {
    folder.write('nogroup.csv', plantTable({ rows: 5 }).replace('unit_id', 'machine'))
    const { code, stderr } = await folder.run(['score', 'rise.tocsin', 'nogroup.csv', '--output', 'never'])
    expect([code, stderr.includes("missing required features: ['unit_id']")]).toEqual([3, true])
  })

  test('give the same bytes at one thread and two', async () => {
    const table = plantTable({ rows: 6000, seed: 9 })
    await scored('rise', table, '--threads', '1')
    const [csv, parquet] = [folder.read('out.csv'), folder.bytes('out.parquet').toString('latin1')]
    await scored('rise', table, '--threads', '2')
    expect([folder.read('out.csv') === csv, folder.bytes('out.parquet').toString('latin1') === parquet]).toEqual([
      true,
      true,
    ])
  })
})

describe('columns that must not be shown', () => {
  const secret = 'zebra'
  const shown = (cells: Record<string, string>, row: number) =>
    Object.assign(
      cells,
      { note: `${secret}${row}` },
      row === 5 ? { temp: '77.125', flow: 'x88y' } : {},
      row === 6 ? { flow: '' } : {},
    )

  test('private values and names never stand in reasons, summaries, metadata or reports', async () => {
    const columns = 'id: note, time: timestamp, group: unit_id, private: [note, temp, flow, unit_id]'
    const more =
      'sensors:\n  temp: {limits: [0, 40], fault: [-999]}\n  flow: {fault: [-1]}\nlevels:\n  WARNING: {risk: 0.45}\n'
    await fitted('hidden', plantRecipe(more, columns))
    const table = plantTable({
      rows: 60,
      seed: 21,
      edit: (cells, row) =>
        Object.assign(
          shown(cells, row),
          { unit_id: `Zanzibar${row % 3}` },
          row === 9 ? { temp: '-999' } : {},
          row === 10 ? { flow: '-1' } : {},
        ),
    })
    folder.write('given.csv', table)
    const { stdout } = await folder.must([
      'score',
      'hidden.tocsin',
      'given.csv',
      '--output',
      'hidden',
      '--verbose',
      ...AT,
    ])
    const reasons = folder
      .csv('hidden.csv')
      .map(r => r.alarm_reason)
      .join('\n')
    expect(reasons).toContain('a private column above limit 40')
    await folder.must(['evaluate', 'hidden.tocsin', 'given.csv', '--output', 'hidden_report'])
    const report = readdirSync(folder.at('hidden_report'))
      .filter(f => /\.(html|json)$/.test(f))
      .map(f => folder.read(`hidden_report/${f}`))
      .join('\n')
    for (const text of [reasons, stdout, folder.read('hidden_metadata.json'), report]) {
      for (const word of [secret, 'Zanzibar', '77.125', 'x88y']) expect(text.includes(word), word).toBe(false)
    }
    for (const line of reasons.split('\n')) expect(line).not.toMatch(/\b(temp|flow) -?\d|\b(temp|flow) (missing|is )/)
  })

  test('a blinded column is refused as a feature, by its line', async () => {
    folder.write('blind.yaml', plantRecipe(undefined, 'blinded: [flow]'))
    const { code, stderr } = await folder.run(['fit', 'blind.yaml', '--no-report'])
    expect(code).toBe(1)
    expect(stderr).toMatch(/blind\.yaml:5/)
    expect(stderr).toContain('blinded')
    folder.write(
      'blind2.yaml',
      plantRecipe(undefined, 'blinded: [flow]').replace(
        'features: [temp, pressure, flow]',
        'features:\n  x: temp * "Flow"',
      ),
    )
    expect((await folder.run(['fit', 'blind2.yaml', '--no-report'])).code).toBe(1)
  })
})
