/** hash-wasm as the protocol uses it, counted. */
import { createKeccak as create } from 'hash-wasm';
import { countHashed } from './hashed.ts';

type Hasher = Awaited<ReturnType<typeof create>>;

export async function createKeccak(bits: 256): Promise<Hasher> {
  const hasher = await create(bits);
  const counted: Hasher = {
    ...hasher,
    init() {
      hasher.init();
      return counted;
    },
    update(data) {
      countHashed(data.length);
      hasher.update(data);
      return counted;
    },
  };
  return counted;
}
