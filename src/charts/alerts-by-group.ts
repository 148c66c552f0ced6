import { axis, type Chart, clip, frame, grouped } from './frame.ts'
import { INK, levelColour } from './palette.ts'
import { legend } from './timeline.ts'

export interface AlertsByGroup {
  /** What a group is: the column's name. */
  readonly column: string
  /** Mildest first, OK left out. */
  readonly levels: readonly string[]
  /** Most alarms first; `counts` one a level. */
  readonly groups: readonly { readonly name: string; readonly rows: number; readonly counts: readonly number[] }[]
}

const SHOWN = 20

/** Rows at each level, group by group, worst first; groups past the twentieth are put together. */
export function alertsByGroup({ column, levels, groups }: AlertsByGroup): Chart {
  const shown = groups.slice(0, groups.length > SHOWN ? SHOWN - 1 : SHOWN)
  const others = groups.slice(shown.length)
  const bars = [...shown.map(group => ({ ...group, name: clip(group.name, 22) }))]
  if (others.length) bars.push(together(others, levels.length))
  const left = 24 + 6.4 * Math.max(...bars.map(({ name }) => name.length), 4)
  const height = 132 + 20 * bars.length
  const grid = { left, right: 96, top: 80, bottom: 52 }
  const alarmed = groups.filter(({ counts }) => counts.some(n => n > 0)).length
  return {
    name: 'alerts-by-group',
    title: `Alarms by ${column}`,
    about: `${alarmed} of ${groups.length} groups have alarms; ${shown[0] ? `most: ${shown[0].name}` : 'no groups'}.`,
    width: 860,
    height,
    option: {
      ...frame(`Alarms by ${column}`, `${alarmed} of ${groups.length} have at least one`, grid),
      legend: { ...legend(levels, 860), top: 54 },
      xAxis: axis('rows', 'x', { type: 'value', minInterval: 1 }),
      yAxis: {
        ...axis('', 'y', {
          type: 'category',
          inverse: true,
          data: bars.map(({ name }) => name),
          splitLine: { show: false },
        }),
      },
      series: levels.map((name, i) => ({
        type: 'bar',
        name,
        stack: 'levels',
        silent: true,
        barMaxWidth: 14,
        itemStyle: { color: levelColour(i + 1, levels.length) },
        data: bars.map(({ counts }) => counts[i] ?? 0),
        ...(i + 1 === levels.length ? { label: totals(bars) } : {}),
      })),
    },
  }
}

function totals(bars: AlertsByGroup['groups']): object {
  const text = ({ dataIndex }: { dataIndex: number }) => {
    const { rows, counts } = bars[dataIndex]!
    return `${grouped(counts.reduce((sum, n) => sum + n, 0))} of ${grouped(rows)}`
  }
  return { show: true, position: 'right', color: INK, fontSize: 11, formatter: text }
}

function together(groups: AlertsByGroup['groups'], levels: number): AlertsByGroup['groups'][number] {
  const sum = (of: (group: AlertsByGroup['groups'][number]) => number) =>
    groups.reduce((total, group) => total + of(group), 0)
  const counts = Array.from({ length: levels }, (_, i) => sum(({ counts }) => counts[i] ?? 0))
  return { name: `${groups.length} others`, rows: sum(({ rows }) => rows), counts }
}
