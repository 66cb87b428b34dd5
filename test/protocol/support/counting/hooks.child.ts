/** Puts counting in between the protocol and the libraries that it hashes with: for `node --import`. */
import { registerHooks } from 'node:module';

const COUNTED: Readonly<Record<string, URL>> = {
  'hash-wasm': new URL('hash-wasm.child.ts', import.meta.url),
  '@noble/hashes/sha2.js': new URL('sha2.child.ts', import.meta.url),
};

registerHooks({
  resolve(specifier, context, next) {
    const counted = COUNTED[specifier];
    if (
      counted === undefined ||
      !context.parentURL?.includes('/protocol/') ||
      context.parentURL.includes('/counting/')
    ) {
      return next(specifier, context);
    }
    return { url: counted.href, format: 'module-typescript', shortCircuit: true };
  },
});
