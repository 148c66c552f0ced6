/** A signal at random moments of a run: anywhere, while it works, while it puts its set in place. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRandom } from '../../src/math/random.ts'
import { type Child, type End, restore, run, type Subject, wrong } from './faults.ts'
import { isExactly } from './publish-set.ts'

export interface Plan {
  readonly signal: NodeJS.Signals
  /** Moments spread evenly from the start of the process to its end. */
  readonly anywhere: number
  /** From the moment at which the run holds its lock. */
  readonly working: number
  /** From the moment at which all files are written and the set is about to be put in place. */
  readonly publishing: number
  readonly seed: number
  /** So many signals, then a run that must clear up after all of them. */
  readonly each: number
  /** What is wrong after a signal. */
  judge(subject: Subject, end: End): string[]
}

type Phase = 'anywhere' | 'working' | 'publishing'

/** Publishing takes a few fsyncs: this long on a slow disk. */
const PUBLISHING_MS = 30

export async function atRandomMoments(subject: Subject, plan: Plan) {
  const problems: string[] = []
  const ends = new Map<number | string, number>()
  const count = (what: number | string) => ends.set(what, (ends.get(what) ?? 0) + 1)
  let fullMs = 0
  for (const [i, { phase, at }] of moments(plan).entries()) {
    if (i % plan.each === 0) {
      if (i > 0) problems.push(...(await wrong(subject)).map(text => `before ${i}: ${text}`))
      // Measured again and again, because other programs make it longer and shorter.
      fullMs = await fullRun(subject)
      restore(subject)
    }
    // Between, nothing is put back: the next run finds what several killed ones left.
    let over = false
    const end = await run(subject, {}, async child => {
      await reached(phase, subject.dir, child, () => over)
      await sleep(at * (phase === 'publishing' ? PUBLISHING_MS : fullMs), undefined, { ref: false })
      if (!over) child.kill(plan.signal)
    })
    over = true
    count(end.status ?? String(end.signal))
    if (!existsSync(join(subject.dir, 'out_metadata.json'))) count('between the sets')
    else if (end.status !== 0 && isExactly(subject.dir, subject.fresh)) count('set complete')
    problems.push(...plan.judge(subject, end).map(text => `${i}, ${phase} ${at.toFixed(3)} of ${fullMs} ms: ${text}`))
  }
  problems.push(...(await wrong(subject)))
  return { problems, ends }
}

function moments({ seed, ...plan }: Plan): { phase: Phase; at: number }[] {
  const random = createRandom(seed)
  const phases = ['anywhere', 'working', 'publishing'] as const
  const all = phases.flatMap(phase =>
    Array.from({ length: plan[phase] }, (_, i) => ({
      phase,
      at: (i + random.next()) / plan[phase],
      key: random.next(),
    })),
  )
  return all.sort((a, b) => a.key - b.key)
}

async function fullRun(subject: Subject): Promise<number> {
  restore(subject)
  const startedMs = performance.now()
  await run(subject)
  return Math.round(performance.now() - startedMs)
}

async function reached(phase: Phase, dir: string, child: Child, over: () => boolean): Promise<void> {
  if (phase === 'anywhere') return
  const own = () => readdirSync(dir).find(name => name.startsWith(`.out.tocsin-${child.pid}-`))
  let folder: string | undefined
  const there = () => {
    folder ??= own()
    if (folder === undefined) return false
    return phase === 'working' || existsSync(join(dir, folder, 'set', 'out_metadata.json'))
  }
  while (!over() && !there()) await sleep(1)
}
