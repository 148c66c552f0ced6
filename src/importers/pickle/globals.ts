/** What is thought of the classes and functions that a pickle names. A courtesy: nothing is called, whatever it names. */
import type { Pickle } from './machine.ts'

/**
 * `known`: a reader asks for it by name. `opaque`: seen in sound files, carries nothing that scores. `hostile`: runs
 * commands, opens files or loads code. `unknown`: everything else.
 */
export type Verdict = 'known' | 'opaque' | 'unknown' | 'hostile'

/** Of a name as `Pickle.globals` has it. */
export declare function verdictOf(global: string): Verdict
/** @throws Refusal 'hostile' that names up to five */
export declare function refuseHostile(pickle: Pick<Pickle, 'globals'>): void
