/** Boosters that are damaged or ask for what is not scored: refused with a sentence, whatever was changed. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { openLightgbm } from '../../src/importers/lightgbm/model.ts'
import { openXgboost } from '../../src/importers/xgboost/model.ts'
import { refusalOf } from './refusal.ts'

const GOLDEN = 'test/golden/boosters'
const lightgbm = readFileSync(`${GOLDEN}/lgb-binary.txt`, 'utf8')
const xgboost = readFileSync(`${GOLDEN}/xgb-binary-logistic.json`, 'utf8')
const features = ['flow', 'level', 'code']

const refusal = (open: typeof openLightgbm, text: string) =>
  refusalOf(() => open({ name: 'model', bytes: Buffer.from(text), features, risk: '1' }, []).program())

test('both files are read as they are', () => {
  expect(() => refusal(openLightgbm, lightgbm)).toThrow('it was read')
  expect(() => refusal(openXgboost, xgboost)).toThrow('it was read')
})

describe('LightGBM:', () => {
  const change = (key: string, to: string) => lightgbm.replace(new RegExp(`^${key}=.*$`, 'm'), `${key}=${to}`)
  test.each([
    ['cut off', lightgbm.slice(0, lightgbm.indexOf('end of trees')), 'without the line "end of trees"'],
    ['cut in a tree', lightgbm.slice(0, lightgbm.indexOf('leaf_value=') + 20), 'numbers, expected'],
    ['without end', `${lightgbm}${'\n'.repeat(2_000_001)}`, 'more than 2000000 lines'],
    ['a tree less', lightgbm.replace('Tree=1', 'Tree=2'), 'expected Tree=1'],
    ['a word for a number', change('threshold', lightgbm.match(/^threshold=(.*)$/m)![1]!.replace(/\S+$/, 'x')), '"x"'],
    ['no leaf', change('num_leaves', '0'), 'has no leaf'],
    ['a negative count', change('num_leaves', '-3'), 'expected a whole number'],
    ['linear leaves', change('is_linear', '1'), 'linear_tree'],
    ['an objective of the user', change('objective', 'mine'), 'its objective is mine'],
    ['more features than names', change('max_feature_idx', '9'), 'it names 3 features, expected 10'],
    [
      'a child beyond',
      change('left_child', lightgbm.match(/^left_child=(.*)$/m)![1]!.replace(/\S+$/, '999')),
      'has the child 999',
    ],
    [
      'a loop',
      change('left_child', lightgbm.match(/^left_child=(.*)$/m)![1]!.replaceAll(/\S+/g, '0')),
      'has the child 0, expected one behind it',
    ],
  ])('%s', (_, text, message) => {
    const { kind, message: said } = refusal(openLightgbm, text)
    expect(['damaged', 'unsupported']).toContain(kind)
    expect(said).toContain(message)
  })
})

describe('XGBoost:', () => {
  type Json = Record<string, object>
  const changed = (change: (learner: Json, tree: Json) => void) => {
    const model = JSON.parse(xgboost)
    change(model.learner, model.learner.gradient_booster.model.trees[0])
    return JSON.stringify(model)
  }
  const set = (node: object, key: string, value: unknown) => Object.assign(node, { [key]: value })
  const first = (tree: Json, key: string, value: number) => set(tree, key, (tree[key] as number[]).with(0, value))
  test.each([
    ['no JSON', 'it is not sound JSON', xgboost.slice(0, 300)],
    ['no learner', 'has no learner', '{"version":[2,0,0]}'],
    ['deep brackets', 'it is not sound JSON', `{"learner":${'['.repeat(100_000)}`],
    [
      'an objective of the user',
      'its objective is "mine"',
      changed(learner => set(learner.objective!, 'name', 'mine')),
    ],
    [
      'a booster that is none',
      'expected gbtree, dart or gblinear',
      changed(learner => set(learner.gradient_booster!, 'name', 'gbforest')),
    ],
    [
      'lists of different lengths',
      'has 13 right_children, expected 1',
      changed((_, tree) => set(tree, 'left_children', [-1])),
    ],
    ['a child beyond', 'has the child 99999', changed((_, tree) => first(tree, 'right_children', 99_999))],
    ['a loop', 'has the child 0', changed((_, tree) => first(tree, 'left_children', 0))],
    ['a text for a number', 'expected a list', changed((_, tree) => set(tree, 'split_conditions', 'x'))],
    ['a feature beyond', 'asks for column 40, expected 0 to 2', changed((_, tree) => first(tree, 'split_indices', 40))],
  ])('%s', (_, message, text) => {
    const refused = refusal(openXgboost, text)
    expect(['damaged', 'unsupported']).toContain(refused.kind)
    expect(refused.message).toContain(message)
  })
})
