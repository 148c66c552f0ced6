/** Mistakes in what a recipe asks: each message to the letter, because it is all that a person has to go by. */
import { describe, expect, test } from 'vitest'
import { load, messageOf } from './message.ts'

const BEGIN = 'tocsin: 1\nname: plant\nrows: day.csv\n'

describe('what is asked: task, label and model go together', () => {
  test.each([
    [
      'a classifier without a label',
      `model: logistic-regression
`,
      `plant.yaml has a mistake

plant.yaml:4:8  model
  4 | model: logistic-regression
    |        ^^^^^^^^^^^^^^^^^^^
  found     logistic-regression, which does not detect
  expected  one of isolation-forest, gaussian-mixture; or, for logistic-regression: classify needs columns.label, a column or a condition that says which rows are bad`,
    ],
    [
      'a task without its label',
      `task: classify
model: logistic-regression
`,
      `plant.yaml has a mistake

plant.yaml:4:7  task
  4 | task: classify
    |       ^^^^^^^^
  found     classify with no label
  expected  columns.label, a column or a condition that says which rows are bad`,
    ],
    [
      'a task with a label of another kind',
      `columns: {label: bad}
features: [a]
task: regress
model: ridge
`,
      `plant.yaml has a mistake

plant.yaml:6:7  task
  6 | task: regress
    |       ^^^^^^^
  found     regress with a label of another kind
  expected  columns.label: {value: column}, the number to predict`,
    ],
    [
      'detect with a number to predict',
      `columns: {label: {value: y}}
features: [a]
task: detect
`,
      `plant.yaml has a mistake

plant.yaml:6:7  task
  6 | task: detect
    |       ^^^^^^
  found     detect with a label of another kind
  expected  no label, or one that says which rows are bad`,
    ],
    [
      'a model of numbers with a label of bad rows',
      `columns: {label: bad}
features: [a]
model: ridge
`,
      `plant.yaml has a mistake

plant.yaml:6:8  model
  6 | model: ridge
    |        ^^^^^
  found     ridge, which does not detect or classify
  expected  one of isolation-forest, gaussian-mixture, logistic-regression; or, for ridge: regress needs columns.label: {value: column}, the number to predict`,
    ],
    [
      'a number to predict and no model',
      `columns: {label: {value: y}}
features: [a]
`,
      `plant.yaml has a mistake

plant.yaml:4:18  columns.label
  4 | columns: {label: {value: y}}
    |                  ^^^^^^^^^^
  found     no model, and so isolation-forest, which does not regress
  expected  the line model: ridge`,
    ],
    [
      'a classifier for the time until an event',
      `columns: {label: {time: w, event: e}}
features: [a]
model: logistic-regression
`,
      `plant.yaml has a mistake

plant.yaml:6:8  model
  6 | model: logistic-regression
    |        ^^^^^^^^^^^^^^^^^^^
  found     logistic-regression, which does not predict the time until an event
  expected  cox; or, for logistic-regression: classify needs columns.label, a column or a condition that says which rows are bad`,
    ],
    [
      'a time without an event',
      `columns: {label: {time: w}}
features: [a]
model: cox
`,
      `plant.yaml has a mistake

plant.yaml:4:18  columns.label.event
  4 | columns: {label: {time: w}}
    |                  ^
  found     no event
  expected  event: a column or a condition: whether the event came, or the watching just ended`,
    ],
    [
      'a number and a time at once',
      `columns: {label: {value: y, time: w}}
features: [a]
model: ridge
`,
      `plant.yaml has a mistake

plant.yaml:4:29  columns.label.time
  4 | columns: {label: {value: y, time: w}}
    |                             ^^^^
  found     the unknown word time
  expected  one of value, risk`,
    ],
    [
      'a list with one that cannot',
      `columns: {label: bad}
features: [a]
model: [logistic-regression, ridge]
`,
      `plant.yaml has a mistake

plant.yaml:6:30  model[1]
  6 | model: [logistic-regression, ridge]
    |                              ^^^^^
  found     ridge, which does not classify
  expected  logistic-regression; or, for ridge: regress needs columns.label: {value: column}, the number to predict`,
    ],
    [
      'a word near a task',
      `task: clasify
`,
      `plant.yaml has a mistake

plant.yaml:4:7  task
  4 | task: clasify
    |       ^^^^^^^
  found     clasify
  expected  what is asked: detect (unusual rows), classify (bad rows), regress (a number) or survive (the time until an event); settled by the label where it is left out
  write     task: classify`,
    ],
    [
      'the answer among the questions',
      `columns: {label: {value: y / a}}
features: [a, b]
model: ridge
`,
      `plant.yaml has a mistake

plant.yaml:5:12  features[0]
  5 | features: [a, b]
    |            ^
  found     a as a feature
  expected  other columns: it makes the label: the answer would be among the questions`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(BEGIN + text))).toBe(message))
})

