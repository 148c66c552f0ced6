/** Which program wrote a file, told by its first bytes alone: names of files lie. */
import { compressionOf } from './containers/magic.ts'
import { isXgboostBinary } from './xgboost/binary.ts'

/** Formats that are opened, in the order in which they are looked for. */
export type FormatName = 'torch' | 'skops' | 'onnx' | 'lightgbm' | 'xgboost' | 'pickle'

export type Recognised =
  | { readonly kind: 'format'; readonly format: FormatName }
  | { readonly kind: 'compressed' }
  /** A file of a program whose models are not opened, and what to do about it. */
  | { readonly kind: 'stranger'; readonly what: string; readonly hint: string }
  | { readonly kind: 'unknown' }

/** So much is looked at. */
const HEAD = 4096
/** Names of a zip's files stand at its end. */
const TAIL = 1 << 20

export function recognise(bytes: Uint8Array): Recognised {
  const head = latin1(bytes.subarray(0, HEAD))
  const stranger = STRANGERS.find(({ is }) => is(head, bytes))
  if (stranger) return { kind: 'stranger', what: stranger.what, hint: stranger.hint }
  const format = FORMATS.find(([, is]) => is(head, bytes))
  if (format) return { kind: 'format', format: format[0] }
  if (compressionOf(bytes)) return { kind: 'compressed' }
  const other = OTHERS.find(({ is }) => is(head, bytes))
  return other ? { kind: 'stranger', what: other.what, hint: other.hint } : { kind: 'unknown' }
}

type Is = (head: string, bytes: Uint8Array) => boolean

const isZip: Is = head => head.startsWith('PK\x03\x04')
const isJson = (head: string) => /^\s*\{\s*"/.test(head)
const holds =
  (name: string): Is =>
  (head, bytes) =>
    isZip(head, bytes) && viewOf(bytes.subarray(Math.max(0, bytes.length - TAIL))).includes(name)

/** The tree of a skops archive; its arrays lie beside it as .npy. */
const SKOPS = 'schema.json'
/** A number that torch.save wrote as a pickle of its own before 1.6, when its files were no archives yet. */
const OLD_TORCH = '\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'

const FORMATS: readonly (readonly [FormatName, Is])[] = [
  ['torch', (head, bytes) => head.startsWith(OLD_TORCH) || holds('/data.pkl')(head, bytes)],
  ['skops', holds(SKOPS)],
  ['lightgbm', head => /^tree\r?\n/.test(head) || (isJson(head) && /"name"\s*:\s*"tree"/.test(head))],
  [
    'xgboost',
    (head, bytes) =>
      /^\{\s*"(learner|version|Config)"/.test(head) ||
      /^\{(L.{8}|[Ui].|I..|l.{4})(learner|version|Config)/s.test(head) ||
      isXgboostBinary(bytes),
  ],
  ['onnx', isOnnx],
  ['pickle', isPickle],
]

/** A pickle of protocol 2 and later says so; an older one begins with any of a few operations and ends with a full stop. */
function isPickle(head: string, bytes: Uint8Array): boolean {
  if (/^\x80[\x02-\x05]/.test(head)) return true
  // `]` and a zero begin an lzma file.
  if (/^\]\x00/.test(head) || bytes[bytes.length - 1] !== 0x2e) return false
  return /^(c[\w.]+\n[\w.]+\n|\((?:[lditcK(Sq]|\]|\})|[\]}]q|\)\x81)/s.test(head)
}

/** Protocol buffers: field 1 (the version of the format, a small number), then another field of a model. */
function isOnnx(head: string): boolean {
  const [tag, version, next] = Array.from(head.slice(0, 3), character => character.charCodeAt(0))
  return (
    tag === 0x08 && version! >= 1 && version! <= 40 && [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72].includes(next!)
  )
}

const RESAVE = "Save the model as ONNX, or as the library's own text format, where it has one."
const TABLE = 'Give the table as --input, and a model as --model.'

interface Stranger {
  readonly is: Is
  readonly what: string
  readonly hint: string
}

const STRANGERS: readonly Stranger[] = [
  {
    is: head => head.startsWith('\x89HDF\r\n'),
    what: 'an HDF5 file, as Keras writes its models',
    hint: 'Convert it to ONNX with tf2onnx: python -m tf2onnx.convert --keras model.h5 --output model.onnx',
  },
  {
    is: holds('model.weights.h5'),
    what: 'a Keras model',
    hint: 'Convert it to ONNX: model.export("model.onnx", format="onnx")',
  },
  {
    is: (head, bytes) => holds('.npy')(head, bytes) && !holds(SKOPS)(head, bytes),
    what: 'a zip of numpy arrays (.npz), which holds no model',
    hint: RESAVE,
  },
  {
    is: head => head.startsWith('CBM1'),
    what: 'a CatBoost model',
    hint: 'Save it as ONNX: model.save_model("model.onnx", format="onnx")',
  },
  {
    is: head => head.startsWith('bs64'),
    what: 'an XGBoost model in its old text format',
    hint: 'Save it again: xgboost.Booster(model_file="model.bin").save_model("model.json")',
  },
  { is: head => head.startsWith('TFL3', 4), what: 'a TensorFlow Lite model', hint: 'Convert it to ONNX with tf2onnx.' },
  {
    is: head => /<PMML[\s>]/.test(head),
    what: 'a PMML document',
    hint: 'Give the model that it was made from: joblib, ONNX, LightGBM or XGBoost.',
  },
  {
    is: head => /^(RD[AX][23]\n|X\n\x00\x00\x00)/.test(head),
    what: 'data of R',
    hint: 'Save the model from R as ONNX or, for boosted trees, with xgb.save or lgb.save.',
  },
  { is: head => head.startsWith('\x93NUMPY'), what: 'a numpy array, which holds no model', hint: RESAVE },
  {
    is: head => head.startsWith('version https://git-lfs.github.com/'),
    what: 'the pointer that Git keeps in place of a large file',
    hint: 'Fetch the file itself: git lfs pull',
  },
  {
    is: head => /^\s*<(!doctype html|html)\b/i.test(head),
    what: 'a web page, as a download that failed leaves one',
    hint: 'Download the model file itself.',
  },
  { is: head => head.startsWith('PAR1'), what: 'a Parquet table, not a model', hint: TABLE },
  {
    is: head => head.startsWith('SQLite format 3'),
    what: 'an SQLite database, not a model',
    hint: 'Export the model from it to a file.',
  },
]

/** Containers in which anything may be; looked for last. */
const OTHERS: readonly Stranger[] = [
  { is: isZip, what: 'a zip archive in which no model is known', hint: 'Unpack it, and give the model file in it.' },
  {
    is: isJson,
    what: 'a JSON file that no LightGBM or XGBoost wrote',
    hint: 'Give the model file itself; a recipe goes to tocsin fit.',
  },
]

const viewOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const latin1 = (bytes: Uint8Array): string => viewOf(bytes).toString('latin1')
