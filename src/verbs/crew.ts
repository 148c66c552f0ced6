/**
 * Worker threads that fit models, so that every core has work and Ctrl-C ends it at once: the thread that was asked
 * stays free to listen. Threads are started when the first jobs come, and kept; what a job gives does not depend on how
 * many there are.
 */
import { Worker } from 'node:worker_threads'
import { Failure, type FailureCode } from '../errors.ts'
import type { JobInput, JobName, JobOutput } from './crew-jobs.ts'

export interface Crew {
  readonly threads: number
  /**
   * Jobs begin in the order in which they were asked for. Typed arrays in shared memory (shared-memory.ts) are not
   * copied; others are.
   * @throws what the job throws: the same Failure; INTERRUPTED when the crew is closed; OUT_OF_MEMORY
   */
  run<Name extends JobName>(name: Name, input: JobInput<Name>): Promise<JobOutput<Name>>
  /** Ends all threads at once, whatever they do; jobs that are not done fail with INTERRUPTED. May be repeated. */
  close(): Promise<void>
}

/** What goes to a worker, and what comes back. */
export interface Order<Name extends JobName> {
  readonly name: Name
  readonly input: JobInput<Name>
}
export type Answer = { readonly output: unknown } | { readonly error: PackedError }

/** An error that crosses threads: a message keeps neither its class nor its fields. */
export interface PackedError {
  readonly failure?: { readonly code: FailureCode; readonly parameters: Readonly<Record<string, string>> }
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
}

interface Task {
  readonly order: Order<JobName>
  readonly resolve: (output: never) => void
  readonly reject: (error: unknown) => void
}

interface Hand {
  readonly worker: Worker
  task: Task | undefined
}

interface Room {
  readonly threads: number
  readonly hands: Set<Hand>
  readonly waiting: Task[]
  closing: Promise<void> | undefined
}

/** @param signal closes the crew when it is aborted */
export function openCrew({ threads, signal }: { threads: number; signal?: AbortSignal | undefined }): Crew {
  if (!(Number.isInteger(threads) && threads >= 1)) throw new RangeError(`threads is ${threads}, expected at least 1`)
  const room: Room = { threads, hands: new Set(), waiting: [], closing: undefined }
  const closeNow = () => (room.closing ??= close(room))
  signal?.addEventListener('abort', closeNow, { once: true })
  if (signal?.aborted) closeNow()
  return {
    threads,
    run: (name, input) =>
      new Promise((resolve, reject) => {
        if (room.closing) return reject(new Failure('INTERRUPTED'))
        room.waiting.push({ order: { name, input }, resolve, reject })
        handOut(room)
      }),
    close() {
      signal?.removeEventListener('abort', closeNow)
      return closeNow()
    },
  }
}

function handOut(room: Room): void {
  while (room.waiting.length > 0 && !room.closing) {
    const idle = [...room.hands].find(hand => hand.task === undefined)
    const hand = idle ?? (room.hands.size < room.threads ? hire(room) : undefined)
    if (hand === undefined) return
    give(hand, room.waiting.shift() as Task)
  }
}

function give(hand: Hand, task: Task): void {
  hand.task = task
  // Idle threads do not keep the process alive, those at work do.
  hand.worker.ref()
  try {
    hand.worker.postMessage(task.order)
  } catch (error) {
    release(hand)?.reject(error)
  }
}

function release(hand: Hand): Task | undefined {
  const { task } = hand
  hand.task = undefined
  hand.worker.unref()
  return task
}

function hire(room: Room): Hand {
  // Where TypeScript runs as it is the worker is a .ts file too; the published package has .js.
  const file = import.meta.url.endsWith('.ts') ? './crew-worker.ts' : './crew-worker.js'
  // Without the flags of this process: --input-type and --import are meant for its own first file.
  const worker = new Worker(new URL(file, import.meta.url), { execArgv: [] })
  const hand: Hand = { worker, task: undefined }
  room.hands.add(hand)
  worker.on('message', (answer: Answer) => {
    // The last words of a thread that is being ended: to let go of it now would end the process before it has ended.
    if (room.closing) return
    const task = release(hand)
    if ('error' in answer) task?.reject(unpackError(answer.error))
    else task?.resolve(answer.output as never)
    handOut(room)
  })
  const lose = (error: unknown) => {
    room.hands.delete(hand)
    release(hand)?.reject(error)
    void worker.terminate()
    handOut(room)
  }
  worker.on('messageerror', lose)
  worker.on('error', error => lose(translate(error)))
  worker.on('exit', code => lose(new Error(`a thread that was fitting ended with ${code}`)))
  return hand
}

async function close(room: Room): Promise<void> {
  const interrupted = new Failure('INTERRUPTED')
  const ending = Array.from(room.hands, hand => {
    const { worker, task } = hand
    release(hand)?.reject(interrupted)
    // A thread that is idle ends by itself: V8 may stumble when one is cut off while it tidies up its code.
    return task ? worker.terminate() : dismiss(worker)
  })
  for (const task of room.waiting.splice(0)) task.reject(interrupted)
  await Promise.all(ending)
}

const DISMISS_MS = 1000

function dismiss(worker: Worker): Promise<unknown> {
  worker.ref()
  const ended = new Promise(resolve => worker.once('exit', resolve))
  const late = setTimeout(() => void worker.terminate(), DISMISS_MS)
  worker.postMessage(DISMISSED)
  return ended.finally(() => clearTimeout(late))
}

/** What a thread gets in place of an order when there will be no more. */
export const DISMISSED = 'dismissed'

function translate(error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') return error
  return new Failure('OUT_OF_MEMORY', { reason: 'fitting the model took more than a thread may have' })
}

export function packError(error: unknown): PackedError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  if (!(error instanceof Failure)) return { name, message, stack }
  return { failure: { code: error.code, parameters: error.parameters }, name, message, stack }
}

const CLASSES: Readonly<Record<string, new (message: string) => Error>> = { RangeError, TypeError }

function unpackError({ failure, name, message, stack }: PackedError): Error {
  const error = failure ? new Failure(failure.code, failure.parameters) : new (CLASSES[name] ?? Error)(message)
  if (stack !== undefined) error.stack = stack
  return error
}