describe('several models asked together', () => {
  test.each([
    [
      'an ensemble of one',
      `model: {use: ensemble, of: [isolation-forest]}
`,
      `plant.yaml has a mistake

plant.yaml:4:28  model.of
  4 | model: {use: ensemble, of: [isolation-forest]}
    |                            ^^^^^^^^^^^^^^^^^^
  found     a list of 1
  expected  two or more models`,
    ],
    [
      'an ensemble of nothing',
      `model: {use: ensemble}
`,
      `plant.yaml has a mistake

plant.yaml:4:8  model.of
  4 | model: {use: ensemble}
    |        ^
  found     no of
  expected  of: two or more models`,
    ],
    [
      'an ensemble in an ensemble',
      `model: {use: ensemble, of: [isolation-forest, {use: ensemble, of: [isolation-forest, gaussian-mixture]}]}
`,
      `plant.yaml has a mistake

plant.yaml:4:53  model.of[1].use
  4 | model: {use: ensemble, of: [isolation-forest, {use: ensemble, of: [isolation-forest, gaussian-mixture]}]}
    |                                                     ^^^^^^^^
  found     ensemble
  expected  isolation-forest, gaussian-mixture, logistic-regression, ridge or cox`,
    ],
    [
      'a wrong parameter of a member, another way to combine',
      `model: {use: ensemble, of: [isolation-forest, {use: gaussian-mixture, k: 0}], combine: median}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:74  model.of[1].k
  4 | model: {use: ensemble, of: [isolation-forest, {use: gaussian-mixture, k: 0}], combine: median}
    |                                                                          ^
  found     0
  expected  a whole number at least 1

plant.yaml:4:88  model.combine
  4 | model: {use: ensemble, of: [isolation-forest, {use: gaussian-mixture, k: 0}], combine: median}
    |                                                                                        ^^^^^^
  found     median
  expected  mean-rank (the mean of the ranks, default) or maximum (the highest rank)`,
    ],
    [
      'a member that cannot do what the others do',
      `columns: {label: bad}
features: [a]
task: classify
model: {use: ensemble, of: [isolation-forest, logistic-regression]}
`,
      `plant.yaml has a mistake

plant.yaml:7:8  model
  7 | model: {use: ensemble, of: [isolation-forest, logistic-regression]}
    |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  found     isolation-forest, which does not classify
  expected  logistic-regression; or, for isolation-forest: detect needs no label, or one that says which rows are bad`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(BEGIN + text))).toBe(message))
})

describe('search', () => {
  test.each([
    [
      'a search over an unknown parameter',
      `columns: {label: bad}
features: [a]
model: logistic-regression
search: {over: {c: [1, 2]}}
`,
      `plant.yaml has a mistake

plant.yaml:7:17  search.over.c
  7 | search: {over: {c: [1, 2]}}
    |                 ^
  found     c, which is no parameter of logistic-regression
  expected  one of C, max_iter, penalty
  write     search: {over: {C: [1, 2]}}`,
    ],
    [
      'a value that the parameter does not take',
      `columns: {label: bad}
features: [a]
model: logistic-regression
search: {over: {penalty: [l2, l3], max_iter: {from: 0.5, to: 20}}}
`,
      `plant.yaml has 2 mistakes

plant.yaml:7:31  search.over.penalty[1]
  7 | search: {over: {penalty: [l2, l3], max_iter: {from: 0.5, to: 20}}}
    |                               ^^
  found     l3 for penalty
  expected  l2 or none

plant.yaml:7:53  search.over.max_iter.from
  7 | search: {over: {penalty: [l2, l3], max_iter: {from: 0.5, to: 20}}}
    |                                                     ^^^
  found     0.5 for max_iter
  expected  a whole number at least 1`,
    ],
    [
      'a range the wrong way round',
      `columns: {label: bad}
features: [a]
model: logistic-regression
search: {over: {C: {from: 10, to: 1, scale: log}}}
`,
      `plant.yaml has a mistake

plant.yaml:7:20  search.over.C
  7 | search: {over: {C: {from: 10, to: 1, scale: log}}}
    |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  found     from 10 to 1
  expected  from above 0 to something larger`,
    ],
    [
      'a search over nothing',
      `columns: {label: bad}
features: [a]
model: logistic-regression
search: {over: {}}
`,
      `plant.yaml has a mistake

plant.yaml:7:16  search.over
  7 | search: {over: {}}
    |                ^^
  found     nothing
  expected  the parameters of the model to find, each with a list of values or a range`,
    ],
    [
      'a search over several models',
      `columns: {label: bad}
features: [a]
model: [logistic-regression, {use: logistic-regression, C: 3}]
search: {over: {C: [1, 2]}}
`,
      `plant.yaml has a mistake

plant.yaml:7:1  search
  7 | search: {over: {C: [1, 2]}}
    | ^^^^^^
  found     a search over several models
  expected  one model whose parameters are sought`,
    ],
    [
      'a search without a label',
      `search: {over: {n_estimators: [10, 100]}}
`,
      `plant.yaml has a mistake

plant.yaml:4:1  search
  4 | search: {over: {n_estimators: [10, 100]}}
    | ^^^^^^
  found     a search, but no label
  expected  a label to tell better parameters by, under columns`,
    ],
    [
      'one choice, another way to search',
      `search: {over: {n_estimators: [10, 100]}, trials: 1, method: grid}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:51  search.trials
  4 | search: {over: {n_estimators: [10, 100]}, trials: 1, method: grid}
    |                                                   ^
  found     1
  expected  how many choices are tried: 2 to 10000

plant.yaml:4:62  search.method
  4 | search: {over: {n_estimators: [10, 100]}, trials: 1, method: grid}
    |                                                              ^^^^
  found     grid
  expected  random (default), or halving (many on few rows, the better ones on more)`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(BEGIN + text))).toBe(message))
})

