/**
 * Bytes that other programs compressed: Python 3.11.7's zlib, gzip, bz2 and lzma (liblzma 5.4.1), and lz4 1.9.4.
 * What is in them is written out in CONTENTS.
 */
const repeat = (text: string, times: number) => Buffer.from(text.repeat(times))
const SHORT = 'tocsin tocsin tocsin an alarm bell'

export const CONTENTS = {
  nothing: Buffer.alloc(0),
  short: Buffer.from(SHORT),
  runs: Buffer.concat([
    repeat('a', 300),
    repeat('bbbbccccc', 1),
    Uint8Array.from({ length: 256 }, (_, i) => i),
    Buffer.alloc(2000),
  ]),
  mixed: Buffer.concat([
    Buffer.from(Float64Array.from({ length: 60 }, (_, i) => i * 0.1).buffer),
    repeat('left_child', 20),
  ]),
  long: repeat(`${SHORT}\n`, 9000),
  noise: Buffer.concat(
    Array.from({ length: 50 }, (_, i) => {
      const word = Buffer.alloc(4)
      word.writeUInt32BE(Number((BigInt(i) * 2654435761n) % 2n ** 32n))
      return word
    }),
  ),
} as const

interface Packed {
  readonly content: keyof typeof CONTENTS
  readonly container: string
  /** What wrote it. */
  readonly by: string
  readonly base64: string
}

