import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Figures, gatherFigures, skewOf, taughtFigures } from '../../src/verbs/skew.ts'

const figures = (mean: number, std: number, min: number, max: number, count = 1000, median = mean): Figures => ({
  mean,
  std,
  min,
  max,
  count,
  median,
})

describe('figures gathered while scoring', () => {
  it('are those of the whole column', () => {
    const gathering = gatherFigures(2, 4)
    gathering.add({ rows: 3, columns: [Float64Array.of(1, 2, Number.NaN), Float64Array.of(5, 5, 5)] })
    gathering.add({ rows: 1, columns: [Float64Array.of(6), Float64Array.of(5)] })
    const [a, b] = gathering.figures()
    // (1 + 2 + 6) / 3 = 3; ((−2)² + (−1)² + 3²) / 3 = 14/3.
    expect(a).toEqual({ count: 3, mean: 3, std: Math.sqrt(14 / 3), min: 1, max: 6 })
    expect(b).toEqual({ count: 4, mean: 5, std: 0, min: 5, max: 5 })
  })

  it('do not depend on the order of the blocks', () => {
    const blocks = Array.from({ length: 60 }, (_, block) => ({
      rows: 2048 - block,
      columns: [Float64Array.from({ length: 2048 - block }, (_, i) => Math.sin(block * 1e4 + i) * 1e3)],
    }))
    const rows = blocks.reduce((sum, block) => sum + block.rows, 0)
    const gathered = (order: readonly number[]) => {
      const gathering = gatherFigures(1, rows)
      for (const block of order) gathering.add(blocks[block] as (typeof blocks)[0])
      return gathering.figures()
    }
    const places = blocks.map((_, i) => i)
    const whole = gathered(places)
    // 121,110 rows: every sixth one of each block.
    expect(whole[0]?.count).toBe(places.reduce((sum, block) => sum + Math.ceil((2048 - block) / 6), 0))
    const values = blocks.flatMap(({ columns }) => [...(columns[0] as Float64Array)].filter((_, i) => i % 6 === 0))
    const mean = values.reduce((a, b) => a + b) / values.length
    expect(whole[0]?.mean).toBeCloseTo(mean, 10)
    expect(whole[0]?.std).toBeCloseTo(Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length), 8)
    expect([whole[0]?.min, whole[0]?.max]).toEqual([Math.min(...values), Math.max(...values)])
    fc.assert(
      fc.property(fc.shuffledSubarray(places, { minLength: 60 }), order => {
        expect(gathered(order)).toEqual(whole)
      }),
      { numRuns: 30 },
    )
  })
})

describe('skew', () => {
  it('names raw columns under a model that was fitted on scaled ones', () => {
    const taught = [figures(0, 1, -2, 2), figures(1e-17, 1, -2, 2)]
    const found = skewOf(['age', 'visit_rate'], taught, [figures(47.2, 19, 18, 84), figures(0.6, 0.2, 0, 1)])
    expect(found).toEqual([
      'age has mean 47.2 (18 to 84), but the model learned it with mean 0 and standard deviation 1: it was fitted on data that was already scaled, and needs its input scaled in the same way',
    ])
  })

  it('is silent when the input is scaled too, and for a single ordinary row', () => {
    const taught = [figures(0, 1, -2, 2)]
    expect(skewOf(['age'], taught, [figures(0.3, 1.1, -3, 3)])).toEqual([])
    expect(skewOf(['age'], taught, [figures(2.5, 0, 2.5, 2.5, 1)])).toEqual([])
  })

  it('tells fractions from percents, both ways', () => {
    const percents = figures(92, 3, 80, 99)
    const fractions = figures(0.92, 0.03, 0.8, 0.99)
    expect(skewOf(['viability'], [percents], [fractions])).toEqual([
      'viability looks like fractions where the model learned percents: mean 0.92 here, 92 when it learned',
    ])
    expect(skewOf(['viability'], [fractions], [percents])).toEqual([
      'viability looks like percents where the model learned fractions: mean 92 here, 0.92 when it learned',
    ])
    expect(skewOf(['viability'], [percents], [percents])).toEqual([])
  })

  it('finds two columns that changed places', () => {
    const ph = figures(7, 0.2, 6.5, 7.5)
    const temperature = figures(37, 1, 34, 40)
    expect(skewOf(['ph', 'temperature'], [ph, temperature], [temperature, ph])).toEqual([
      'ph looks like temperature: mean 37 here, 7 when it learned, and the reverse there; are they swapped?',
      'temperature looks like ph: mean 7 here, 37 when it learned, and the reverse there; are they swapped?',
    ])
  })

  it('finds a column that stands still, unless that is ordinary', () => {
    const taught = [figures(7, 0.2, 6.5, 7.5, 1000, 7.01)]
    const still = (value: number, count = 500) => [figures(value, 0, value, value, count)]
    expect(skewOf(['ph'], taught, still(6.93))).toEqual([
      'ph is 6.93 in all 500 rows looked at, but varied when the model learned (standard deviation 0.2)',
    ])
    expect(skewOf(['ph'], taught, still(6.5))).toEqual([])
    expect(skewOf(['ph'], taught, still(6.93, 20))).toEqual([])
  })

  it('says nothing where the file keeps no figures, or of a text', () => {
    const unknown = taughtFigures({}, [{}, { levels: ['a'] }])
    expect(skewOf(['a', 'b'], unknown, [figures(1e9, 1, 0, 2e9), figures(3, 0, 3, 3)])).toEqual([])
  })
})
