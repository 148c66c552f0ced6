/** The process as the commands see it: where text goes, what time it is, what happens on Ctrl-C. */
import { EXIT, type Failure } from '../errors.ts'
import { printable } from '../printable.ts'
import { createHost, type Forget, type Host, type Stop } from '../verbs/host.ts'
import { number } from './words.ts'

export interface Terminal {
  readonly host: Host
  readonly json: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Results, on stdout. */
  out(text: string): void
  /** One line of a summary: nothing with --quiet or --json. */
  say(label: string, text: string): void
  /** The result as JSON, only with --json. */
  result(value: unknown): void
  /** Notes, with --verbose. */
  note(text: string): void
  fail(failure: Failure): void
  /** A failure that is ours, not the user's. */
  bug(error: unknown): void
  /** Summaries go to stderr from here on, because stdout carries data. */
  toStderr(): void
  /** Removes an unfinished progress line. */
  clear(): void
}

const LABEL = 9
/** Work that takes less shows no progress. */
const PATIENCE_MS = 1000
const REDRAW_MS = 100

export function openTerminal(argv: readonly string[]): Terminal {
  const has = (...flags: string[]) => argv.some(word => flags.includes(word))
  const json = has('--json')
  const quiet = has('--quiet', '-q')
  const verbose = has('--verbose', '-v')
  let summary: NodeJS.WriteStream = process.stdout
  const progress = progressLine(quiet || json)
  const warn = (text: string) => {
    progress.clear()
    if (!quiet) process.stderr.write(printable(`WARNING: ${indented(text)}\n`))
  }
  // A reader that goes away (head, a closed pager) ends the program quietly: it has seen what it wanted.
  process.stdout.on('error', error => {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'EPIPE')
      process.stderr.write(
        `ERROR: Cannot write standard output: ${message}\n\nSolution: Free some space, or give --output a file name.\n`,
      )
    void stopAll().then(() => process.exit(code === 'EPIPE' ? (process.exitCode ?? EXIT.ok) : EXIT.output))
  })
  return {
    json,
    quiet,
    verbose,
    host: createHost({ onStop, progress: progress.show, warn }),
    out: text => process.stdout.write(printable(text)),
    say(label, text) {
      progress.clear()
      if (!quiet && !json) summary.write(printable(`${label.padEnd(LABEL)}${indented(text)}\n`))
    },
    result(value) {
      if (json) process.stdout.write(printable(`${JSON.stringify(value, null, 2)}\n`))
    },
    note(text) {
      progress.clear()
      if (verbose && !quiet && !json) summary.write(printable(`${'note'.padEnd(LABEL)}${indented(text)}\n`))
    },
    fail({ code, message, hint, exit }) {
      progress.clear()
      if (stopping) return
      if (json)
        process.stdout.write(printable(`${JSON.stringify({ error: { code, message, hint, exit } }, null, 2)}\n`))
      else process.stderr.write(printable(`ERROR: ${message}\n\nSolution: ${hint}\n`))
    },
    bug(error) {
      progress.clear()
      if (stopping) return
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      process.stderr.write(
        `ERROR: this is a mistake in tocsin, not in your data: ${text}\n\nSolution: Please report it with the command you ran.\n`,
      )
    },
    toStderr() {
      summary = process.stderr
    },
    clear: progress.clear,
  }
}

/** A name from a file can hold a line break; what follows must not look like a line of ours. */
const indented = (text: string) => text.replace(/\n(?! )/g, `\n${' '.repeat(LABEL)}`)

/** One line on stderr, drawn over itself; only for work over a second, only on a terminal. */
function progressLine(silent: boolean) {
  const shown = process.stderr.isTTY && !silent && process.env.TERM !== 'dumb'
  const startMs = performance.now()
  let drawnMs = 0
  let drawn = false
  return {
    show(what: string, done: number, total: number) {
      const nowMs = performance.now()
      if (!shown || nowMs - startMs < PATIENCE_MS || nowMs - drawnMs < REDRAW_MS) return
      drawnMs = nowMs
      drawn = true
      const share = total > 0 ? ` of ${number(total)}  ${Math.min(100, Math.floor((100 * done) / total))} %` : ''
      process.stderr.write(`\r\x1b[K${printable(what)}  ${number(done)}${share}`)
    },
    clear() {
      if (drawn) process.stderr.write('\r\x1b[K')
      drawn = false
    },
  }
}

const stops = new Set<Stop>()
/** While a signal is being obeyed: what fails meanwhile fails because of it, and says nothing. */
let stopping = false
/** The last piece of work put all that was asked for in place, and no other has begun. */
let done = false
/** Obeys a signal that came too late for the work of its moment. */
let leave: (() => void) | undefined

function onStop(stop: Stop): Forget {
  listen()
  leave?.()
  done = false
  stops.add(stop)
  return (isDone = false) => {
    stops.delete(stop)
    done = isDone && stops.size === 0
  }
}

/** Whether all of them say that it is too late. */
async function stopAll(): Promise<boolean> {
  if (stops.size === 0) return done
  const ends = await Promise.allSettled([...stops].map(async stop => stop()))
  return ends.every(end => end.status === 'fulfilled' && end.value === true)
}

let listening = false

/**
 * On a signal: clear up and go, with the code that says which; nothing is left behind. When the outputs are already in
 * place the run ends as it would have, within milliseconds: a code that says "nothing was written" must be true.
 */
function listen(): void {
  if (listening) return
  listening = true
  const on = (signal: NodeJS.Signals, exit: number, word: string) =>
    process.on(signal, async () => {
      // A Ctrl-C often comes twice, from the terminal and from a parent that passes it on.
      if (stopping) return
      stopping = true
      if (await stopAll()) {
        stopping = false
        leave = () => process.exit(exit)
        return
      }
      process.stderr.write(`\n${word}: nothing was written.\n`)
      process.exit(exit)
    })
  on('SIGINT', EXIT.interrupted, 'Interrupted')
  on('SIGTERM', EXIT.terminated, 'Terminated')
  // Windows has no hang-up; Node maps the closing of its console to SIGHUP, with the same meaning.
  on('SIGHUP', EXIT.hungUp, 'Hung up')
}
