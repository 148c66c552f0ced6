/**
 * What an expression of a recipe may call. Each name here is a pure function of its arguments whose result is no longer
 * than they are: none reads files, settings, the clock or chance, and none repeats, pads, joins or formats texts, since
 * a chain of features that each double a text would outgrow any memory.
 */

const words = (text: string) => text.split(/\s+/)

/** Functions of one row, by group. */
export const ROW_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  operators: words('+ - * / // % ^ **'),
  'text patterns': words('~~ !~~ ~~* !~~* like_escape not_like_escape ilike_escape not_ilike_escape'),
  numbers: words(
    'abs sign ceil ceiling floor round trunc mod fdiv greatest least sqrt cbrt pow power exp ln log log2 log10 pi degrees radians sin cos tan asin acos atan atan2 sinh cosh tanh',
  ),
  'missing values': words('nullif ifnull isnan isinf isfinite'),
  texts: words(
    'lower upper trim ltrim rtrim length left right substring substr contains starts_with ends_with prefix suffix position strpos split_part regexp_matches regexp_full_match regexp_extract',
  ),
  'dates and times': words(
    'year quarter month week day dayofyear dayofweek weekday isodow hour minute second epoch epoch_ms date_part date_diff datediff date_sub date_trunc make_date strptime try_strptime',
  ),
  durations: words('to_years to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds'),
}

/** Functions over the earlier rows of a group; each needs OVER. */
export const WINDOW_FUNCTIONS: Readonly<Record<string, readonly string[]>> = {
  neighbours: words('lag first_value last_value nth_value first last'),
  positions: words('row_number rank dense_rank'),
  summaries: words(
    'avg mean sum min max count median stddev stddev_samp stddev_pop variance var_samp var_pop any_value bool_and bool_or',
  ),
}

/** Window functions that see rows after the present one. */
export const FUTURE_FUNCTIONS: readonly string[] = ['lead', 'ntile', 'percent_rank', 'cume_dist', 'fill']

/** Row functions that end the query, instead of giving NULL, on some values: outside a TRY a single row would stop all. */
export const FALLIBLE: ReadonlySet<string> = new Set(
  words(
    'sqrt ln log log2 log10 exp pow power ^ ** asin acos strptime regexp_matches regexp_full_match regexp_extract make_date date_part date_trunc to_years to_months to_weeks to_days to_hours to_minutes to_seconds to_milliseconds',
  ),
)

/** Types of a CAST. Those with a time zone depend on a setting. */
export const CAST_TYPES: ReadonlySet<string> = new Set([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'HUGEINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'VARCHAR',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'INTERVAL',
])

export const rowFunctions: ReadonlySet<string> = new Set(Object.values(ROW_FUNCTIONS).flat())
export const windowFunctions: ReadonlySet<string> = new Set(Object.values(WINDOW_FUNCTIONS).flat())
