/**
 * Chart → SVG → PNG, without a browser. Both libraries load on first use: a command that draws nothing pays nothing.
 */
import { fileURLToPath } from 'node:url'
import { printable } from '../printable.ts'
import type { Chart } from './frame.ts'
import { PAPER } from './palette.ts'

/** One self-contained SVG text: same chart, same bytes. Transparent unless a background is given. */
export async function renderSvg(chart: Chart, background?: string): Promise<string> {
  const echarts = await load()
  const drawing = echarts.init(null, null, { renderer: 'svg', ssr: true, width: chart.width, height: chart.height })
  try {
    drawing.setOption({ ...chart.option, backgroundColor: background ?? 'transparent' })
    // ECharts numbers its drawings and their hover styles process-wide. A picture has no hover, and the chart's own
    // name makes the other ids the same every time, and unlike those of another chart on the page.
    // A control character in one name of a table would make the whole picture unreadable.
    const svg = printable(drawing.renderToSVGString({ useViewBox: true }))
    return svg
      .replace(/ class="zr\d+-cls-\d+"| ecmeta_\w+="[^"]*"| pointer-events="visible"/g, '')
      .replace(/<style[^>]*>[\s\S]*?<\/style>\n?/g, '')
      .replace(/\bzr\d+-/g, `${chart.name}-`)
  } finally {
    // Without this the process never ends.
    drawing.dispose()
  }
}

/** PNG on white paper, at twice the nominal size. Only the fonts of the package are used, never the machine's. */
export async function renderPng(chart: Chart): Promise<Uint8Array> {
  const svg = await renderSvg(chart, PAPER)
  const { Resvg } = await import('@resvg/resvg-js')
  const fontFiles = ['Regular', 'Bold'].map(weight =>
    fileURLToPath(new URL(`./font/Roboto-${weight}.ttf`, import.meta.url)),
  )
  const font = { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Roboto', sansSerifFamily: 'Roboto' }
  return new Resvg(svg, { font, fitTo: { mode: 'zoom', value: 2 }, background: PAPER }).render().asPng()
}

async function load() {
  const [core, charts, components, renderers] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  core.use([
    charts.BarChart,
    charts.LineChart,
    charts.ScatterChart,
    charts.CustomChart,
    components.GridComponent,
    components.TitleComponent,
    components.LegendComponent,
    components.MarkLineComponent,
    components.MarkAreaComponent,
    components.GraphicComponent,
    renderers.SVGRenderer,
  ])
  return core
}
