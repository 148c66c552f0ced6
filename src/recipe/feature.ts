/** What planning settles about the columns and features of a recipe; the artifact keeps it, so that later files cannot change it. */

/** How the text of a column is to be read. */
export type ColumnType = 'number' | 'text' | 'time' | 'boolean'

/** By column name. */
export type Types = Readonly<Record<string, ColumnType>>

/** A column of the model's input: one SQL expression over the table's columns. */
export interface PlannedFeature {
  readonly name: string
  /** As the recipe has it; for a plain column its quoted name. */
  readonly text: string
  /** Checked and ready to stand in a statement. Made anew from `text` wherever a model file is read. */
  readonly sql: string
  readonly kind: 'row' | 'window'
  /** The table's columns that it reads, directly or through an earlier feature. */
  readonly columns: readonly string[]
  readonly unit?: string
  /** Of a column of text that is a feature: its values, whose places are the codes that the model sees. */
  readonly levels?: readonly string[]
  /** A text that is none of them is not taken for a missing one: its code is the one behind the last. */
  readonly tellsUnknown?: boolean
  /** Of a column of numbers: the words true and false, as programs write flags into text, are 1 and 0. */
  readonly takesFlags?: boolean
}
