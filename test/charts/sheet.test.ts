import { expect, it } from 'vitest'
import type { Chart } from '../../src/charts/frame.ts'
import { frame } from '../../src/charts/frame.ts'
import { renderPng, renderSvg } from '../../src/charts/render.ts'
import { sheet } from '../../src/charts/sheet.ts'

const chart = (title: string, width: number, height: number): Chart => ({
  name: title,
  title,
  about: `${title}.`,
  width,
  height,
  option: {
    ...frame(title, '', { left: 50, right: 20, top: 60, bottom: 40 }),
    xAxis: { type: 'value' },
    yAxis: { type: 'value' },
    series: [{ type: 'line', data: [[0, 1]] }],
  },
})

const page = { name: 'page', title: 'Page' }

it('puts charts side by side and below each other, each on axes of its own', () => {
  const { width, height, option, about } = sheet(
    [chart('a', 400, 200), chart('b', 300, 250), chart('c', 400, 100)],
    2,
    page,
  )
  expect([width, height]).toEqual([700, 350])
  expect(about).toBe('a. b. c.')
  expect(option.grid).toMatchObject([
    { left: 50, top: 60, width: 330, height: 100 },
    { left: 450, top: 60, width: 230, height: 150 },
    { left: 50, top: 310, width: 330, height: 0 },
  ])
  expect(option.title).toMatchObject([
    { text: 'a', left: 12, top: 8 },
    { text: 'b', left: 412, top: 8 },
    { text: 'c', left: 12, top: 258 },
  ])
  expect(option.series).toMatchObject([{ xAxisIndex: 0 }, { xAxisIndex: 1 }, { yAxisIndex: 2 }])
})

it('renders like any chart', async () => {
  const four = sheet(
    ['a', 'b', 'c', 'd'].map(name => chart(name, 300, 200)),
    2,
    page,
  )
  const svg = await renderSvg(four)
  for (const name of ['a', 'b', 'c', 'd']) expect(svg).toContain(`>${name}</text>`)
  const png = await renderPng(four)
  // Width and height stand in the first chunk of a PNG, big-endian; twice the nominal size.
  const size = new DataView(png.buffer, png.byteOffset)
  expect([size.getUint32(16), size.getUint32(20)]).toEqual([1200, 800])
})
