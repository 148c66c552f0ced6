/** Names of features in a pickle of their own: joblib.dump(list(X.columns), "features.pkl"). */
import { textList } from './artifact-dict.ts'
import { unwrap } from './containers/index.ts'
import { refuseHostile } from './pickle/globals.ts'
import { readPickle } from './pickle/machine.ts'
import { Refusal } from './refusal.ts'

/** @throws Refusal for anything but a list, tuple or array of texts */
export function namesInPickle({
  name,
  bytes,
}: {
  readonly name: string
  readonly bytes: Uint8Array
}): readonly string[] {
  const pickle = readPickle(unwrap(bytes).bytes)
  refuseHostile(pickle)
  const names = textList(pickle.value)
  if (names) return names
  throw new Refusal(
    'unsaid',
    `${name} holds no list of names`,
    'Write the names of the features into a text file, one a line.',
  )
}
