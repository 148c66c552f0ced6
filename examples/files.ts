/** Where a plant's files lie. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The text of a file that stands beside a plant's source. The compiled plant is three folders further down, in
 * dist/examples/<plant>, and only the source folder holds the recipe. */
export function readBeside(module: string, name: string): string {
  const plant = fileURLToPath(new URL('.', module))
  const candidates = [join(plant, name), join(plant, '../../../examples', plantName(plant), name)]
  const found = candidates.find(path => existsSync(path))
  if (found === undefined) throw new Error(`${name} is neither at ${candidates.join(' nor at ')}`)
  return readFileSync(found, 'utf8')
}

/** Writes files into a folder, which is made when it is absent. Returns the paths in the order given. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): string[] {
  mkdirSync(folder, { recursive: true })
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name)
    writeFileSync(path, content)
    return path
  })
}

function plantName(folder: string): string {
  return folder.replaceAll('\\', '/').split('/').filter(Boolean).at(-1) ?? ''
}
