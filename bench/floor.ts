/**
 * node bench/floor.ts text|typed INPUT OUTPUT: DuckDB alone copies a CSV to CSV and Parquet. What a scorer that reads
 * and writes the same files through DuckDB cannot go below: `text` leaves every cell as it is, `typed` parses the
 * numbers and prints them again.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { NAMES } from './sensor-table.ts'

const [kind, input = '', output = ''] = process.argv.slice(2)
const text = (value: string) => `'${value.replaceAll("'", "''")}'`
const number = kind === 'typed' ? 'DOUBLE' : 'VARCHAR'
const columns = [
  `timestamp: ${kind === 'typed' ? "'TIMESTAMP'" : "'VARCHAR'"}`,
  "unit_id: 'VARCHAR'",
  ...NAMES.map(name => `${name}: '${number}'`),
]
const source = `read_csv(${text(input)}, auto_detect = false, header = true, delim = ',', quote = '"', columns = {${columns}})`

const instance = await DuckDBInstance.create(':memory:')
const connection = await instance.connect()
await connection.run(`COPY (FROM ${source}) TO ${text(`${output}.parquet`)} (FORMAT parquet)`)
await connection.run(`COPY (FROM ${source}) TO ${text(`${output}.csv`)} (FORMAT csv, HEADER true)`)
