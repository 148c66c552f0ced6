/** A program as a model file of our own, with the record of where it comes from. The same file gives the same bytes. */
import type { Artifact, LevelCut, Provenance } from '../artifact/artifact.ts'
import { COLUMNS, TEXTS } from '../artifact/description.ts'
import { packRisk } from '../artifact/risk.ts'
import type { PlannedFeature, Types } from '../recipe/feature.ts'
import type { Recipe } from '../recipe/schema.ts'
import { isInternal, quoteName } from '../sql.ts'
import type { About } from './about.ts'
import type { Program } from './program.ts'
import { Refusal } from './refusal.ts'

const FIGURES = ['min', 'max', 'mean', 'std', 'median'] as const
/** The one level of an imported model, until tocsin threshold sets others. */
const LEVEL = 'ALARM'

/** The file that is imported: its base name, the SHA-256 of its bytes as they came; and the version that reads it. */
export interface ImportedFile {
  readonly name: string
  readonly sha256: string
  readonly version: string
}

/** @throws Refusal for features that cannot be columns of a table */
export function toArtifact(program: Program, about: About, file: ImportedFile): Artifact {
  const features = featuresOf(program)
  const { model, state } = packRisk(program.risk)
  const transforms = program.steps.map(({ use, from, count }) => ({ use, from, count }))
  const { cut } = program
  const levels: LevelCut[] = cut ? [{ name: LEVEL, cut: cut.risk, rule: cut.from }] : []
  const recipe: Recipe = {
    tocsin: 1,
    name: stem(file.name),
    task: program.task,
    rows: { file: [file.name], read: {}, join: [] },
    columns: {
      later: [],
      private: [],
      blinded: [],
      ignore: [],
      ...(program.task === 'regress'
        ? { target: { kind: 'value', value: 'target', risk: program.low ? 'low' : 'high' } }
        : {}),
    },
    sensors: [],
    split: { by: 'random', test: 0, calibrate: 0 },
    transforms,
    model,
    // The steps and the model say what they take; what they do not take has no risk.
    incomplete: 'score',
    levels: levels.map(({ name, cut }) => ({ name, rule: { kind: 'risk', value: cut } })),
    output: { files: ['csv', 'parquet'] },
    seed: 0,
  }
  return {
    format: 1,
    version: file.version,
    name: recipe.name,
    task: program.task,
    recipe,
    types: Object.fromEntries(features.map(({ name, levels }) => [name, levels ? 'text' : 'number'])) as Types,
    features,
    levels,
    lineage: { rows: 0, learned: 0, heldOut: 0, tested: 0, rejected: {}, files: [file.name], sha256: file.sha256 },
    source: sourceOf(program, about, file),
    model: state,
    transforms: program.steps.map(({ state }) => state),
    profile: Object.fromEntries(
      FIGURES.map(figure => [figure, program.profile?.[figure] ?? new Float64Array(features.length).fill(Number.NaN)]),
    ),
  }
}

function sourceOf(program: Program, about: About, file: ImportedFile): Provenance {
  return {
    format: about.format,
    containers: about.containers,
    file: file.name,
    sha256: file.sha256,
    versions: about.versions,
    model: about.model,
    parameters: about.parameters,
    risk: program.riskName,
    warnings: program.warnings,
    ...(about.classes ? { classes: about.classes } : {}),
  }
}

function featuresOf({ features }: Program): PlannedFeature[] {
  if (features.length === 0) throw new Refusal('unsupported', 'it reads no feature')
  if (features.length > COLUMNS)
    throw new Refusal('unsupported', `it reads ${features.length} features; at most ${COLUMNS} can be scored`)
  const seen = new Set<string>()
  return features.map(({ name, levels }, i) => {
    const fault = nameFault(name) ?? (seen.has(name.toLowerCase()) ? 'stands for two of them' : undefined)
    if (fault !== undefined)
      throw new Refusal(
        'unsaid',
        `the name ${JSON.stringify(name)} of feature ${i + 1} ${fault}`,
        'Name the features with --features a,b,c in the order in which the model takes them.',
      )
    seen.add(name.toLowerCase())
    if (levels && (levels.length === 0 || levels.length > TEXTS))
      throw new Refusal(
        'unsupported',
        `the feature ${name} has ${levels.length} texts; 1 to ${TEXTS} can be told apart`,
      )
    const quoted = quoteName(name)
    // pandas writes a column of flags as True and False, and scikit-learn takes them for 1 and 0.
    const texts = levels ? { levels, tellsUnknown: true } : { takesFlags: true }
    return { name, text: quoted, sql: quoted, kind: 'row', columns: [name], ...texts }
  })
}

function nameFault(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (isInternal(name)) return 'is kept for the program itself'
  return name.length > 1000 ? 'is too long' : undefined
}

/** "ims_iforest.joblib" → "ims_iforest". */
function stem(name: string): string {
  return name.replace(/(?<=.)\.[A-Za-z]\w{0,9}$/, '') || name
}
