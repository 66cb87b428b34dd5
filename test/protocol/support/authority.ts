/** An authority for timestamps (RFC 3161), by OpenSSL: a root, and a certificate under it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Authority {
  /** certificate of the root, DER */
  readonly root: Uint8Array;
  /** the same, PEM */
  readonly rootFile: string;
  /** answers a request, both DER */
  answer(request: Uint8Array): Uint8Array;
  /** signs content of this type, as a token is signed */
  sign(content: Uint8Array, type: string): Uint8Array;
  close(): void;
}

const CONFIG = `
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[stamping]
basicConstraints = critical, CA:false
extendedKeyUsage = critical, timeStamping
[signing]
basicConstraints = critical, CA:false
extendedKeyUsage = critical, codeSigning
[tsa]
default_tsa = tsa_here
[tsa_here]
serial = SERIAL
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
`;

/** @param usage what its certificate is for: `signing` is none for timestamps */
export function openAuthority(usage: 'stamping' | 'signing' = 'stamping'): Authority {
  const folder = mkdtempSync(path.join(tmpdir(), 'unbroken-authority-'));
  const at = (name: string): string => path.join(folder, name);
  const openssl = (...given: string[]): void => {
    execFileSync('openssl', given, { cwd: folder, stdio: 'pipe' });
  };
  writeFileSync(at('config'), CONFIG.replace('SERIAL', at('serial')));
  writeFileSync(at('serial'), '01\n');
  const newKey = (name: string): string[] => ['-newkey', 'rsa:2048', '-noenc', '-keyout', `${name}.key`];
  openssl(
    ...['req', '-x509', ...newKey('root'), '-out', 'root.pem', '-days', '3650', '-subj', '/CN=Root of the test'],
    ...['-config', 'config', '-extensions', 'ca'],
  );
  openssl('req', ...newKey('tsa'), '-out', 'tsa.csr', '-subj', '/CN=Authority of the test', '-config', 'config');
  openssl(
    ...['x509', '-req', '-in', 'tsa.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial'],
    ...['-out', 'tsa.pem', '-days', '3650', '-extfile', 'config', '-extensions', usage],
  );
  openssl('x509', '-in', 'root.pem', '-outform', 'DER', '-out', 'root.der');
  return {
    root: readFileSync(at('root.der')),
    rootFile: at('root.pem'),
    answer(request) {
      writeFileSync(at('request'), request);
      openssl(
        ...['ts', '-reply', '-config', 'config', '-section', 'tsa_here', '-queryfile', 'request', '-out', 'reply'],
        ...['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-chain', 'root.pem'],
      );
      return readFileSync(at('reply'));
    },
    sign(content, type) {
      writeFileSync(at('content'), content);
      openssl(
        ...['cms', '-sign', '-binary', '-nodetach', '-in', 'content', '-econtent_type', type],
        ...['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-md', 'sha256', '-outform', 'DER', '-out', 'signed'],
      );
      return readFileSync(at('signed'));
    },
    close: () => {
      rmSync(folder, { recursive: true });
    },
  };
}
