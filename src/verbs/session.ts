/** One command's workplace: a run folder beside its outputs, the settled input, and a door to DuckDB that sees only these. */
import { resolve, sep } from 'node:path'
import { type Door, openDoor } from '../data/door.ts'
import { type Source, settle } from '../data/intake.ts'
import { beginRun, type Run, type RunOptions } from '../data/publish.ts'
import type { Read } from '../recipe/schema.ts'
import type { Host } from './host.ts'

export interface Resources {
  readonly threads?: number | undefined
  /** "600MB" */
  readonly memory?: string | undefined
}

export interface Workplace {
  readonly directory: string
  /** The name that the lock is on. */
  readonly name: string
  /** Final names, checked before any work. */
  readonly files?: readonly string[]
  readonly needBytes?: number
}

export interface Session {
  readonly run: Run
  /** Reads the shape of a table: dialect, columns, rows. Staged copies go into the run folder. */
  settle(
    files: readonly string[],
    read: Read,
    options?: { sheet?: string | undefined; hash?: boolean },
  ): Promise<Source>
  /**
   * The door; opened on first use, when all inputs are settled. On one thread where sums of floats reach a result
   * (windows): shared between threads their order, and so their last bits, would differ from run to run.
   */
  door(options?: { oneThread?: boolean }): Promise<Door>
}

/**
 * Runs `work` in a session and clears up after it, whatever happens: success, failure, Ctrl-C. What `work` publishes
 * stays; everything else is gone.
 */
export async function inSession<T>(
  host: Host,
  place: Workplace,
  resources: Resources,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const options: RunOptions = { pid: host.pid, token: host.token, isAlive: host.isAlive, ...place }
  let door: Door | undefined
  // Listening before the run begins: a signal in that moment must not leave its lock.
  const beginning = beginRun(options)
  const forget = host.onStop(async () => {
    door?.interrupt()
    const begun = await beginning.catch(() => undefined)
    begun?.discard()
  })
  const run = await beginning.catch(error => {
    forget()
    throw error
  })
  const paths = new Set<string>([resolve(run.folder) + sep])
  const session: Session = {
    run,
    async settle(files, read, { sheet, hash } = {}) {
      const source = await settle(files, read, {
        run: run.folder,
        ...(sheet === undefined ? {} : { sheet }),
        ...(hash === undefined ? {} : { hash }),
      })
      for (const path of source.path) paths.add(resolve(path))
      return source
    },
    async door({ oneThread = false } = {}) {
      const threads = oneThread ? 1 : resources.threads
      door ??= await openDoor({
        paths: [...paths],
        spill: run.folder,
        ...(threads === undefined ? {} : { threads }),
        ...(resources.memory === undefined ? {} : { memory: resources.memory }),
      })
      return door
    },
  }
  try {
    return await work(session)
  } finally {
    forget()
    door?.close()
    run.discard()
  }
}
