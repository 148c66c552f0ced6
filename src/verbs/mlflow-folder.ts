/**
 * A folder that MLflow logged: `MLmodel` (YAML) says which library's file in it is the model, and what its inputs are
 * called. Environments and code paths beside it are never looked at.
 */
import { existsSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { isWithin, refused } from './mlflow-store.ts'
import { parsed, readSmall, yamlMap } from './small-file.ts'

export interface MlflowModel {
  readonly folder: string
  /** The path of the file that holds the model. */
  readonly file: string
  /** "sklearn": under which the file stands. */
  readonly flavor: string
  /** Of the signature, where it names columns. */
  readonly features?: readonly string[]
  /** Versions that the folder states: of MLflow and of the library. */
  readonly versions: Readonly<Record<string, string>>
  readonly run?: string
  /** The path of the rows that were logged with it. */
  readonly example?: string
}

type Mapping = ReadonlyMap<unknown, unknown>

/** Flavors whose file is opened, and the key that names it. */
const FILES: readonly (readonly [string, string])[] = [
  ['sklearn', 'pickled_model'],
  ['lightgbm', 'data'],
  ['xgboost', 'data'],
  ['onnx', 'data'],
]
const FORMATS = ['pickle', 'cloudpickle', 'skops']
const VERSIONS: Readonly<Record<string, string>> = {
  sklearn: 'scikit-learn',
  lightgbm: 'lightgbm',
  xgboost: 'xgboost',
  onnx: 'onnx',
}

export const isMlflowFolder = (path: string): boolean => existsSync(join(path, 'MLmodel'))

/** @param path as the person named it, for messages
 * @throws Failure MODEL_REFUSED */
export function readMlflowFolder(folder: string, path = folder): MlflowModel {
  const about = yamlMap(readSmall(join(folder, 'MLmodel')))
  const flavors = about?.get('flavors')
  if (!about || !(flavors instanceof Map))
    throw refused(path, 'its MLmodel file is damaged: it names no flavors', 'Log the model again.')
  const [flavor, key] = FILES.find(([name]) => flavors.get(name) instanceof Map) ?? []
  if (flavor === undefined || key === undefined) throw notOpened(path, flavors)
  const said = flavors.get(flavor) as Mapping
  const format = said.get('serialization_format')
  if (flavor === 'sklearn' && typeof format === 'string' && !FORMATS.includes(format))
    throw refused(path, `its model is saved as ${format}`, 'Log it with serialization_format="pickle" or "skops".')
  const file = insideOf(folder, said.get(key))
  if (file === undefined)
    throw refused(path, `${key} of the flavor ${flavor} names no file in the folder`, 'Log the model again.')
  const features = namesOf(about.get('signature'))
  const example = exampleOf(folder, about.get('saved_input_example_info'))
  const run = about.get('run_id')
  return {
    folder,
    file,
    flavor,
    versions: versionsOf(about, said, flavor),
    ...(features ? { features } : {}),
    ...(typeof run === 'string' ? { run } : {}),
    ...(example === undefined ? {} : { example }),
  }
}

function notOpened(path: string, flavors: Mapping) {
  const names = [...flavors.keys()].map(String).filter(name => name !== 'python_function')
  if (names.includes('pytorch'))
    return refused(
      path,
      'its flavor pytorch is a whole pickled module, whose code is not in the file',
      "Save the weights with what is needed to build the network: torch.save({'model_state_dict': model.state_dict(), " +
        "'activation': 'relu', 'threshold': threshold, 'features': names}, 'model.pth'), or log it with mlflow.onnx.",
    )
  return refused(
    path,
    names.length > 0
      ? `its flavor is ${names.slice(0, 5).join(', ')}; sklearn, lightgbm, xgboost and onnx are opened`
      : 'its only flavor is python_function, which is code',
    'Log the fitted model itself: mlflow.sklearn.log_model, mlflow.lightgbm, mlflow.xgboost or mlflow.onnx.',
  )
}

/** A file below the folder; links that lead out of it are none. */
function insideOf(folder: string, name: unknown): string | undefined {
  if (typeof name !== 'string' || name === '' || isAbsolute(name) || name.includes('\0')) return undefined
  const path = join(folder, name)
  // A link to itself is a file that is not there.
  if (!existsSync(path) || !statSync(path).isFile()) return undefined
  return isWithin(folder, path) ? path : undefined
}

/** Columns of the signature; of a tensor there are no names. */
function namesOf(signature: unknown): readonly string[] | undefined {
  const inputs = signature instanceof Map ? signature.get('inputs') : undefined
  const columns = typeof inputs === 'string' ? parsed(inputs) : undefined
  if (!Array.isArray(columns)) return undefined
  const names = columns.map(column => (column as { name?: unknown } | null)?.name)
  return names.length > 0 && names.every(name => typeof name === 'string') ? (names as string[]) : undefined
}

const exampleOf = (folder: string, info: unknown) =>
  info instanceof Map ? insideOf(folder, info.get('artifact_path')) : undefined

function versionsOf(about: Mapping, said: Mapping, flavor: string): Record<string, string> {
  const own = said.get(`${flavor === 'lightgbm' ? 'lgb' : flavor === 'xgboost' ? 'xgb' : flavor}_version`)
  const mlflow = about.get('mlflow_version')
  return {
    ...(typeof own === 'string' ? { [VERSIONS[flavor] as string]: own } : {}),
    ...(typeof mlflow === 'string' ? { mlflow } : {}),
  }
}
