/**
 * Autoencoders of PyTorch: a dict that torch.save wrote, with the weights of one nn.Sequential and what is needed to build
 * it again: {model_state_dict, threshold, input_dim, encoder_dims, bottleneck_dim, activation, dropout, …}.
 *
 * The risk is the mean over the features of (x̂ − x)², in float64 with the float32 weights of the file; PyTorch computes
 * in float32, so its last digits differ.
 */
import type { About } from '../about.ts'
import type { Open, Opened } from '../format.ts'
import { assemble, behind } from '../lowering/assemble.ts'
import { numberOf, textOf } from '../numpy/array.ts'
import { refuseHostile } from '../pickle/globals.ts'
import { type Pickle, readPickle } from '../pickle/machine.ts'
import { isNode, nameOf, type Value } from '../pickle/nodes.ts'
import { transformerIn } from '../pickle-model.ts'
import type { Program } from '../program.ts'
import { type Network, reconstruction } from '../reconstruction.ts'
import { Refusal } from '../refusal.ts'
import type { ImportRequest } from '../request.ts'
import { isEstimator, listOf, textsOf } from '../sklearn/estimator.ts'
import { chooseNames, namesIn } from '../sklearn/feature-names.ts'
import { estimators } from '../sklearn/index.ts'
import { openZip, type Zip } from '../zip.ts'
import { EXPORT, type Layers, layersOf } from './layers.ts'
import { isTensor, namedIn, type Storages, tensorOf } from './tensors.ts'

/** What torch.nn.LeakyReLU has where nobody says otherwise. */
const LEAKY_SLOPE = 0.01
const ACTIVATIONS: ReadonlyMap<string, string> = new Map([
  ['relu', 'relu'],
  ['leakyrelu', 'leaky-relu'],
  ['tanh', 'tanh'],
  ['sigmoid', 'logistic'],
  ['logistic', 'logistic'],
  ['identity', 'identity'],
  ['linear', 'identity'],
])
const STATES = ['model_state_dict', 'state_dict', 'model_state', 'model']
const FEATURES = ['features', 'feature_names', 'feature_columns', 'feature_cols', 'columns']
/** Read above, or of training only. */
const SILENT = new Set(
  `${STATES} ${FEATURES} threshold input_dim encoder_dims bottleneck_dim activation dropout negative_slope slope scaler
  training_history history epoch loss optimizer_state_dict`.split(/[\s,]+/),
)
const RESAVE =
  "Save the state dict with what is needed to build the network: torch.save({'model_state_dict': model.state_dict(), " +
  "'activation': 'relu', 'threshold': threshold, 'features': names}, 'model.pth')"

type Named = ReadonlyMap<string, Value>

export const openTorch: Open = (request, containers): Opened => {
  const zip = archiveOf(request.bytes)
  const root = rootOf(zip)
  const pickle = readPickle(zip.read(`${root}/data.pkl`) as Uint8Array, { persistent: true })
  const storages = storagesOf(zip, root)
  const dict = namedIn(pickle.value)
  return {
    about: aboutOf(pickle, dict, storages, request, containers),
    program() {
      refuseHostile(pickle)
      if (!dict) throw wholeModule(pickle.value)
      return programOf(dict, storages, request)
    },
  }
}

function archiveOf(bytes: Uint8Array): Zip {
  if (bytes[0] !== 0x50)
    throw new Refusal(
      'unsupported',
      'It was written in the form that torch.save had before PyTorch 1.6',
      "Save it anew: torch.save(torch.load('model.pth', weights_only=True), 'model.pth')",
    )
  return openZip(bytes)
}

function rootOf({ names }: Zip): string {
  const roots = names.flatMap(name => (/^[^/]+\/data\.pkl$/.test(name) ? [name.slice(0, -'/data.pkl'.length)] : []))
  const [root, ...more] = roots
  if (root === undefined || more.length > 0)
    throw new Refusal('damaged', `A PyTorch archive holds one data.pkl in one folder, found ${roots.length}`)
  if (names.includes(`${root}/constants.pkl`) || names.some(name => name.startsWith(`${root}/code/`)))
    throw new Refusal(
      'unsupported',
      'It is a TorchScript module (torch.jit.save), which is a program and not only weights',
      `${RESAVE}, or export it to ONNX.`,
    )
  return root
}

