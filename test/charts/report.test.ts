import { expect, test } from 'vitest'
import { INK } from '../../src/charts/palette.ts'
import { htmlReport, type Report } from '../../src/charts/report.ts'

const hostile = '<img src=x onerror="alert(1)">&\''
const report: Report = {
  title: hostile,
  subtitle: hostile,
  headline: [{ name: hostile, value: hostile, detail: hostile }],
  charts: [
    { svg: `<svg xmlns="http://www.w3.org/2000/svg"><path fill="${INK}"></path></svg>`, about: hostile, wide: true },
  ],
  quality: [{ title: hostile, head: [hostile], rows: [[hostile]], foot: hostile }],
  tables: [{ title: hostile, head: [hostile], rows: [[hostile]], foot: hostile }],
  alarms: { title: hostile, head: [hostile], rows: [[hostile]] },
  card: [{ name: hostile, value: hostile, detail: hostile }],
  unsupported: [hostile],
  warnings: [hostile],
  notes: [hostile],
}

test('every text is escaped', () => {
  const html = htmlReport(report)
  expect(html).not.toContain('<img')
  expect(html.split('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;').length - 1).toBe(24)
})

test('opens offline: no script, no link, nothing fetched, and the page forbids it', () => {
  const html = htmlReport(report)
  expect(html).not.toMatch(/<script|<link|@import|url\(|src=(?!x)/)
  expect(html.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:\/\//)
  expect(html).toContain("default-src 'none'")
})

test('the ink of the charts is the ink of the page, so that dark mode reads', () => {
  expect(htmlReport(report)).toContain('<path fill="currentColor">')
  expect(htmlReport(report)).toContain('prefers-color-scheme: dark')
})

test('how good the model is stands before every picture', () => {
  const html = htmlReport({ ...report, quality: [{ title: 'How good it is', head: [], rows: [] }] })
  expect(html.indexOf('How good it is')).toBeGreaterThan(html.indexOf('class="headline"'))
  expect(html.indexOf('How good it is')).toBeLessThan(html.indexOf('<figure'))
})

test('an unsupported budget stands above everything else; empty sections leave nothing', () => {
  const html = htmlReport({ ...report, unsupported: ['WARNING supports at most 20'] })
  expect(html.indexOf('NOT SUPPORTED')).toBeLessThan(html.indexOf('class="headline"'))
  const bare = htmlReport({
    ...report,
    quality: [],
    unsupported: [],
    warnings: [],
    notes: [],
    card: [],
    tables: [],
    charts: [],
    alarms: undefined,
  })
  expect(bare).not.toMatch(/NOT SUPPORTED|<h2>/)
})