describe('balance, probability, recall, folds', () => {
  test.each([
    [
      'balance and probability without a label',
      `balance: smote
probability: sigmoid
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:1  balance
  4 | balance: smote
    | ^^^^^^^
  found     balance with the task detect
  expected  a label that says which rows are bad, and a model that classifies

plant.yaml:5:1  probability
  5 | probability: sigmoid
    | ^^^^^^^^^^^
  found     probability with the task detect
  expected  a label that says which rows are bad, and a model that classifies`,
    ],
    [
      'balance for a number to predict',
      `columns: {label: {value: y}}
features: [a]
model: ridge
balance: smote
`,
      `plant.yaml has a mistake

plant.yaml:7:1  balance
  7 | balance: smote
    | ^^^^^^^
  found     balance with the task regress
  expected  a label that says which rows are bad, and a model that classifies`,
    ],
    [
      'a wrong parameter of balance',
      `columns: {label: bad}
features: [a]
model: logistic-regression
balance: {use: smote, k_neighbors: 0}
`,
      `plant.yaml has a mistake

plant.yaml:7:36  balance.k_neighbors
  7 | balance: {use: smote, k_neighbors: 0}
    |                                    ^
  found     0
  expected  a whole number at least 1 (How many nearest.)`,
    ],
    [
      'another way to a probability',
      `columns: {label: bad}
features: [a]
model: logistic-regression
probability: platt
`,
      `plant.yaml has a mistake

plant.yaml:7:14  probability
  7 | probability: platt
    |              ^^^^^
  found     platt
  expected  how a risk becomes a probability on held-out rows: sigmoid or isotonic`,
    ],
    [
      'recall without a label',
      `levels:
  A: {recall: 85%}
`,
      `plant.yaml has a mistake

plant.yaml:5:15  levels.A.recall
  5 |   A: {recall: 85%}
    |               ^^^
  found     a share of bad rows, but no label
  expected  a label that says which rows are bad, under columns`,
    ],
    [
      'recall of a number to predict',
      `columns: {label: {value: y}}
features: [a]
model: ridge
levels:
  A: {recall: 85%}
`,
      `plant.yaml has a mistake

plant.yaml:8:15  levels.A.recall
  8 |   A: {recall: 85%}
    |               ^^^
  found     a share of bad rows, but no label
  expected  a label that says which rows are bad, under columns`,
    ],
    [
      'one fold, no repeat',
      `split: {folds: 1, repeats: 0}
`,
      `plant.yaml has 2 mistakes

plant.yaml:4:16  split.folds
  4 | split: {folds: 1, repeats: 0}
    |                ^
  found     1
  expected  into how many parts rows are split to judge a model: 2 to 100

plant.yaml:4:28  split.repeats
  4 | split: {folds: 1, repeats: 0}
    |                            ^
  found     0
  expected  how many times the rows are split anew: 1 to 100`,
    ],
  ])('%s', (_, text, message) => expect(messageOf(() => load(BEGIN + text))).toBe(message))
})
