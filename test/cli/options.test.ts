/** What the values of flags may be. */
import { expect, test } from 'vitest'
import { asPositive } from '../../src/cli/options.ts'
import { Failure } from '../../src/errors.ts'

test('rows a week are more than none', () => {
  const read = asPositive('samples-per-week')
  expect(read('0.5')).toBe(0.5)
  expect(read('168')).toBe(168)
  for (const text of ['0', '-3', '-0', 'many', '', 'NaN', 'Infinity']) expect(() => read(text)).toThrow(Failure)
})
