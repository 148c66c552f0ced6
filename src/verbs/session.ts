/** One command's workplace: a run folder beside its outputs, the settled input, and a door to DuckDB that sees only these. */
import { existsSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Door, openDoor } from '../data/door.ts'
import { type Source, settle } from '../data/intake.ts'
import { beginRun, type Run, type RunOptions } from '../data/publish.ts'
import { Failure } from '../errors.ts'
import type { Read } from '../recipe/schema.ts'
import type { Host } from './host.ts'
import { refuseOverwriting } from './place.ts'

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

/** A person who pressed Ctrl-C waits no longer than this for threads that do not listen. */
const STOP_MS = 3_000

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
  let alone = false
  // Listening before the run begins: a signal in that moment must not leave its lock.
  let beginning: Promise<Run> | undefined
  const forget = host.onStop(async () => {
    const begun = await beginning?.catch(() => undefined)
    if (begun?.discard()) return true
    // DuckDB's threads may just then have written into the folder that went.
    await Promise.race([door?.close(), sleep(STOP_MS)])
    begun?.discard()
    return false
  })
  beginning = beginRun(options)
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
      refuseOverwriting(
        source.files,
        (place.files ?? []).map(file => join(place.directory, file)),
      )
      for (const path of source.path) paths.add(resolve(path))
      return source
    },
    async door({ oneThread = false } = {}) {
      // A join is made before anybody knows that windows follow: then the door is opened anew, on one thread.
      if (oneThread && !alone) {
        door?.close()
        door = undefined
        alone = true
      }
      const threads = alone ? 1 : resources.threads
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
  } catch (error) {
    const clear = error instanceof Failure && error.code !== 'INPUT_UNREADABLE'
    throw clear || existsSync(run.folder) || run.discard() ? error : gone(place, error)
  } finally {
    await door?.close()
    forget(run.discard())
  }
}

/** Without its folder a run fails in a hundred ways, none of which names the reason. */
function gone({ directory, name }: Workplace, cause: unknown): Failure {
  const reason = 'the folder does not exist any more'
  const hint = 'Give an --output in a folder that stays while the run lasts.'
  return new Failure('OUTPUT_NOT_WRITABLE', { path: join(directory, name), reason, hint }, { cause })
}