function storagesOf(zip: Zip, root: string): Storages {
  const order = zip.read(`${root}/byteorder`)
  const said = order === undefined ? 'little' : Buffer.from(order).toString('latin1').trim()
  if (said !== 'little' && said !== 'big') throw new Refusal('damaged', `Its byte order is ${said.slice(0, 20)}`)
  return { read: key => zip.read(`${root}/data/${key}`), bigEndian: said === 'big' }
}

function wholeModule(value: Value): Refusal {
  const what = isNode(value, 'object') ? nameOf(value.callee) : 'no dict'
  return new Refusal(
    'unsupported',
    isTensor(value)
      ? 'It holds one tensor, not a model'
      : `It holds a whole object (${what}), whose code is not in the file`,
    RESAVE,
  )
}

function aboutOf(
  pickle: Pickle,
  dict: Named | undefined,
  storages: Storages,
  { bytes }: ImportRequest,
  containers: readonly string[],
): About {
  const keys = [...(dict?.keys() ?? [])]
  const features = dict && namesOf(dict)
  const threshold = dict && scalarOf(dict.get('threshold'), storages)
  const inputs = dict && numberOf(dict.get('input_dim') ?? null)
  const plain = ['input_dim', 'bottleneck_dim', 'activation', 'dropout'].flatMap(key => {
    const value = dict?.get(key)
    return typeof value === 'string' || typeof value === 'number' ? [[key, value] as const] : []
  })
  const inner = isNode(pickle.value, 'object') ? pickle.value.callee.name : typeof pickle.value
  return {
    format: 'torch',
    containers: [...containers, 'zip', `pickle protocol ${pickle.protocol}`],
    versions: {},
    model: dict ? `dict(${keys.slice(0, 20).join(', ').slice(0, 1000)})` : inner,
    globals: pickle.globals,
    parameters: Object.fromEntries(plain),
    ...(features ? { features } : {}),
    ...(inputs === undefined ? {} : { featureCount: inputs }),
    ...(threshold === undefined ? {} : { threshold }),
    bytes: bytes.length,
    beside: besideIn(dict),
  }
}

const besideIn = (dict: Named | undefined) =>
  stateIn(dict) ? [...(dict as Named).keys()].filter(key => !SILENT.has(key)).slice(0, 100) : []

function stateIn(dict: Named | undefined): Named | undefined {
  for (const key of STATES) {
    const found = namedIn(dict?.get(key))
    if (found && found.size > 0 && [...found.values()].some(isTensor)) return found
  }
  return undefined
}

const namesOf = (dict: Named): readonly string[] | undefined =>
  FEATURES.map(key => dict.get(key))
    .map(value => (value === undefined ? undefined : textsOf(value)))
    .find(names => names?.length)

function scalarOf(value: Value | undefined, storages: Storages): number | undefined {
  if (value === undefined) return undefined
  const tensor = tensorOf(value, storages)
  const found = tensor ? (tensor.shape.length === 0 ? tensor.numbers()[0] : undefined) : numberOf(value)
  return found !== undefined && Number.isFinite(found) ? found : undefined
}

function programOf(dict: Named, storages: Storages, request: ImportRequest): Program {
  const state = stateIn(dict)
  if (!state) throw stateless(dict)
  const warnings: string[] = []
  const warn = (sentence: string) => warnings.push(sentence)
  const activation = activationOf(dict)
  const layers = layersOf(state, storages)
  checkSizes(dict, layers, storages)
  const slope = activation === 'leaky-relu' ? slopeOf(dict, storages, warn) : 0
  if (layers.normalised > 0)
    warn(`${layers.normalised} layers of BatchNorm1d are worked into the weights, with its ordinary eps of 1e-5`)
  const beside = besideIn(dict)
  if (beside.length > 0) warn(`not used of the file: ${beside.slice(0, 10).join(', ')}`)

  const own = dict.get('scaler')
  const scaler = request.scaler ? transformerIn(request.scaler) : isEstimator(own) ? own : undefined
  const written = namesOf(dict) ?? (scaler === undefined ? undefined : namesIn(scaler))
  const network = networkOf(layers, activation, slope)
  const names = chooseNames(network.dims[0]!, written, request.features, warn)
  const { threshold = scalarOf(dict.get('threshold'), storages) } = request
  return assemble(names, estimators, (start, lowering) =>
    reconstruction(behind(scaler, start, lowering, 'the network'), network),
  ).program({ ...request, threshold }, warnings)
}

