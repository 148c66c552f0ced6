/** What is thought of the classes and functions that a pickle names. A courtesy: nothing is called, whatever it names. */
import { Refusal } from '../refusal.ts'
import type { Pickle } from './machine.ts'
import { isNode, nameOf } from './nodes.ts'
import { nodesOf } from './walk.ts'

/**
 * `known`: of the libraries whose classes are read here by name. `opaque`: seen in sound files, carries nothing that
 * scores. `hostile`: runs commands, opens files or connections, loads code or other pickles. `unknown`: everything else.
 */
export type Verdict = 'known' | 'opaque' | 'unknown' | 'hostile'

/** Modules of which everything is refused, with what is below them. */
const HOSTILE_MODULES = new Set(
  (
    'os posix nt subprocess _posixsubprocess _winapi sys pty popen2 commands signal platform importlib _frozen_importlib ' +
    '_frozen_importlib_external imp zipimport runpy pkgutil pickle _pickle cPickle pickletools shelve dbm marshal ' +
    'ctypes _ctypes cffi _cffi_backend socket _socket ssl select socketserver http httplib urllib urllib2 urllib3 ' +
    'requests httpx aiohttp ftplib smtplib poplib imaplib nntplib telnetlib xmlrpc webbrowser antigravity shutil ' +
    'tempfile glob fileinput linecache zipfile tarfile sqlite3 _sqlite3 pip ensurepip venv setuptools distutils ' +
    'site code codeop pdb bdb profile cProfile timeit trace doctest unittest pydoc idlelib lib2to3 gc ' +
    'types.FunctionType types.CodeType types.MethodType types.LambdaType ' +
    'asyncio multiprocessing threading _thread concurrent _interpreters _xxsubinterpreters operator _operator atexit ' +
    'builtins.eval builtins.exec builtins.compile builtins.getattr builtins.setattr builtins.delattr builtins.open ' +
    'builtins.__import__ builtins.input builtins.breakpoint builtins.globals builtins.locals builtins.vars ' +
    'builtins.apply builtins.execfile builtins.file builtins.reload builtins.memoryview ' +
    'io.open io.open_code io.FileIO _io.open _io.open_code _io.FileIO functools.reduce _functools.reduce ' +
    'functools.partial _functools.partial functools.partialmethod ' +
    'numpy.f2py numpy.distutils numpy.testing numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile numpy.lib.npyio ' +
    'numpy.lib._npyio_impl numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile numpy.ctypeslib ' +
    'numpy.core.records.fromfile numpy._core.records.fromfile ' +
    'pandas.eval pandas.read_pickle pandas.io pandas.core.computation scipy.io ' +
    'torch.load torch.hub torch.serialization torch.jit torch.package torch.utils.cpp_extension ' +
    'dill.load dill.loads dill._dill.load dill._dill.loads cloudpickle.load cloudpickle.loads ' +
    'joblib.load joblib.numpy_pickle.load joblib.numpy_pickle.load_temporary_memmap joblib.numpy_pickle._unpickle ' +
    'joblib.numpy_pickle_compat joblib.externals sklearn.externals.joblib.load ' +
    'sklearn.externals.joblib.numpy_pickle.load logging.config logging.FileHandler'
  ).split(' '),
)

/** numpy's builders and what has a counterpart in the readers, by name. */
const KNOWN = new Set(
  (
    'numpy.dtype numpy.ndarray numpy.matrix numpy.memmap numpy.matrixlib.defmatrix.matrix numpy.core.memmap.memmap ' +
    'numpy.core.multiarray._reconstruct numpy._core.multiarray._reconstruct numpy.core._multiarray_umath._reconstruct ' +
    'numpy._core._multiarray_umath._reconstruct numpy.core.numeric._frombuffer numpy._core.numeric._frombuffer ' +
    'numpy.core.multiarray.scalar numpy._core.multiarray.scalar numpy.core._multiarray_umath.scalar ' +
    'numpy.core._multiarray_umath.scalar joblib.numpy_pickle.NumpyArrayWrapper ' +
    'sklearn.externals.joblib.numpy_pickle.NumpyArrayWrapper _codecs.encode copyreg._reconstructor ' +
    'copyreg.__newobj__ builtins.object builtins.bytes builtins.bytearray builtins.set builtins.frozenset ' +
    'builtins.slice collections.OrderedDict collections.defaultdict sklearn.utils.Bunch sklearn.utils._bunch.Bunch'
  ).split(' '),
)

