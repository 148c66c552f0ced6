import { describe, expect, test } from 'vitest'
import { load, messageOf } from './message.ts'

describe('ten mistakes of a stranger, one in each section', () => {
  test.each([
    [
      'rows',
      `tocsin: 1
name: plant
rows:
  file: day.csv
  read: {seperator: ;, decimal: ','}
`,
      `plant.yaml has a mistake

plant.yaml:5:10  rows.read.seperator
  5 |   read: {seperator: ;, decimal: ','}
    |          ^^^^^^^^^
  found     the unknown word seperator
  expected  one of delimiter, decimal, header, encoding, names, units, skip, quote
  write     read: {delimiter: ;, decimal: ','}`,
    ],
    [
      'rows.join',
      `tocsin: 1
name: plant
rows:
  file: day.csv
  join:
    qc: {file: qc.csv, on: batch_id}
`,
      `plant.yaml has a mistake

plant.yaml:6:24  rows.join.qc.on
  6 |     qc: {file: qc.csv, on: batch_id}
    |                        ^^
  found     the unknown word on
  expected  one of file, sheet, by, expect, read
  write     qc: {file: qc.csv, by: batch_id}`,
    ],
    [
      'columns',
      `tocsin: 1
name: plant
rows: day.csv
columns:
  id: batch
  time: {name: at, zone: Europe/Zurch}
  ignore: [operator, batch]
`,
      `plant.yaml has 2 mistakes

plant.yaml:6:26  columns.time.zone
  6 |   time: {name: at, zone: Europe/Zurch}
    |                          ^^^^^^^^^^^^
  found     Europe/Zurch
  expected  a time zone by its city, such as Europe/Zurich, or UTC
  write     time: {name: at, zone: Europe/Zurich}

plant.yaml:7:22  columns.ignore[1]
  7 |   ignore: [operator, batch]
    |                      ^^^^^
  found     batch, which is also in the role id
  expected  a column in one of the two: these roles contradict each other`,
    ],
    [
      'sensors',
      `tocsin: 1
name: plant
rows: day.csv
sensors:
  turbidity: {unit: NTU, limits: [5, 0], level: CRITICAL}
levels:
  WARNING: {risk: 0.5}
  CRITICAL_FAILURE: {risk: 0.7}
`,
      `plant.yaml has 2 mistakes

plant.yaml:5:34  sensors.turbidity.limits
  5 |   turbidity: {unit: NTU, limits: [5, 0], level: CRITICAL}
    |                                  ^^^^^^
  found     [5, 0]
  expected  the lowest first: below the highest
  write     turbidity: {unit: NTU, limits: [0, 5], level: CRITICAL}

plant.yaml:5:49  sensors.turbidity.level
  5 |   turbidity: {unit: NTU, limits: [5, 0], level: CRITICAL}
    |                                                 ^^^^^^^^
  found     CRITICAL
  expected  a level of this recipe: WARNING, CRITICAL_FAILURE
  write     turbidity: {unit: NTU, limits: [5, 0], level: CRITICAL_FAILURE}`,
    ],
    [
      'features',
      `tocsin: 1
name: plant
rows: day.csv
features: {x: coalesce(a, b)}
`,
      `plant.yaml has a mistake

plant.yaml:4:15  features
  4 | features: {x: coalesce(a, b)}
    |               ^^^^^^^^^^^^^^
  found     coalesce(a, b), which YAML splits at the comma
  expected  a value with a comma in quotes, or on a line of its own
  write     features: {x: "coalesce(a, b)"}`,
    ],
    [
      'learn',
      `tocsin: 1
name: plant
rows: day.csv
learn: 'verified' = status
`,
      `plant.yaml has a mistake

plant.yaml:4:8
  4 | learn: 'verified' = status
    |        ^^^^^^^^^^^^^^^^^^^
  found     more text after the closing quote
  expected  the whole value in one pair of quotes
  write     learn: "'verified' = status"`,
    ],
    [
      'split',
      `tocsin: 1
name: plant
rows: day.csv
split: {by: random, test: 25}
`,
      `plant.yaml has a mistake

plant.yaml:4:27  split.test
  4 | split: {by: random, test: 25}
    |                           ^^
  found     25
  expected  rows kept for evaluation only: a share such as 25% or 0.25, below 1
  write     split: {by: random, test: 25%}`,
    ],
    [
      'model',
      `tocsin: 1
name: plant
rows: day.csv
model: {use: isolation-forest, n_estimatrs: 100, max_samples: all}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:32  model.n_estimatrs
  4 | model: {use: isolation-forest, n_estimatrs: 100, max_samples: all}
    |                                ^^^^^^^^^^^
  found     the unknown word n_estimatrs
  expected  one of use, n_estimators, max_samples, bootstrap
  write     model: {use: isolation-forest, n_estimators: 100, max_samples: all}

plant.yaml:4:63  model.max_samples
  4 | model: {use: isolation-forest, n_estimatrs: 100, max_samples: all}
    |                                                               ^^^
  found     all
  expected  auto, or a whole number at least 2, or a number above 0 and at most 1`,
    ],
    [
      'levels',
      `tocsin: 1
name: plant
rows: day.csv
levels:
  WARNING: {false_alarms: 0.01, hold: 3 from 5}
`,
      `plant.yaml has 2 mistakes

plant.yaml:5:27  levels.WARNING.false_alarms
  5 |   WARNING: {false_alarms: 0.01, hold: 3 from 5}
    |                           ^^^^
  found     0.01
  expected  a budget of false alarms: 0.1/week, 1/month, or 1% of the rows
  write     WARNING: {false_alarms: 1%, hold: 3 from 5}

plant.yaml:5:39  levels.WARNING.hold
  5 |   WARNING: {false_alarms: 0.01, hold: 3 from 5}
    |                                       ^^^^^^^^
  found     3 from 5
  expected  how lasting an alarm is, such as 3 of 5
  write     WARNING: {false_alarms: 0.01, hold: 3 of 5}`,
    ],
    [
      'output',
      `tocsin: 1
name: plant
rows: day.csv
output: {files: [csv, xlsx], reasons: three}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:23  output.files[1]
  4 | output: {files: [csv, xlsx], reasons: three}
    |                       ^^^^
  found     writing .xlsx, which this version does not have
  expected  another way: open the CSV in the spreadsheet program

plant.yaml:4:39  output.reasons
  4 | output: {files: [csv, xlsx], reasons: three}
    |                                       ^^^^^
  found     three
  expected  how many reasons an alarm names: 0 to 20`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(text))).toBe(message))
})

