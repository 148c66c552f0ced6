/** The version of this program, from its own package.json. */
import { existsSync, readFileSync } from 'node:fs'

export function version(): string {
  // In a checkout this file is src/verbs/, in a package dist/src/verbs/.
  for (const up of ['../../package.json', '../../../package.json']) {
    const path = new URL(up, import.meta.url)
    if (existsSync(path)) return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
  }
  return 'unknown'
}