/** Types as values, numpy's random states, losses, dates, and tables, whose layout changes with every pandas. */
const OPAQUE = [
  /^builtins\.(int|float|str|bool|complex|list|dict|tuple|type|range|NoneType|\w*(Error|Warning))$/,
  /^numpy\.(u?int\d*|float\d+|bool_?|str_|bytes_|object_|complex\d+|longdouble|datetime64|timedelta64|intp|uintp|intc)$/,
  /^numpy\.(random|ma)\./,
  /^numpy\._?core\._ufunc_reconstruct$/,
  /^numpy\.(log|log1p|log2|log10|exp|expm1|sqrt|square|abs|absolute)$/,
  /^(sklearn\._loss\.)?_loss\.\w+$/,
  /^sklearn\._loss\./,
  /^sklearn\.ensemble\.(_gb_losses|gradient_boosting\.\w+(Deviance|Error|Loss\w*)$|_hist_gradient_boosting\.loss)/,
  /^sklearn\.neural_network\._stochastic_optimizers\./,
  /^sklearn\.(neighbors\.|metrics\.)?_?(dist_metrics|kd_tree|ball_tree)/,
  /^sklearn\.neighbors\._?(kd_tree|ball_tree|dist_metrics)\./,
  /^sklearn\.(utils\.validation|metrics\._scorer|model_selection\._split)\./,
  /^(datetime|decimal|fractions|uuid|pathlib|collections|enum)\.\w+$/,
  /^(pandas|pyarrow)\./,
  /^scipy\.stats\./,
]

const LIBRARIES =
  /^(sklearn|imblearn|scipy\.sparse|lightgbm|xgboost|torch\._utils|torch\.\w+Storage$|torch\.storage\._?\w*Storage$)/

/** Of a name as `Pickle.globals` has it. */
export function verdictOf(global: string): Verdict {
  if (isHostile(global)) return 'hostile'
  if (KNOWN.has(global)) return 'known'
  if (OPAQUE.some(pattern => pattern.test(global))) return 'opaque'
  return LIBRARIES.test(global) ? 'known' : 'unknown'
}

/** The name, or a module that it is in. */
function isHostile(global: string): boolean {
  for (let end = global.length; end > 0; end = global.lastIndexOf('.', end - 1)) {
    if (HOSTILE_MODULES.has(global.slice(0, end))) return true
  }
  return false
}

const MOST_NAMED = 5
const PARTIAL = new Set(['functools.partial', '_functools.partial'])

/** @throws Refusal 'hostile' that names up to five */
export function refuseHostile(pickle: Pick<Pickle, 'globals' | 'value'>): void {
  const found = pickle.globals.filter(isHostile).filter(name => !PARTIAL.has(name) || !onlyBindsLibraries(pickle))
  if (found.length === 0) return
  const more = found.length > MOST_NAMED ? `, and ${found.length - MOST_NAMED} more` : ''
  throw new Refusal(
    'hostile',
    `It names ${found.slice(0, MOST_NAMED).join(', ')}${more}: what runs commands, opens files or loads code`,
    'No model needs that. Do not open this file with Python; ask whoever sent it where it comes from.',
  )
}

/** scikit-learn keeps some of its own functions with arguments bound to them. */
function onlyBindsLibraries(pickle: Pick<Pickle, 'value'>): boolean {
  let bound = 0
  for (const node of nodesOf(pickle.value)) {
    if (node.kind !== 'object' || !PARTIAL.has(nameOf(node.callee))) continue
    bound++
    const [of] = node.args
    if (!isNode(of, 'global') || !of.module.startsWith('sklearn.')) return false
  }
  return bound > 0
}
