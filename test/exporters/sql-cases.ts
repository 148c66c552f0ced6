import { filled, type Given, isotonic, sigmoid } from './artifacts.ts'

/** Every model that is written as SQL, with steps, missing values and texts where it takes them. */
export const SQL_CASES: Readonly<Record<string, Given>> = {
  'isolation-forest': { use: 'isolation-forest', task: 'detect', missing: 0.02 },
  'isolation-forest, impute and scale': { use: 'isolation-forest', task: 'detect', ...filled },
  'random-forest, missing': {
    use: 'random-forest',
    task: 'classify',
    missing: 0.1,
    parameters: { n_estimators: 20 },
  },
  'random-forest, isotonic': {
    use: 'random-forest',
    task: 'classify',
    probability: isotonic,
    parameters: { n_estimators: 20 },
  },
  'gradient-boosting, missing': { use: 'gradient-boosting', task: 'classify', missing: 0.1 },
  'gradient-boosting, numbers': { use: 'gradient-boosting', task: 'regress' },
  'gradient-boosting, logarithm': { use: 'gradient-boosting', task: 'regress', state: { loss: 'poisson' } },
  'gradient-boosting, texts': { use: 'gradient-boosting', task: 'classify', text: true, missing: 0.1 },
  'logistic-regression': { use: 'logistic-regression', task: 'classify', ...filled },
  'logistic-regression, sigmoid': { use: 'logistic-regression', task: 'classify', probability: sigmoid },
  'ridge, low': { use: 'ridge', task: 'regress', ...filled, low: true },
  cox: { use: 'cox', task: 'survive', missing: 0.02 },
}