function stateless(dict: Named): Refusal {
  if (dict.size > 0 && [...dict.values()].every(isTensor))
    return new Refusal(
      'unsaid',
      'It holds the bare weights of a network: its activation, the names of its features and a threshold are missing',
      RESAVE,
    )
  const keys = [...dict.keys()].slice(0, 8).join(', ').slice(0, 300)
  return new Refusal('unsupported', `It holds a dict without weights under model_state_dict (${keys})`, RESAVE)
}

function activationOf(dict: Named): string {
  const value = dict.get('activation')
  const said = value === undefined ? undefined : textOf(value)
  const found = said === undefined ? undefined : ACTIVATIONS.get(said.toLowerCase().replace(/[_-]/g, ''))
  if (found !== undefined) return found
  if (said === undefined)
    throw new Refusal('unsaid', 'It does not say which activation stands between its layers', RESAVE)
  throw new Refusal(
    'unsupported',
    `Its activation is ${said.slice(0, 40)}; known are relu, leaky_relu, tanh, sigmoid and identity`,
    EXPORT,
  )
}

/** The file has the slope in no key of its own: programs that build the network anew have been seen to give it others. */
function slopeOf(dict: Named, storages: Storages, warn: (sentence: string) => void): number {
  const said = scalarOf(dict.get('negative_slope') ?? dict.get('slope'), storages)
  if (said !== undefined && said >= 0 && said <= 1) return said
  warn(
    'the file does not keep the slope of its LeakyReLU: 0.01 is taken, with which PyTorch trains by default; a script that scores with 0.2 gives other scores',
  )
  return LEAKY_SLOPE
}

/** Units of the input and of each layer. */
const sizesOf = (layers: Layers['layers']) => [layers[0]!.inputs, ...layers.map(({ outputs }) => outputs)]

/** What the dict says of its sizes must be what its weights have. */
function checkSizes(dict: Named, { layers }: Layers, storages: Storages): void {
  const sizes = sizesOf(layers)
  if (sizes[0] !== sizes.at(-1))
    throw new Refusal(
      'unsupported',
      `The network has ${sizes[0]} inputs and ${sizes.at(-1)} outputs; one that reproduces its row is expected`,
      'Export a network that predicts to ONNX: torch.onnx.export(model, torch.zeros(1, n), "model.onnx")',
    )
  const inputs = scalarOf(dict.get('input_dim'), storages)
  const narrow = scalarOf(dict.get('bottleneck_dim'), storages)
  const listed = listOf(dict.get('encoder_dims') ?? null)?.map(size => scalarOf(size, storages))
  const said =
    inputs !== undefined && narrow !== undefined && listed ? [inputs, ...listed, narrow] : [inputs ?? sizes[0]]
  const expected = said.length > 1 ? [...said, ...said.slice(0, -1).reverse()] : said
  if (expected.length > 1 ? expected.join() !== sizes.join() : expected[0] !== sizes[0])
    throw new Refusal(
      'damaged',
      `It says that its layers have ${expected.join(', ')} units, and they have ${sizes.join(', ')}`,
    )
}

function networkOf({ layers }: Layers, activation: string, slope: number): Network {
  const arrays = layers.flatMap(({ weights, biases }, l) => [
    [`weights_${l}`, weights] as const,
    [`biases_${l}`, biases] as const,
  ])
  return { dims: Int32Array.from(sizesOf(layers)), arrays: Object.fromEntries(arrays), activation, slope }
}
