/** Reading a file whole, of which nobody knows what it is. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/**
 * As many bytes as the file says that it has. Files of the kernel (`/proc`) say none, and some of them have no end.
 * @throws Error with the reason, or that of the file system
 */
export function readWhole(path: string, most: number): Buffer {
  // Opening a pipe may wait for ever.
  check(statSync(path), most)
  const file = openSync(path, 'r')
  try {
    const found = fstatSync(file)
    check(found, most)
    const bytes = Buffer.alloc(found.size)
    let at = 0
    while (at < bytes.length) {
      const read = readSync(file, bytes, at, bytes.length - at, at)
      if (read === 0) break
      at += read
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(file)
  }
}

function check(found: ReturnType<typeof fstatSync>, most: number): void {
  if (found.isDirectory()) throw new Error('it is a folder, a file was expected')
  if (!found.isFile()) throw new Error('it is a pipe, a socket or a device, a file was expected')
  if (found.size > most) throw new Error(`it has ${found.size} bytes; at most ${most} are read`)
}
