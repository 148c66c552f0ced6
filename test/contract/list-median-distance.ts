/** The line in the list: imported before the program, it makes median-distance a model of this process. */
import { models } from '../../src/models/index.ts'
import type { Model } from '../../src/models/model.ts'
import { medianDistance } from './median-distance.ts'

;(models as Model[]).push(medianDistance)
