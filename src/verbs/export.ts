/** A fitted model in another program's terms: an ONNX graph, one SQL statement, plain JSON. */
import { join } from 'node:path'
import { exportJson } from '../exporters/export-json.ts'
import { exportOnnx } from '../exporters/onnx/export-onnx.ts'
import { type Dialect, exportSql } from '../exporters/sql/export-sql.ts'
import { featureLayers } from '../plan/features.ts'
import { readFeatures } from './check-input.ts'
import type { Host } from './host.ts'
import { type ModelFile, readModel } from './model-file.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { inSession, type Session } from './session.ts'

export const EXPORT_FORMATS = ['onnx', 'sql', 'json'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]
export { DIALECTS, type Dialect } from '../exporters/sql/export-sql.ts'

export interface ExportRequest {
  readonly model: string
  readonly to: ExportFormat
  /** By default the model's name with the ending of the format. */
  readonly output?: string | undefined
  /** Of SQL. */
  readonly dialect?: Dialect | undefined
  /** Of SQL: the table that is scored, as the statement is to call it. */
  readonly table?: string | undefined
}

export interface ExportResult {
  readonly model: ModelFile
  readonly path: string
  readonly bytes: number
  /** What the other program gives the model, and what it gets back. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** What of the model does not go along, one sentence each. */
  readonly left: readonly string[]
}

/** @throws Failure MODEL_*, EXPORT_REFUSED, OUTPUT_* */
export async function exportModel(host: Host, request: ExportRequest): Promise<ExportResult> {
  const model = readModel(request.model)
  const output = request.output ?? `${request.model.replace(/(\.tocsin)?$/, '')}.${request.to}`
  const { directory, name } = splitOutput(output)
  refuseOverwriting([request.model], [output])
  return inSession(host, { directory, name, files: [name] }, {}, async session => {
    const { content, inputs, outputs } = await contentOf(session, model, request)
    await session.run.write(name, content)
    await session.run.publish({ files: [name], metadata: undefined })
    const left = leftOut(model, request.to)
    return { model, path: join(directory, name), bytes: Buffer.byteLength(content), inputs, outputs, left }
  })
}

interface Content {
  readonly content: string | Uint8Array
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

async function contentOf(session: Session, model: ModelFile, request: ExportRequest): Promise<Content> {
  const { artifact } = model
  if (request.to === 'onnx') {
    const { bytes, ...ports } = exportOnnx(artifact)
    return { content: bytes, ...ports }
  }
  const inputs = [...new Set(artifact.features.flatMap(({ columns }) => columns))]
  if (request.to === 'json') return { content: exportJson(artifact), inputs, outputs: [] }
  const features = await readFeatures(await session.door(), model)
  const { dialect = 'duckdb', table = 'input' } = request
  const layer = (from: string) => featureLayers(from, features, artifact.recipe)
  return {
    content: exportSql({ ...artifact, features }, { dialect, table, layer }),
    inputs,
    outputs: ['score', 'level'],
  }
}

function leftOut({ artifact }: ModelFile, to: ExportFormat): string[] {
  if (to === 'json') return []
  const { recipe, levels, features } = artifact
  const rules = recipe.sensors.filter(({ fault, range, limits }) => fault.length > 0 || range || limits)
  const named = (list: readonly { readonly column: string }[]) => list.map(({ column }) => column).join(', ')
  const limited = recipe.sensors.filter(({ limits }) => limits)
  const computed = features.filter(({ name, columns }) => columns.join() !== name)
  return [
    ...(levels.some(({ hold }) => hold) ? ['hold: a level follows from the row alone'] : []),
    ...(to === 'onnx' && rules.length > 0 ? [`fault codes, ranges and limits of ${named(rules)}`] : []),
    ...(to === 'sql' && limited.length > 0 ? [`limits of ${named(limited)}: level follows from the score alone`] : []),
    ...(to === 'onnx' && computed.length > 0
      ? [`the expressions of ${computed.map(({ name }) => name).join(', ')}: compute these before`]
      : []),
  ]
}
