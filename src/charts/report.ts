/**
 * One HTML page that opens offline: pictures and style inside, no script, nothing fetched. It prints, and it follows
 * the reader's light or dark mode.
 */
import { printable } from '../printable.ts'
import { INK } from './palette.ts'
import { STYLE } from './report-style.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  readonly detail?: string | undefined
}

export interface Table {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
  /** Said under the table, such as how many rows are not shown. */
  readonly foot?: string | undefined
}

export interface Report {
  readonly title: string
  readonly subtitle?: string | undefined
  readonly headline: readonly Fact[]
  /** What comes before everything but the headline: how good the model is. */
  readonly quality?: readonly Table[]
  readonly charts: readonly { readonly svg: string; readonly about: string; readonly wide: boolean }[]
  readonly tables: readonly Table[]
  readonly alarms?: Table | undefined
  readonly card: readonly Fact[]
  readonly unsupported: readonly string[]
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

/** All texts are escaped; the SVG is taken as it is, from `renderSvg`. */
export function htmlReport(report: Report): string {
  const { title, subtitle, alarms } = report
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>${escaped(title)}</h1>
${subtitle ? `<p class="subtitle">${escaped(subtitle)}</p>` : ''}
</header>
${report.unsupported.map(text => banner('NOT SUPPORTED', text)).join('\n')}
${report.warnings.map(text => banner('NOTE', text)).join('\n')}
<section class="headline">${report.headline.map(tile).join('')}</section>
${(report.quality ?? []).map(each => `<section>${table(each, 'h2')}</section>`).join('\n')}
${section('Charts', report.charts.length ? `<div class="charts">${report.charts.map(picture).join('')}</div>` : '')}
${section('Figures', report.tables.map(each => table(each)).join('\n'))}
${section('Alarms', alarms ? table(alarms) : '')}
${section('Model card', report.card.length ? `<dl>${report.card.map(entry).join('')}</dl>` : '')}
${section('Notes on the data', report.notes.length ? `<ul>${report.notes.map(note => `<li>${escaped(note)}</li>`).join('')}</ul>` : '')}
</main>
</body>
</html>
`
}

function banner(word: string, text: string): string {
  return `<p class="banner ${word === 'NOTE' ? 'note' : 'alarm'}" role="note"><strong>${word}</strong> ${escaped(text)}</p>`
}

function section(title: string, inside: string): string {
  return inside ? `<section>\n<h2>${title}</h2>\n${inside}\n</section>` : ''
}

function tile({ name, value, detail }: Fact): string {
  const small = detail ? `<span class="detail">${escaped(detail)}</span>` : ''
  return `<div class="tile"><span class="name">${escaped(name)}</span><span class="value">${escaped(value)}</span>${small}</div>`
}

function picture({ svg, about, wide }: Report['charts'][number]): string {
  // The ink becomes the page's own text colour: dark mode needs no second picture.
  const inked = svg.replaceAll(INK, 'currentColor').replace('<svg ', `<svg role="img" aria-label="${escaped(about)}" `)
  return `<figure class="${wide ? 'wide' : 'half'}">${inked}</figure>`
}

function table({ title, head, rows, foot }: Table, heading: 'h2' | 'h3' = 'h3'): string {
  const cells = (row: readonly string[], tag: string) => row.map(text => `<${tag}>${escaped(text)}</${tag}>`).join('')
  return `<${heading}>${escaped(title)}</${heading}>
<div class="scroll"><table>
<thead><tr>${cells(head, 'th')}</tr></thead>
<tbody>
${rows.map(row => `<tr>${cells(row, 'td')}</tr>`).join('\n')}
</tbody>
</table></div>
${foot ? `<p class="detail">${escaped(foot)}</p>` : ''}`
}

function entry({ name, value, detail }: Fact): string {
  return `<dt>${escaped(name)}</dt><dd>${escaped(value)}${detail ? ` <span class="detail">${escaped(detail)}</span>` : ''}</dd>`
}

function escaped(text: string): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return printable(text).replace(/[&<>"']/g, mark => marks[mark]!)
}
