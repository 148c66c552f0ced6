/**
 * The process in which model files of other programs are read. It may read this program's own files and nothing else: the
 * bytes come over standard input, what they come to goes back over standard output.
 */
import { readFileSync, writeSync } from 'node:fs'
import { encode } from '../artifact/artifact.ts'
import { type Imported, importModel } from '../importers/import-model.ts'
import { type ForeignQuestion, packMessage, unpackMessage } from './foreign-message.ts'

const { head, parts } = unpackMessage(readFileSync(0))
const { request, files, version } = head as ForeignQuestion
const [bytes, ...more] = parts as [Uint8Array, ...Uint8Array[]]
const beside = Object.fromEntries(files.map(({ role, name }, i) => [role, { name, bytes: more[i] as Uint8Array }]))

let answer: Imported | { readonly mistake: string }
try {
  answer = await importModel({ ...request, ...beside, bytes }, version)
} catch (error) {
  // Memory that is refused is an error, too; whatever it is, the parent says it.
  answer = { mistake: error instanceof Error ? error.message : String(error) }
}
const artifact = 'artifact' in answer ? answer.artifact : undefined
const out = packMessage({ ...answer, artifact: undefined }, artifact ? [encode(artifact)] : [])
for (let at = 0; at < out.length; ) at += writeSync(1, out, at)
