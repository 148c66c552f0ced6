/**
 * node full-disk.ts JSON, in a mount namespace of its own: runs a program on a disk that holds the set of an earlier
 * run and k × 64 KiB (or k inodes) more, for k = 0, 1, … until it succeeds. Prints a Report.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, readdirSync, statfsSync } from 'node:fs'
import { run, type Subject } from './faults.ts'
import { isExactly } from './publish-set.ts'

export interface Job {
  /** `dir` is an empty folder to mount on. */
  readonly subject: Omit<Subject, 'old' | 'fresh' | 'either'>
  readonly old: [string, string[]][]
  readonly fresh: [string, string[]][]
  readonly what: 'bytes' | 'inodes'
  readonly env: Record<string, string>
}

export interface Report {
  readonly points: number
  /** How many of them were refused before any work, for want of space. */
  readonly early: number
  readonly problems: string[]
}

const STEP = 64 * 1024
const PLENTY = { size: 256 * 2 ** 20, nr_inodes: 100_000 }
/** At most this many steps: more than any program here needs. */
const LAST = 1000

const { subject, what, env, ...hashes } = JSON.parse(process.argv[2] as string) as Job
const { dir, before } = subject
const [old, fresh] = [new Map(hashes.old), new Map(hashes.fresh)]

const mount = (...args: string[]) => {
  const { status, stderr } = spawnSync('mount', [...args, '-t', 'tmpfs', 'tmpfs', dir], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount: ${stderr}`)
}
const allow = (limits: { size: number; nr_inodes: number }) =>
  mount('-o', `remount,size=${limits.size},nr_inodes=${limits.nr_inodes}`)

mount('-o', `size=${PLENTY.size},nr_inodes=${PLENTY.nr_inodes}`)
cpSync(before, dir, { recursive: true })
const { blocks, bfree, bsize, files, ffree } = statfsSync(dir)
const used = { size: (blocks - bfree) * bsize, nr_inodes: files - ffree }

const problems: string[] = []
let early = 0
let k = 0
for (; k < LAST && problems.length < 20; k++) {
  allow(what === 'bytes' ? { ...PLENTY, size: used.size + k * STEP } : { ...PLENTY, nr_inodes: used.nr_inodes + k })
  const { status, stderr } = await run(subject, env)
  if (status === 0) break
  if (status !== 4) problems.push(`${what} ${k}: ended with ${status}: ${stderr}`)
  if (!stderr.includes(`No space left while writing ${dir}`)) problems.push(`${what} ${k}: says ${stderr}`)
  if (/needed, .* free/.test(stderr)) early++
  if (!isExactly(dir, old)) problems.push(`${what} ${k}: left ${readdirSync(dir)}, not the set as it was`)
  if (k % 16 !== 0) continue
  allow(PLENTY)
  const next = await run(subject)
  if (next.status !== 0) problems.push(`${what} ${k}: the next run ended with ${next.status}: ${next.stderr}`)
  if (!isExactly(dir, fresh)) problems.push(`${what} ${k}: the next run left ${readdirSync(dir)}`)
  cpSync(before, dir, { recursive: true })
}
if (k === LAST) problems.push(`${what}: the program never succeeded`)
else if (!isExactly(dir, fresh)) problems.push(`${what} ${k}: enough, but left ${readdirSync(dir)}`)
spawnSync('umount', [dir])
console.log(JSON.stringify({ points: k, early, problems } satisfies Report))
