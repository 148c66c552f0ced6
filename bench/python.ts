/** The Python that the peers run in: a virtual environment made once, in bench/.cache/venv, from requirements.txt. */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const requirements = join(import.meta.dirname, 'requirements.txt')
const venv = join(import.meta.dirname, '.cache', 'venv')
const stamp = join(venv, 'installed.txt')

/** The path of a Python interpreter that has the peers' libraries. Throws when there is no Python 3 or no registry. */
export function python(): string {
  const bin = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')
  const wanted = readFileSync(requirements, 'utf8')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return bin
  process.stderr.write('making the Python environment of the peers (once) …\n')
  rmSync(venv, { recursive: true, force: true })
  run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', venv])
  run(bin, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  writeFileSync(stamp, wanted)
  return bin
}

function run(command: string, args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit ${status}`}`)
}
