import { axis, type Chart, clip, figure, frame } from './frame.ts'
import { INK, levelColour } from './palette.ts'

export interface Share {
  /** "storage_temp_c = 85 °C" */
  readonly name: string
  readonly share: number
}

export interface Shares {
  /** File name, and ids in the picture. */
  readonly name: string
  readonly title: string
  readonly subtitle: string
  /** Largest first. */
  readonly shares: readonly Share[]
  /** What the shares are shares of. */
  readonly unit: string
  /** False for sizes, which neither raise nor lower anything. */
  readonly signed?: boolean
}

/** Bars to the right raised the risk, bars to the left lowered it. */
export function sharesChart({ name, title, subtitle, shares, unit, signed = true }: Shares): Chart {
  const bars = shares.map(share => ({ ...share, name: clip(share.name, 44) }))
  const left = 24 + 6.2 * Math.max(...bars.map(bar => bar.name.length), 4)
  const [first] = shares
  return {
    name,
    title,
    about: `${title}. ${subtitle}. ${first ? `Most: ${first.name}, ${figure(first.share)}.` : ''}`,
    width: 860,
    height: 128 + 24 * bars.length,
    option: {
      ...frame(title, subtitle, { left, right: 76, top: 64, bottom: 52 }),
      xAxis: axis(unit, 'x', { type: 'value', splitNumber: 6 }),
      yAxis: axis('', 'y', {
        type: 'category',
        inverse: true,
        data: bars.map(bar => bar.name),
        splitLine: { show: false },
        axisLabel: { color: INK, fontSize: 12 },
      }),
      series: [
        {
          type: 'bar',
          silent: true,
          barMaxWidth: 16,
          data: bars.map(({ share }) => ({
            value: share,
            itemStyle: { color: levelColour(share < 0 || !signed ? 0 : 1, 1) },
            label: {
              show: true,
              position: share < 0 ? 'left' : 'right',
              formatter: `${share < 0 || !signed ? '' : '+'}${figure(share)}`,
              color: INK,
              fontSize: 11,
            },
          })),
        },
      ],
    },
  }
}
