/** Where a plant's files lie. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of a file that stands beside a plant's source; the build copies it beside the compiled one. */
export function readBeside(module: string, name: string): string {
  return readFileSync(new URL(name, module), 'utf8')
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
