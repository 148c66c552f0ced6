/** What a person reads of a model file of another program, whether it can be scored or not. */
import type { ForeignFile } from '../../verbs/foreign-file.ts'
import type { Terminal } from '../terminal.ts'
import { number } from '../words.ts'
import { settingTexts, shown, stepLines, versionTexts } from './source.ts'

export function describeForeign(
  terminal: Terminal,
  path: string,
  file: { bytes: number; id: string },
  opened: ForeignFile,
): void {
  const { about, artifact, refusal, notes } = opened
  const held = about.bytes === file.bytes ? '' : `, ${number(about.bytes)} once no longer compressed`
  terminal.say('file', `${path}, ${number(file.bytes)} bytes${held}`)
  terminal.say('id', file.id)
  terminal.say('format', [about.format, ...about.containers].join(', '))
  const versions = versionTexts(about.versions)
  if (versions.length) terminal.say('written', `by ${versions.join(', ')}`)
  if (about.model) terminal.say('holds', about.model)
  const set = settingTexts(about.parameters)
  if (set.length) terminal.say('', set.join(', '))
  for (const each of about.beside) terminal.say('beside', `${each}, not scored`)
  if (about.classes) terminal.say('classes', shown(about.classes))
  if (about.features) terminal.say('features', `${about.features.length}: ${shown(about.features)}`)
  else if (about.featureCount !== undefined) terminal.say('features', `${about.featureCount}, without names`)
  if (about.threshold !== undefined) terminal.say('cut', `${about.threshold} in the file`)
  if (about.globals.length)
    terminal.say('names', `${about.globals.length} classes and functions: ${shown(about.globals)}`)
  for (const note of notes) terminal.say('beside', note)
  if (refusal) {
    const where = refusal.at === undefined ? '' : ` (byte ${number(refusal.at)})`
    terminal.say('refused', `${refusal.message}${where}`)
    if (refusal.hint) terminal.say('', refusal.hint)
    return
  }
  if (!artifact) return
  for (const line of stepLines(artifact)) terminal.say('step', line)
  terminal.say('risk', artifact.source?.risk ?? '')
  for (const { name, cut, rule } of artifact.levels) terminal.say(name, `risk > ${cut}; ${rule}`)
  for (const sentence of artifact.source?.warnings ?? []) terminal.say('!', sentence)
}

/** The same for programs. */
export function foreignRecord(path: string, file: { bytes: number; id: string }, opened: ForeignFile): object {
  const { about, artifact, refusal, notes } = opened
  return {
    path,
    ...file,
    about,
    scored: artifact !== undefined && refusal === undefined,
    ...(artifact
      ? {
          features: artifact.features.map(({ name }) => name),
          steps: stepLines(artifact),
          levels: artifact.levels,
          source: artifact.source,
        }
      : {}),
    ...(refusal ? { refusal } : {}),
    notes,
  }
}