export const PACKED: readonly Packed[] = [
  { content: 'nothing', container: 'zlib', by: 'zlib.compress', base64: 'eNoDAAAAAAE=' },
  { content: 'nothing', container: 'gzip', by: 'gzip.compress', base64: 'H4sIAAAAAAACAwMAAAAAAAAAAAA=' },
  { content: 'nothing', container: 'bzip2', by: 'bz2.compress', base64: 'QlpoORdyRThQkAAAAAA=' },
  { content: 'nothing', container: 'xz', by: 'lzma.compress', base64: '/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=' },
  {
    content: 'nothing',
    container: 'lzma',
    by: 'lzma.compress, FORMAT_ALONE',
    base64: 'XQAAgAD//////////wCD//v//8AAAAA=',
  },
  { content: 'nothing', container: 'lz4', by: 'lz4', base64: 'BCJNGGRApwAAAAAFXcwC' },
  { content: 'short', container: 'zlib', by: 'zlib.compress', base64: 'eNoryU8uzsxTKEGhEoEoJ7EoVyEpNScHAOTkDMw=' },
  {
    content: 'short',
    container: 'gzip',
    by: 'gzip.compress',
    base64: 'H4sIAAAAAAACAyvJTy7OzFMoQaESgSgnsShXISk1JwcAKo2+uCIAAAA=',
  },
  {
    content: 'short',
    container: 'bzip2',
    by: 'bz2.compress',
    base64: 'QlpoOTFBWSZTWVgrLr4AABCRgEAAOiecACAAMQDQAMiGnpPSIKBIUWaZ7dPTOGcPhXxdyRThQkFgrLr4',
  },
  {
    content: 'short',
    container: 'xz',
    by: 'lzma.compress',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AAhABldADobyI53WKtduOKMrfsbAhv1IzrbJEaZ+rwAAAAAkZZkLzNaFaQAATUieTbXVx+2830BAAAAAARZWg==',
  },
  {
    content: 'short',
    container: 'lzma',
    by: 'lzma.compress, FORMAT_ALONE',
    base64: 'XQAAgAD//////////wA6G8iOd1irXbjijK37GwIb9SM62yRUdwdkf/oFjAA=',
  },
  {
    content: 'short',
    container: 'lz4',
    by: 'lz4',
    base64: 'BCJNGGRApxgAAAB6dG9jc2luIAcA0GFuIGFsYXJtIGJlbGwAAAAATC01wA==',
  },
  {
    content: 'runs',
    container: 'zlib',
    by: 'zlib.compress',
    base64:
      'eNpLTBwFxIIkIEgGAQZGJmYWVjZ2Dk4ubh5ePn4BQSFhEVExcQlJKWkZWTl5BUUlZRVVNXUNTS1tHV09fQNDI2MTUzNzC0sraxtbO3sHRydnF1c3dw9PL28fXz//gMCg4JDQsPCIyKjomNi4+ITEpOSU1LT0jMys7JzcvPyCwqLiktKy8orKquqa2rr6hsam5pbWtvaOzq7unt6+/gkTJ02eMnXa9BkzZ82eM3fe/AULFy1esnTZ8hUrV61es3bd+g0bN23esnXb9h07d+3es3ff/gMHDx0+cvTY8RMnT50+c/bc+QsXL12+cvXa9Rs3b92+c/fe/QcPHz1+8vTZ8xcvX71+8/bd+w8fP33+8vXb9x8/f/3+8/fff4ZRMApGwSgYBaNgFAx5AAByavSk',
  },
  {
    content: 'runs',
    container: 'gzip',
    by: 'gzip.compress',
    base64:
      'H4sIAAAAAAACA0tMHAXEgiQgSAYBBkYmZhZWNnYOTi5uHl4+fgFBIWERUTFxCUkpaRlZOXkFRSVlFVU1dQ1NLW0dXT19A0MjYxNTM3MLSytrG1s7ewdHJ2cXVzd3D08vbx9fP/+AwKDgkNCw8IjIqOiY2Lj4hMSk5JTUtPSMzKzsnNy8/ILCouKS0rLyisqq6prauvqGxqbmlta29o7Oru6e3r7+CRMnTZ4yddr0GTNnzZ4zd978BQsXLV6ydNnyFStXrV6zdt36DRs3bd6yddv2HTt37d6zd9/+AwcPHT5y9NjxEydPnT5z9tz5CxcvXb5y9dr1Gzdv3b5z9979Bw8fPX7y9NnzFy9fvX7z9t37Dx8/ff7y9dv3Hz9//f7z999/hlEwCkbBKBgFo2AUDHkAAEWwIvkFCgAA',
  },
  {
    content: 'runs',
    container: 'bzip2',
    by: 'bz2.compress',
    base64:
      'QlpoOTFBWSZTWS3STl0AAER/////////////////////////////////////////////sADa0kmAAmAAJgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAh6mhMBMAAAAmAAAJgAEwRgAGQAAAEYAAAAE0wATAABGmAAAAAAAAABMMkyAATEwAAAmAAEwAEwAIwAAAABMAAAAJgAAAARgAAEaMmAAAAAAAeQIF7AwAAAAjIDAAAZQoIGhweICIkJigqLC/wGBka+I2ODo8PkBCREZISkxOUFJURkhKTE5QUsRWWFpcXmBiZGZoamxucHJ0dnh6fH6AgoSGiIqMjpCSlJaYmpyeoKKkpqi0tri6vL7AwsTGyMoM9AB5oIKZgsIAggggAQNBM7Q0tTW2Nrc3uDi5Obo6uzu8PL08PL09vj6/P8BAwUHCQsNDxETFRcZGx0fISMlJykrLS8xMzU3OTs9P0FDRUdJS01PUVNVV1lbXV9hY2VnaWttb3FzdXd5e31/gYOFh4mLjY+Rk5WXmZudn6Gi26Tlp6mrra+xs6utr7Gztbe5u72/wcPFx8nLzc/R09XX2dvd3+Hj5eZeABL+k36//29xdyRThQkC3STl0=',
  },
  {
    content: 'runs',
    container: 'xz',
    by: 'lzma.compress',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AoEAQFdADDv+7fBhS94MQ8n4zoloZujfA3i0OGzZc7OsalL10GqGAXG8dD+K1O2YlcQE87aB4FPhufEvJIIvEnhV3+J83IOJa8r9mOSLKimjpFMMINag6Xz06UgCC5mCPR2gVFKWIlv6AUYou1QkgSC6Nxew83iPMdeiF+bWqsGiJqfnEucHoMvWEMvl1+mfm3LaiBaqHx2yu3E9IdLX+rDJefq9bJFnnqDiBnXlkVNLmnGBaIs2Xk0xaCYtHUNFduQV4BbUBWycF/IgJnxzFq0houI9LMGiY/EyCzUa1wfIm8Yq29/L2/38fc4p60IE8okti6wmC8jJorqEox3oHhhkd7PWyWAAAAAAHo9aiaQ3/o2AAGdAoUUAACFz8XZscRn+wIAAAAABFla',
  },
  {
    content: 'runs',
    container: 'lzma',
    by: 'lzma.compress, FORMAT_ALONE',
    base64:
      'XQAAgAD//////////wAw7/u3wYUveDEPJ+M6JaGbo3wN4tDhs2XOzrGpS9dBqhgFxvHQ/itTtmJXEBPO2geBT4bnxLySCLxJ4Vd/ifNyDiWvK/Zjkiyopo6RTDCDWoOl89OlIAguZgj0doFRSliJb+gFGKLtUJIEgujcXsPN4jzHXohfm1qrBoian5xLnB6DL1hDL5dfpn5ty2ogWqh8dsrtxPSHS1/qwyXn6vWyRZ56g4gZ15ZFTS5pxgWiLNl5NMWgmLR1DRXbkFeAW1AVsnBfyICZ8cxatIaLiPSzBomPxMgs1GtcHyJvGKtvfy9v9/H3OKetCBPKJLYusJgvIyaK6hKMd6B4YZHez/v8oP//tuQAAA==',
  },
  {
    content: 'runs',
    container: 'lz4',
    by: 'lz4',
    base64:
      'BCJNGGRApyMBAAAfYQEA/xlQYmJiYmMBAP/0AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAAAAMA/////////7xQAAAAAAAAAAAAF9aCKw==',
  },
  {
    content: 'mixed',
    container: 'zlib',
    by: 'zlib.compress',
    base64:
      'eNrVzEsOAUEUheFCo9Hody+kzat2YuCd9NBm2IklSBgZmUkkEokBIUKISLv/JpxJVZ373VJKMp/lWWg5l7qT5tnw3mpRO/q9Hg3zHJgf9XqV54Q701/wV+Y39u64B+6Je+HeuA9OGemVEV8wMi8a2SsZYRbOwpVxFVwVZ+NsXA1XxzVwDs7BNXEtXBvn0rt41/zGqceeh/NxPs7nnwAX4EJciAtxES7CxbgYF+MSXGKywXDa7Y0nWf+/b184mALY',
  },
  {
    content: 'mixed',
    container: 'gzip',
    by: 'gzip.compress',
    base64:
      'H4sIAAAAAAACA9XMSw4BQRSF4UKj0eh3L6TNq3Zi4J300GbYiSVIGBmZSSQSiQEhQohIu/8mnElVnfvdUkoyn+VZaDmXupPm2fDealE7+r0eDfMcmB/1epXnhDvTX/BX5jf27rgH7ol74d64D04Z6ZURXzAyLxrZKxlhFs7ClXEVXBVn42xcDVfHNXAOzsE1cS1cG+fSu3jX/Mapx56H83E+zuefABfgQlyIC3ERLsLFuBgX4xJcYrLBcNrtjSdZ/79vX6BDJlWoAgAA',
  },
  {
    content: 'mixed',
    container: 'bzip2',
    by: 'bz2.compress',
    base64:
      'QlpoOTFBWSZTWUfeVZsAAAXvr////4AMAMAAAACP5AQAADAAIAAmCCBJJG1tMADSYNKQP1Rp6gPUANAGg02mKepk2iDU9PVSCMAjJjQAmTQ0MJiMCSVGQGgANAAAAaB6npE8pTpYxKSU3vrz4wAAACCIgAACaFDZEzIACgkOVBybfhEJQ0m0m022k2lBAVkAgOBEIQBCBK2itTJ3uprdPRTU+qvfzj9e1LVx8SKmWyOWZl8zNsi2NSlJ6TM0IQh4BBwBB4AINIADkhwIkAkTgR9BDwQ9IIaAIeIRKJTQLdFGQlQB+SIQIFAamBmBmD+LuSKcKEgj7yrNgA==',
  },
  {
    content: 'mixed',
    container: 'xz',
    by: 'lzma.compress',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AKnAKBdAABqpOigAQQv0tRsy56syyHh7bRBv+wqODAHWaJRkkh7H3hvWfxOa2tjSUQfeuxbQ1pSZUymkLMSmyJlJYyPuGtOq23FtWn1YSx31KKYlogU18y27Iy7ON7Y1h+FoE6Ww/vLU0jOD9SRZaRk37bLed2UTreJBhwZkaFE6Zin21lXC48OMgA1C7RrrVp4NO2XkhAjtEYZJIJXnecVRSjQrPUAcn+I34Q0oeQAAbwBqAUAAGLdKR2xxGf7AgAAAAAEWVo=',
  },
  {
    content: 'mixed',
    container: 'lzma',
    by: 'lzma.compress, FORMAT_ALONE',
    base64:
      'XQAAgAD//////////wAAaqTooAEEL9LUbMuerMsh4e20Qb/sKjgwB1miUZJIex94b1n8TmtrY0lEH3rsW0NaUmVMppCzEpsiZSWMj7hrTqttxbVp9WEsd9SimJaIFNfMtuyMuzje2NYfhaBOlsP7y1NIzg/UkWWkZN+2y3ndlE63iQYcGZGhROmYp9tZVwuPDjIANQu0a61aeDTtl5IQI7RGGSSCV53nFUUteH7w//1eTAA=',
  },
  {
    content: 'mixed',
    container: 'lz4',
    by: 'lz4',
    base64:
      'BCJNGGRApxoBAAATAAEAIJqZAQAiuT8IAEDJPzQzAQAT0xAAItk/JwAT4BgAQOM/Z2YBABPmIABA6T/NzAEAE+woABPwGAAT8TAAE/MgABP0OAAT9igAE/goABP5KAAT+ygAE/woABP+KAAiAEBgACIAQKAAIgFAgAAiAkCoACIDQKAAEwQoABMEKAATBSgAEwYoABMHKAATCCgAEwgoABMJKAATCigAEwsoABMMKAATDCgAEw0oABMOKAATDygAExAYABMQMAAgEEA+ATMzMxE4ABMRKAATEigAExIoABMSSAATEygAExMoABMUKAATFCgAExQoABMVKAATFSgAExYoABMWKAATFigAExcoAM8XQGxlZnRfY2hpbGQKAKZQY2hpbGQAAAAAt1MiJQ==',
  },
  {
    content: 'long',
    container: 'zlib',
    by: 'zlib.compress',
    base64:
      'eNrtysEJwCAQAMG/VdiakTyES4Tk+sd804IMLOxncvZ33DV/a1/RnqseZ0RJBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEEQBEGQncgCe7Y6tg==',
  },
  {
    content: 'long',
    container: 'gzip',
    by: 'gzip.compress',
    base64:
      'H4sIAAAAAAACA+3KwQnAIBAAwb9V2JqRPIRLhOT6x3zTggws7Gdy9nfcNX9rX9Geqx5nREkEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQRAEQZCdyAKobZlteM4EAA==',
  },
  {
    content: 'long',
    container: 'bzip2',
    by: 'bz2.compress',
    base64:
      'QlpoOTFBWSZTWR0GdAYCXnHRgAAQQAA6J5wAMAD4AgAAEAAAKVQ1Mm1PKeCRQ9CRQ9EihwEihgJFDoSKHAkUMiqRLwSKGhVIlgSKH0SKGRIoaEihyJFDQqkS2KpEuRIobFUiWQkUNiRQ/i7kinChIDoM6Aw=',
  },
  {
    content: 'long',
    container: 'xz',
    by: 'lzma.compress',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj5M53AIldADobyI53WKtduOKMrfsbAhv1IzrbJEcmDMV2CKYL8uTgjzZ2kFbmZHiSZTLYpbmdYSZXKQhpk9ZtsB5PW/XyZkh7Jo6SlboDUFWAaRjUfL4Rbxib4lQ265Wvg03aXtaldYb2cUfj4k0xC09T4nief1Gi57vVeOX0AX3cncAGmE2Y/div1VrLjr4AAAAAAElXacQErBXTAAGlAficEwB+Q9BhscRn+wIAAAAABFla',
  },
  {
    content: 'long',
    container: 'lzma',
    by: 'lzma.compress, FORMAT_ALONE',
    base64:
      'XQAAgAD//////////wA6G8iOd1irXbjijK37GwIb9SM62yRHJgzFdgimC/Lk4I82dpBW5mR4kmUy2KW5nWEmVykIaZPWbbAeT1v18mZIeyaOkpW6A1BVgGkY1Hy+EW8Ym+JUNuuVr4NN2l7WpXWG9nFH4+JNMQtPU+J4nn9Roue71Xjl9AF93J3ABphNmP3Yr9Vay50k7///8wVAAA==',
  },
  {
    content: 'long',
    container: 'lz4',
    by: 'lz4',
    base64:
      'BCJNGGRghfoEAAB6dG9jc2luIAcA6mFuIGFsYXJtIGJlbGwKHAADDgAPIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////+lBiZWxsCgAAAABtLQAD',
  },
  {
    content: 'long',
    container: 'bzip2',
    by: 'bz2.compress, blocks of 100 kB',
    base64:
      'QlpoMTFBWSZTWStQsvEAvbFRgAAQQAA6J5wAMADYBAAAIAAAUqSaMank6EingSKeCRTFEinISKfBIpgSKZpVIOhIpqlUg5EinYkUyJFNCRTgSKapVIN0qkHAkU3SqQZhIpuoimGPTFBWSZTWYXmgqcALKLRgAAQQAA6J5wAMADYBAAAIAAAUqSaMank6iRTxEinkSKYCRTlEinyJFMRIpmKpB1EimoqkHMSKdxIpmJFNRIpxEimoqkG4qkHESKbiqQZEim8CRTAkU9MUFZJlNZstWCOgC4HlGAABBAADonnAAwANgEAAAgAABSpJoxqeToSKeIkU8EimISKcokU+RIpgSKZSqQdCRTSVSDkSKdxIpkSKaEinESKaSqQbSqQcRIptKpBmJFPuBIpsSKemKCskymsrWprPgAI0yjAAAggAB0TzgAYAFjRAAAE1VADTQFKoNANOgk8oSeBJpQk3oSbQk0CTElUugkzJVLcJO4SYCTMJMbQkzJRMpBNVSWUgnpUlhVJ+LuSKcKEg5MCePA==',
  },
  {
    content: 'short',
    container: 'xz',
    by: 'lzma.compress, CHECK_CRC32',
    base64:
      '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AAhABldADobyI53WKtduOKMrfsbAhv1IzrbJEaZ+rwAAAAAKo2+uAABMSJ987szkEKZDQEAAAAAAVla',
  },
  {
    content: 'short',
    container: 'xz',
    by: 'lzma.compress, CHECK_NONE',
    base64:
      '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4AAhABldADobyI53WKtduOKMrfsbAhv1IzrbJEaZ+rwAAAAAAAEtIiCuzNUGcp56AQAAAAAAWVo=',
  },
  {
    content: 'short',
    container: 'xz',
    by: 'lzma.compress, CHECK_SHA256',
    base64:
      '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4AAhABldADobyI53WKtduOKMrfsbAhv1IzrbJEaZ+rwAAAAAyIXb6N9yi4BWCGPofm7UORFPa9ohoxbvJpcMXUg4dPMAAU0ih8UxsBibS5oBAAAAAApZWg==',
  },
  {
    content: 'mixed',
    container: 'xz',
    by: 'lzma.compress, lc=1 lp=2 pb=0',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4AKnAJ4TAABrT7AGLJOQ87bJ/jYChICbvbomE2zL865Hpq+prq1S5Zx4Md7a7QTdlBtWRgEqzXZ6kxHZuHZJIQBuFSXoFMxZQXleqmvBPMRZYsBf2lmcFWvjhCh2qJfIuH4hEB9tMhdzZ/vd+G6+NU6/IerJ5B379ssYZDWTDm+KgRFH4T17KbbItrDvrxn1j8f/Zv0Uj8ss4Y7KI6oEG7Cj0K4AAAAAcn+I34Q0oeQAAboBqAUAAH8+cMuxxGf7AgAAAAAEWVo=',
  },
  {
    content: 'mixed',
    container: 'lzma',
    by: 'lzma.compress, lc=3 lp=0 pb=2 preset 0',
    base64:
      'XQAABAD//////////wAAaqTooAEEL9LUWJPodS2AISQkCEQ8w9Y8Md6TZCD0uFDgiYlPDc2zzQC37DVlg22qQwJPz2QmD+aqmyQCxiH9EOSFgqCX+MUKseDDNelE6VQposePYowjuu+9pA/eGeby+p/AiiiVET+slA55GGxV4+OpCr2JbQiYR2zEKXO6ttDnm/XtqsOClZ+oJdFJFWu98oWnL+vvbJuJtlKHpoDIREo0psod///5IGgA',
  },
  {
    content: 'long',
    container: 'lz4',
    by: 'lz4 -B4 -BD, linked blocks',
    base64:
      'BCJNGERAXigBAAB6dG9jc2luIAcA6mFuIGFsYXJtIGJlbGwKHAADDgAPIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////sFBpbiB0bwoBAAAPzf//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6FBybSBiZSIBAACqbGwKdG9jc2luIAcAv2FuIGFsYXJtIGJlIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////xVBvY3Npbg0BAAAE9/8P8P//////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////4FBhbGFybfEAAADaIGJlbGwKdG9jc2luIAcAj2FuIGFsYXJtIwD///////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////8MUGJlbGwKAAAAAG0tAAM=',
  },
  {
    content: 'long',
    container: 'lz4',
    by: 'lz4 -B4 -BX, checksums of blocks',
    base64:
      'BCJNGHRAvSgBAAB6dG9jc2luIAcA6mFuIGFsYXJtIGJlbGwKHAADDgAPIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////sFBpbiB0b+4YTWQmAQAA8QZjc2luIGFuIGFsYXJtIGJlbGwKdG8VAAoHAA8jAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////AUHJtIGJl79ToYCIBAACqbGwKdG9jc2luIAcAv2FuIGFsYXJtIGJlIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////xVBvY3Npbuswb90nAQAA8wcgdG9jc2luIGFuIGFsYXJtIGJlbGwKFQAKBwAPIwD/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////vVBhbGFybXtnMMzxAAAA2iBiZWxsCnRvY3NpbiAHAI9hbiBhbGFybSMA////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////DFBiZWxsCqm0HfwAAAAAbS0AAw==',
  },
  {
    content: 'runs',
    container: 'lz4',
    by: 'lz4 --no-frame-crc',
    base64:
      'BCJNGGBAgiMBAAAfYQEA/xlQYmJiYmMBAP/0AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BBQkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6e3x9fn+AgYKDhIWGh4iJiouMjY6PkJGSk5SVlpeYmZqbnJ2en6ChoqOkpaanqKmqq6ytrq+wsbKztLW2t7i5uru8vb6/wMHCw8TFxsfIycrLzM3Oz9DR0tPU1dbX2Nna29zd3t/g4eLj5OXm5+jp6uvs7e7v8PHy8/T19vf4+fr7/P3+/wAAAAMA/////////7xQAAAAAAAAAAAA',
  },
  {
    content: 'short',
    container: 'bzip2',
    by: 'two streams, one behind the other',
    base64:
      'QlpoOTFBWSZTWXu8Lm0AAAMRgEAACCGMACAAIg0zQhgPcgFF3JFOFCQe7wubQEJaaDkxQVkmU1mx5p8QAAANEYBAADonnAAgADEA0ACVMjJk9JRTOU1ko7craMHw9PxdyRThQkLHmnxA',
  },
  {
    content: 'short',
    container: 'gzip',
    by: 'two members, one behind the other',
    base64: 'H4sIAAAAAAACAyvJTy7OzFMAAGgC51wHAAAAH4sIAAAAAAACAyvJTy7OzFMogVCJQJSTWJSrkJSakwMAJ9L5+xsAAAA=',
  },
  {
    content: 'long',
    container: 'lz4',
    by: 'lz4 --content-size',
    base64:
      'BCJNGGxgeM4EAAAAAABx+gQAAHp0b2NzaW4gBwDqYW4gYWxhcm0gYmVsbAocAAMOAA8jAP/////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////////6UGJlbGwKAAAAAG0tAAM=',
  },
  {
    content: 'noise',
    container: 'xz',
    by: 'lzma.compress, a chunk that is not coded',
    base64:
      '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQDHAAAAAJ43ebE8bvNi2qZtE3jd5sQXFWB1tUzaJlOEU9fxu82Ij/NHOS4qwOrMYjqbapm0TAjRLf2nCKeuRUAhX+N3mxCBrxTBH+aOcr4eCCNcVYHU+oz7hZjEdTY2++7n1TNomHNq4kkRolv6r9nVq04RT1zsSMkNioBCvii3vG/G7zYgZSav0QNeKYKhlaMzP80c5N4ElpV8PBBGGnOJ97irA6hW4n1Z9Rn3CpNRcLsxiOpsz8BkHW333c4ML1d/qmbRMEieSuEA163OzsVeaqAAAeAByAEAADFKSlqxxGf7AgAAAAAEWVo=',
  },
  {
    content: 'noise',
    container: 'lz4',
    by: 'lz4, a block that is not coded',
    base64:
      'BCJNGGRAp8gAAIAAAAAAnjd5sTxu82Lapm0TeN3mxBcVYHW1TNomU4RT1/G7zYiP80c5LirA6sxiOptqmbRMCNEt/acIp65FQCFf43ebEIGvFMEf5o5yvh4II1xVgdT6jPuFmMR1Njb77ufVM2iYc2riSRGiW/qv2dWrThFPXOxIyQ2KgEK+KLe8b8bvNiBlJq/RA14pgqGVozM/zRzk3gSWlXw8EEYac4n3uKsDqFbifVn1GfcKk1FwuzGI6mzPwGQdbffdzgwvV3+qZtEwSJ5K4QAAAABBgyiR',
  },
  {
    content: 'noise',
    container: 'zlib',
    by: 'zlib.compress, stored',
    base64:
      'eAEByAA3/wAAAACeN3mxPG7zYtqmbRN43ebEFxVgdbVM2iZThFPX8bvNiI/zRzkuKsDqzGI6m2qZtEwI0S39pwinrkVAIV/jd5sQga8UwR/mjnK+HggjXFWB1PqM+4WYxHU2Nvvu59UzaJhzauJJEaJb+q/Z1atOEU9c7EjJDYqAQr4ot7xvxu82IGUmr9EDXimCoZWjMz/NHOTeBJaVfDwQRhpzife4qwOoVuJ9WfUZ9wqTUXC7MYjqbM/AZB1t993ODC9Xf6pm0TBInkrhMMVijA==',
  },
]

/** lzma.compress with FILTER_DELTA before LZMA2. */
export const DELTA =
  '/Td6WFoAAATm1rRGAgEDAQchARbAGBNz4AKnAG5dAABqpOigAQQv07wSs3lruUVqFtgDBqVqoPWWS+XKsFsAdfLhbo0j4rix5A5N1ep+qrbor/6hhZ58lPco1Li5CJgAhW42FE9t8pWO+ZA6cX9eyOiODjlDYQ//hYsZKGoF0r4q/vXRZFwr5cbSFr4AAAAAcn+I34Q0oeQAAYoBqAUAANI5Cs+xxGf7AgAAAAAEWVo='
