/**
 * Words for models of MLflow, `runs:/RUN/PATH` and `models:/NAME/VERSION`, looked up in a folder of runs (`mlruns/`), as
 * MLflow writes it where no server is named. Read natively: MLflow 3.13 and newer refuse such folders themselves.
 */
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from '../errors.ts'
import { readSmall, yamlMap } from './small-file.ts'

const WORD = /^(runs|models):\//
/** Of names in such words: no separators, nothing that leads elsewhere. */
const NAME = /^(?!\.)[^/\\\0]{1,250}$/
const DEFAULT_STORE = 'mlruns'

export const isMlflowWord = (path: string): boolean => WORD.test(path)

/** @throws Failure MODEL_NOT_FOUND, MODEL_REFUSED, with the word as its path */
export function folderOfWord(word: string, tracking = process.env.MLFLOW_TRACKING_URI): string {
  const store = storeOf(word, tracking)
  const parts = word.replace(WORD, '').replace(/^\/+/, '').split('/')
  if (parts.some(part => !NAME.test(part))) throw refused(word, 'it is not spelled as MLflow spells it', SPELLED)
  const found = word.startsWith('runs') ? ofRun(store, parts) : ofRegistry(word, store, parts)
  if (found && existsSync(join(found, 'MLmodel'))) return found
  throw new Failure('MODEL_NOT_FOUND', { path: word, folder: `${store}/` })
}

const SPELLED =
  'Write runs:/RUN/PATH, models:/NAME/3, models:/NAME/latest, models:/NAME/Production or models:/NAME@alias.'

export const refused = (path: string, reason: string, hint: string) =>
  new Failure('MODEL_REFUSED', { path, reason, hint })

/** The folder that MLFLOW_TRACKING_URI names; ./mlruns where it names none. */
function storeOf(word: string, tracking: string | undefined): string {
  const said = tracking?.trim() || DEFAULT_STORE
  if (/^(https?|databricks|uc)\b/.test(said) || /^(sqlite|postgresql|mysql|mssql)\b.*:\/\//.test(said))
    throw refused(
      word,
      'a client for tracking servers is not in this version',
      `Download the model, and give its folder: mlflow artifacts download --artifact-uri ${word} --dst-path model`,
    )
  return resolve(said.startsWith('file:') ? pathOfUri(said) : said)
}

function pathOfUri(uri: string): string {
  return uri.startsWith('file:///') ? fileURLToPath(uri) : uri.replace(/^file:(\/\/)?/, '')
}

const foldersIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true })
        .flatMap(each => (each.isDirectory() ? [each.name] : []))
        .sort()
    : []

/** An artifact of the run; since MLflow 3 a model of this name that the run logged. */
function ofRun(store: string, [run, ...path]: string[]): string | undefined {
  for (const experiment of foldersIn(store)) {
    const artifact = join(store, experiment, run as string, 'artifacts', ...path)
    if (existsSync(join(artifact, 'MLmodel'))) return within(store, artifact)
    const models = join(store, experiment, 'models')
    for (const id of foldersIn(models)) {
      const meta = metaIn(join(models, id))
      if (meta && meta.get('source_run_id') === run && meta.get('name') === path.join('/'))
        return within(store, join(models, id, 'artifacts'))
    }
  }
  return undefined
}

/** `NAME@alias`, `NAME/VERSION`, `NAME/latest`, `NAME/STAGE`, or the id of a logged model alone. */
function ofRegistry(word: string, store: string, parts: string[]): string | undefined {
  const [first, second, ...more] = parts as [string, ...string[]]
  const [, name = first, alias] = second === undefined ? (/^(.+)@([^@]+)$/.exec(first) ?? []) : []
  if (more.length > 0) throw refused(word, 'it is not spelled as MLflow spells it', SPELLED)
  if (alias === undefined && second === undefined) return loggedModel(store, first)
  const folder = join(store, 'models', name)
  const version =
    alias === undefined ? versionOf(folder, second as string) : readSmall(join(folder, 'aliases', alias))?.trim()
  if (version === undefined || !/^\d{1,9}$/.test(version)) return undefined
  const meta = metaIn(join(folder, `version-${version}`))
  const place = meta?.get('storage_location') ?? meta?.get('source')
  return typeof place === 'string' ? placeOf(word, store, place) : undefined
}

function loggedModel(store: string, id: string): string | undefined {
  const folders = foldersIn(store).map(experiment => join(store, experiment, 'models', id, 'artifacts'))
  const found = folders.find(folder => existsSync(folder))
  return found && within(store, found)
}

/** The highest version, of all or of a stage; a number is itself. */
function versionOf(folder: string, said: string): string | undefined {
  if (/^\d+$/.test(said)) return said
  const versions = foldersIn(folder).flatMap(name => {
    const version = /^version-(\d{1,9})$/.exec(name)?.[1]
    const stage = version && metaIn(join(folder, name))?.get('current_stage')
    const fits = said === 'latest' || (typeof stage === 'string' && stage.toLowerCase() === said.toLowerCase())
    return version !== undefined && fits ? [Number(version)] : []
  })
  return versions.length > 0 ? String(Math.max(...versions)) : undefined
}

/** Where the artifacts of a version lie. A store that was moved still says its old place: what follows the run stays. */
function placeOf(word: string, store: string, place: string): string {
  const logged = /^models:\/+(m-[\w-]+)$/.exec(place)?.[1]
  const found = logged === undefined ? pathOfUri(place) : loggedModel(store, logged)
  for (const path of [found, ...tailsOf(found ?? '').map(tail => join(store, tail))])
    if (path !== undefined && existsSync(path) && isWithin(store, path)) return path
  throw refused(
    word,
    `its files are at ${place}, outside of ${store}`,
    'Give the folder that has its MLmodel file: --model FOLDER',
  )
}

/** `EXPERIMENT/RUN/artifacts/…` and `EXPERIMENT/models/ID/artifacts/…` at the end of a path. */
function tailsOf(path: string): string[] {
  const parts = path.split(/[\\/]/)
  const at = parts.indexOf('artifacts')
  return [2, 3].flatMap(before => (at >= before ? [parts.slice(at - before).join('/')] : []))
}

/** Whether it lies in the folder once links are followed. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(realpathSync(folder), realpathSync(path))
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

const within = (store: string, path: string): string | undefined => (isWithin(store, path) ? path : undefined)

const metaIn = (folder: string) => yamlMap(readSmall(join(folder, 'meta.yaml')))
