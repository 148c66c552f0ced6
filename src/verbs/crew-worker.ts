/** One thread of a crew: takes a job, does it, answers, waits for the next. It brings its own models and transforms. */
import { parentPort } from 'node:worker_threads'
import { type Answer, DISMISSED, type Order, packError } from './crew.ts'
import { JOBS, type JobName } from './crew-jobs.ts'

parentPort?.on('message', (order: Order<JobName> | typeof DISMISSED) => {
  if (order === DISMISSED) parentPort?.close()
  else parentPort?.postMessage(answer(order.name, order.input))
})

function answer(name: JobName, input: unknown): Answer {
  try {
    return { output: JOBS[name](input as never) }
  } catch (error) {
    return { error: packError(error) }
  }
}
