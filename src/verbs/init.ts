/** A first recipe from a look at the data. */
import { existsSync } from 'node:fs'
import { basename, dirname, relative, resolve } from 'node:path'
import { describe } from '../data/describe.ts'
import { findFiles, recognise } from '../data/files.ts'
import { Failure } from '../errors.ts'
import { writeRecipe } from '../recipe/write.ts'
import type { Host } from './host.ts'
import { refuseOverwriting, splitOutput } from './place.ts'
import { parseRecipe } from './recipe-file.ts'
import { inSession } from './session.ts'

export interface InitRequest {
  readonly input: string
  readonly output: string
  readonly sheet?: string | undefined
  /** Overwrite a recipe that is there: someone may have edited it. */
  readonly replace: boolean
}

export interface InitResult {
  readonly path: string
  readonly text: string
  readonly rows: number
  readonly columns: number
  readonly notes: readonly string[]
}

export async function initRecipe(host: Host, request: InitRequest): Promise<InitResult> {
  const { directory, name } = splitOutput(request.output)
  if (existsSync(request.output) && !request.replace) {
    throw new Failure('OUTPUT_NOT_WRITABLE', {
      path: request.output,
      reason: 'it exists already, and may have been edited',
      hint: 'Give another --output, or --replace to write it anew.',
    })
  }
  refuseOverwriting([request.input], [request.output])
  if (request.sheet !== undefined && !findFiles([request.input]).some(path => recognise(path) === 'xlsx'))
    throw new Failure('USAGE', {
      problem: `--sheet names a sheet, but ${request.input} is no workbook`,
      hint: 'Leave out --sheet, or give an .xlsx file.',
    })
  return inSession(host, { directory, name, files: [name] }, {}, async session => {
    const source = await session.settle([request.input], {}, { sheet: request.sheet })
    const door = await session.door({ oneThread: true })
    const description = await describe(door, source)
    const file = relative(dirname(resolve(request.output)), resolve(request.input)) || basename(request.input)
    const stem = basename(request.input)
      .replace(/\.gz$/i, '')
      .replace(/\.[^.]+$/, '')
    const text = writeRecipe({
      ...description,
      file: file.replaceAll('\\', '/'),
      name: stem,
      ...(request.sheet === undefined ? {} : { sheet: request.sheet }),
    })
    parseRecipe(text, request.output)
    await session.run.write(name, text)
    await session.run.publish({ files: [name], metadata: undefined })
    return { path: request.output, text, rows: source.rows, columns: source.names.length, notes: source.notes }
  })
}