describe('traps', () => {
  test.each([
    [
      'a number that is a name',
      `tocsin: 1
name: plant
rows: day.csv
columns: {ignore: [00123]}
sensors:
  00124: {fault: -999}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:20  columns.ignore[0]
  4 | columns: {ignore: [00123]}
    |                    ^^^^^
  found     00123, which YAML reads as the number 123
  expected  a text: put it in quotes
  write     columns: {ignore: ['00123']}

plant.yaml:6:3  sensors.00124
  6 |   00124: {fault: -999}
    |   ^^^^^
  found     00124 as a name, which YAML reads as the number 124
  expected  a name; in quotes when it looks like a number
  write     '00124': {fault: -999}`,
    ],
    [
      'a block sign',
      `tocsin: 1
name: plant
rows: day.csv
columns:
  label: > 3
`,
      `plant.yaml has a mistake

plant.yaml:5:10
  5 |   label: > 3
    |          ^^^
  found     > 3 (in YAML a leading > begins a block of text)
  expected  a whole condition with its column, such as label: viability > 3`,
    ],
    [
      'a star',
      `tocsin: 1
name: plant
rows: *.csv
`,
      `plant.yaml has a mistake

plant.yaml:3:7  rows
  3 | rows: *.csv
    |       ^^^^^
  found     *.csv (in YAML a leading * refers to something named earlier)
  expected  a value in quotes when it begins with *
  write     rows: '*.csv'`,
    ],
    [
      'a percent sign in front',
      `tocsin: 1
name: plant
rows: day.csv
split: {by: random, test: %25}
`,
      `plant.yaml has a mistake

plant.yaml:4:27
  4 | split: {by: random, test: %25}
    |                           ^^^
  found     %25 (in YAML a value cannot begin with %)
  expected  the percent sign after the number: 25%
  write     split: {by: random, test: 25%}`,
    ],
    [
      'a pipe',
      `tocsin: 1
name: plant
rows: {file: day.csv, read: {delimiter: |}}
`,
      `plant.yaml has a mistake

plant.yaml:3:41
  3 | rows: {file: day.csv, read: {delimiter: |}}
    |                                         ^
  found     | (in YAML it begins a block of text)
  expected  the word pipe
  write     rows: {file: day.csv, read: {delimiter: pipe}}`,
    ],
    [
      'a pipe on its own line',
      `tocsin: 1
name: plant
rows:
  file: day.csv
  read:
    delimiter: |
    decimal: .
`,
      `plant.yaml has a mistake

plant.yaml:6:16  rows.read.delimiter
  6 |     delimiter: |
    |                ^
  found     | (in YAML it begins a block of text, which is empty)
  expected  one character, or tab, semicolon, comma, pipe, space
  write     delimiter: pipe`,
    ],
    [
      'yes',
      `tocsin: 1
name: plant
rows: {file: day.csv, read: {header: yes}}
`,
      `plant.yaml has a mistake

plant.yaml:3:38  rows.read.header
  3 | rows: {file: day.csv, read: {header: yes}}
    |                                      ^^^
  found     yes
  expected  true; false or none when there is no header line
  write     rows: {file: day.csv, read: {header: true}}`,
    ],
    [
      'a tab',
      `tocsin: 1
name: plant
rows:
	file: day.csv
`,
      `plant.yaml has a mistake

plant.yaml:4:1
  4 |  file: day.csv
    | ^
  found     a tab at the start of the line
  expected  spaces: YAML does not indent with tabs
  write     file: day.csv`,
    ],
    [
      'a word twice',
      `tocsin: 1
name: plant
rows: day.csv
seed: 1
seed: 2
`,
      `plant.yaml has a mistake

plant.yaml:5:1
  5 | seed: 2
    | ^
  found     seed a second time
  expected  each word once in its section`,
    ],
    [
      'a missing space',
      `tocsin: 1
name:plant
rows: day.csv
`,
      `plant.yaml has a mistake

plant.yaml:2:1
  2 | name:plant
    | ^^^^^^^^^^
  found     a colon without a space after it
  expected  a colon and a space: name: value
  write     name: plant`,
    ],
    [
      'a second colon',
      `tocsin: 1
name: plant
rows: day.csv
learn: status: ok
`,
      `plant.yaml has a mistake

plant.yaml:4:8
  4 | learn: status: ok
    |        ^^^^^^^^^^
  found     a second colon with a space after it
  expected  one colon a line: put a value with ": " in it into quotes
  write     learn: "status: ok"`,
    ],
    [
      'an open bracket',
      `tocsin: 1
name: plant
rows: day.csv
split: {by: random
seed: 1
`,
      `plant.yaml has a mistake

plant.yaml:4:8
  4 | split: {by: random
    |        ^
  found     { that is never closed
  expected  } at the end`,
    ],
    [
      'an empty value',
      `tocsin: 1
name: plant
rows: day.csv
columns:
  label:
`,
      `plant.yaml has a mistake

plant.yaml:5:9  columns.label
  5 |   label:
    |         ^
  found     nothing
  expected  which rows are bad: a column or a condition; or {value: column, risk: low} for a number to predict; or {time: column, event: condition} for the time until an event`,
    ],
    [
      'another part of the grammar',
      `tocsin: 1
name: plant
rows:
  sql: postgres://lims/results
  table: results
`,
      `plant.yaml has a mistake

plant.yaml:4:3  rows.sql
  4 |   sql: postgres://lims/results
    |   ^^^
  found     reading from a database, which this version does not have
  expected  another way: export the rows to CSV, Parquet or .xlsx and name that file under rows.file`,
    ],
    [
      'a model that cannot do what is asked',
      `tocsin: 1
name: plant
rows: day.csv
columns:
  label: {value: yield, risk: low}
features: [a, b]
model: isolation-forest
`,
      `plant.yaml has a mistake

plant.yaml:7:8  model
  7 | model: isolation-forest
    |        ^^^^^^^^^^^^^^^^
  found     isolation-forest, which does not regress
  expected  ridge; or, for isolation-forest: detect needs no label, or one that says which rows are bad`,
    ],
    [
      'levels out of order',
      `tocsin: 1
name: plant
rows: day.csv
levels:
  A: {quantile: 99.9%}
  B: {quantile: 99%}
`,
      `plant.yaml has a mistake

plant.yaml:6:17  levels.B.quantile
  6 |   B: {quantile: 99%}
    |                 ^^^
  found     99% after A with 99.9%
  expected  the mildest level first, then a higher quantile: swap the levels or change the number`,
    ],
    [
      'a label without features',
      `tocsin: 1
name: plant
rows: day.csv
columns: {label: viability < 0.90}
`,
      `plant.yaml has a mistake

plant.yaml:4:18  columns.label
  4 | columns: {label: viability < 0.90}
    |                  ^^^^^^^^^^^^^^^^
  found     a label, but no features
  expected  the columns known when the score is made, listed under features: with a label none is taken by itself`,
    ],
    [
      'a label among the features',
      `tocsin: 1
name: plant
rows: day.csv
columns: {label: viability < 0.90, blinded: arm}
features:
  x: viability * 2
  y: "CASE WHEN ARM = 'a' THEN 1 END"
`,
      `plant.yaml has 2 mistakes

plant.yaml:6:6  features.x
  6 |   x: viability * 2
    |      ^^^^^^^^^^^^^
  found     viability as a feature
  expected  other columns: it makes the label: the answer would be among the questions

plant.yaml:7:6  features.y
  7 |   y: "CASE WHEN ARM = 'a' THEN 1 END"
    |      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  found     ARM as a feature
  expected  other columns: nobody may look at it yet (columns.blinded)`,
    ],
    [
      'nothing',
      ``,
      `plant.yaml has a mistake

plant.yaml:1:1
  1 |
    | ^
  found     nothing
  expected  words with values: tocsin: 1, name: …, rows: …; a first recipe comes from: tocsin init data.csv`,
    ],
    [
      'more than five',
      `tocsin: 1
name: plant
rows: day.csv
a1: 1
a2: 1
a3: 1
a4: 1
a5: 1
a6: 1
a7: 1
`,
      `plant.yaml has 7 mistakes

plant.yaml:4:1  a1
  4 | a1: 1
    | ^^
  found     the unknown word a1
  expected  one of tocsin, name, rows, columns, sensors, features, learn, split, transforms, task, balance, model, search, probability, levels, output, seed

plant.yaml:5:1  a2
  5 | a2: 1
    | ^^
  found     the unknown word a2
  expected  one of tocsin, name, rows, columns, sensors, features, learn, split, transforms, task, balance, model, search, probability, levels, output, seed

plant.yaml:6:1  a3
  6 | a3: 1
    | ^^
  found     the unknown word a3
  expected  one of tocsin, name, rows, columns, sensors, features, learn, split, transforms, task, balance, model, search, probability, levels, output, seed

plant.yaml:7:1  a4
  7 | a4: 1
    | ^^
  found     the unknown word a4
  expected  one of tocsin, name, rows, columns, sensors, features, learn, split, transforms, task, balance, model, search, probability, levels, output, seed

plant.yaml:8:1  a5
  8 | a5: 1
    | ^^
  found     the unknown word a5
  expected  one of tocsin, name, rows, columns, sensors, features, learn, split, transforms, task, balance, model, search, probability, levels, output, seed

and 2 more below`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(text))).toBe(message))
})
