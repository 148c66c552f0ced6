// Reads a vitest JSON report: prints "PASSED FAILED", then a line for each test that failed or was skipped.
// Runs on any Node.
import { existsSync, readFileSync } from 'node:fs'

const file = process.argv[2]
const { testResults = [] } = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
const named = (tests, status) => tests.filter(test => test.status === status).map(({ fullName }) => fullName)

// A file that fails before its first test has no test to fail.
const broken = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !named(assertionResults, 'failed').length,
)
const failed = [...named(tests, 'failed'), ...broken.map(({ name }) => name)]
const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed').map(({ fullName }) => fullName)

console.log(named(tests, 'passed').length, failed.length)
for (const name of failed) console.log(`FAILED: ${name}`)
for (const name of skipped) console.log(`SKIPPED: ${name}`)
