import type { Confusion } from '../math/metrics.ts'
import { axis, type Chart, frame, grouped } from './frame.ts'
import { INK, levelColour, OK } from './palette.ts'

/** Four counts; a cell is as strong as its share of its row (of the truly good, of the truly bad). */
export function confusionChart({ TP, TN, FP, FN }: Confusion, level: string): Chart {
  const cells: [number, number, number, number, string][] = [
    [0, 1, TN, TN + FP, 'rightly quiet'],
    [1, 1, FP, TN + FP, 'false alarm'],
    [0, 0, FN, TP + FN, 'missed'],
    [1, 0, TP, TP + FN, 'rightly alarmed'],
  ]
  const category = (name: string, data: string[], where: 'x' | 'y') =>
    axis(name, where, {
      type: 'category',
      data,
      splitLine: { show: false },
      axisTick: { show: false },
      axisLine: { show: false },
    })
  return {
    name: 'confusion',
    title: 'Right and wrong',
    about: `Confusion matrix of ${level}: ${TP} true alarms, ${FP} false alarms, ${FN} missed, ${TN} rightly quiet.`,
    width: 420,
    height: 320,
    option: {
      ...frame('Right and wrong', `${grouped(TP + TN + FP + FN)} labelled rows; alarm: ${level}`, {
        left: 72,
        right: 28,
        top: 66,
        bottom: 52,
      }),
      xAxis: category('what the model said', ['no alarm', 'alarm'], 'x'),
      yAxis: category('what was true', ['bad', 'good'], 'y'),
      series: [
        {
          type: 'custom',
          silent: true,
          data: cells.map(([x, y], i) => [x, y, i]),
          renderItem: (_: unknown, api: Api) => cell(api, cells[api.value(2)]!),
        },
      ],
    },
  }
}

interface Api {
  value(dimension: number): number
  coord(place: [number, number]): [number, number]
  size(span: [number, number]): [number, number]
}

function cell(api: Api, [x, y, count, of, says]: [number, number, number, number, string]): object {
  const [cx, cy] = api.coord([x, y])
  const [w, h] = api.size([1, 1])
  const right = says.startsWith('rightly')
  const part = of ? count / of : 0
  const text = (fontSize: number, dy: number, words: string, fontWeight: string) => ({
    type: 'text',
    style: {
      text: words,
      x: cx,
      y: cy + dy,
      align: 'center',
      verticalAlign: 'middle',
      fontSize,
      fontWeight,
      fill: INK,
    },
  })
  return {
    type: 'group',
    children: [
      {
        type: 'rect',
        shape: { x: cx - w / 2 + 3, y: cy - h / 2 + 3, width: w - 6, height: h - 6, r: 6 },
        style: { fill: right ? OK : levelColour(1, 2), opacity: 0.1 + 0.4 * part },
      },
      text(22, -14, grouped(count), 'bold'),
      text(12, 8, says, 'normal'),
      text(
        11,
        25,
        of ? `${(100 * part).toFixed(1)} % of ${y ? 'good' : 'bad'}` : `no ${y ? 'good' : 'bad'} rows`,
        'normal',
      ),
    ],
  }
}
