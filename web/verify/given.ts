/** What the reader gave: bundle, ledger file, evidence, certificates; told apart by what is in them. */
import type { Bundle } from '../../protocol/bundle/form.ts';
import { BUNDLE_BYTES_MAX, decodeBundle } from '../../protocol/bundle/form.ts';
import { parseLedgerFile, type LedgerFile } from '../../protocol/bundle/ledger-file.ts';
import { digestFile, type FileDigest } from '../../protocol/file-digest.ts';

export type Role = 'bundle' | 'ledger' | 'evidence' | 'authorities';

export interface Given {
  bundle?: { readonly name: string; readonly bundle: Bundle };
  ledger?: { readonly name: string; readonly ledger: LedgerFile };
  readonly evidence: { readonly name: string; readonly digest: FileDigest }[];
  readonly authorities: { readonly name: string; readonly certificate: Uint8Array }[];
}

/** What a file is, by its name and its first bytes: what is not ours is evidence. */
export async function roleOf(file: File): Promise<Role> {
  if (/\.(der|cer|crt|pem)$/i.test(file.name)) return 'authorities';
  if (file.size > BUNDLE_BYTES_MAX || !/^\s*\{/.test(await file.slice(0, 64).text())) return 'evidence';
  try {
    const value: unknown = JSON.parse(await file.text());
    if (has(value, 'sheets') && has(value, 'inclusions')) return 'bundle';
    return has(value, 'foundingHash') && has(value, 'contracts') ? 'ledger' : 'evidence';
  } catch {
    return 'evidence';
  }
}

/**
 * Takes a file in.
 * @param progress told how many bytes of it were read
 * @throws ProtocolError with what is wrong with it
 */
export async function take(given: Given, role: Role, file: File, progress: (bytes: number) => void): Promise<void> {
  const { name } = file;
  if (role === 'evidence') {
    given.evidence.push({ name, digest: await digestFile(chunksOf(file, progress)) });
    return;
  }
  if (file.size > BUNDLE_BYTES_MAX) throw new Error(`it has more than ${BUNDLE_BYTES_MAX} bytes`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (role === 'bundle') given.bundle = { name, bundle: decodeBundle(bytes) };
  else if (role === 'ledger') {
    given.ledger = { name, ledger: parseLedgerFile(JSON.parse(new TextDecoder().decode(bytes))) };
  } else {
    for (const certificate of certificatesOf(bytes)) given.authorities.push({ name, certificate });
  }
}

function has(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

async function* chunksOf(file: File, progress: (bytes: number) => void): AsyncIterable<Uint8Array> {
  const reader = file.stream().getReader();
  let read = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    read += next.value.length;
    progress(read);
    yield next.value;
  }
}

/** DER, or any number of certificates in PEM. */
function certificatesOf(bytes: Uint8Array): Uint8Array[] {
  const text = new TextDecoder().decode(bytes);
  if (!text.includes('-----BEGIN CERTIFICATE-----')) return [bytes];
  return text
    .split('-----BEGIN CERTIFICATE-----')
    .slice(1)
    .map((part) => {
      const digits = atob(part.split('-----END')[0]!.replace(/\s/g, ''));
      return Uint8Array.from(digits, (digit) => digit.charCodeAt(0));
    });
}
