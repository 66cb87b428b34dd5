/** What a gateway that lies, or somebody between two gateways, would send. */
import type { Hex } from '../../protocol/bytes.ts';
import { dossierHash, encodeDossier } from '../../protocol/dossier.ts';
import { keyId, publicKeyOf, signHash } from '../../protocol/key.ts';
import { SCHEME } from '../../protocol/names.ts';
import type { Disclosure } from '../../protocol/record.ts';
import { sealFor } from '../../server/exchange/envelope.ts';
import type { Federation } from './federation.ts';
import { memberOf, numberOf } from './members.ts';

export interface Forgery {
  readonly from: string;
  readonly to: string;
  readonly release: string;
  /** The statement whose record it is about. */
  readonly digest: string;
}

/** A dossier in good order but for one word of a record. @returns the code of the recipient's answer */
export async function sendLie(federation: Federation, { from, to, release, digest }: Forgery): Promise<string> {
  const told = await federation.at(from).get<Disclosure>(`/v1/statements/${digest}/disclosure`);
  const fields = told.fields.map((field) => ('value' in field ? { ...field, value: `${field.value}!` } : field));
  return post(federation, to, await sealed(federation, { from, to, release, digest }, { ...told, fields }));
}

/** A true dossier of which one character was changed on its way. @returns the code of the recipient's answer */
export async function sendTampered(federation: Federation, forgery: Forgery): Promise<string> {
  const told = await federation.at(forgery.from).get<Disclosure>(`/v1/statements/${forgery.digest}/disclosure`);
  const jwe = await sealed(federation, forgery, told);
  const middle = jwe.lastIndexOf('.') - 20;
  const changed = jwe[middle] === 'A' ? 'B' : 'A';
  return post(federation, forgery.to, jwe.slice(0, middle) + changed + jwe.slice(middle + 1));
}

async function sealed(
  federation: Federation,
  { from, to, release, digest }: Forgery,
  disclosure: Disclosure,
): Promise<string> {
  const { foundingHash } = await federation.at(from).get<{ foundingHash: Hex }>('/v1/ledger');
  const privateKey = federation.serviceKey(from);
  const dossier = {
    ...{ ledger: foundingHash, release: release as Hex, sender: numberOf(from), recipient: numberOf(to) },
    ...{ time: Math.floor(Date.now() / 1000), part: 0, parts: 1 },
    records: [{ digest: digest as Hex, disclosure }],
  };
  const signed = {
    dossier,
    key: keyId(publicKeyOf(SCHEME.secp256k1, privateKey)),
    signature: signHash(SCHEME.secp256k1, privateKey, dossierHash(dossier)),
  };
  const { items } = await federation
    .at(to)
    .get<{ items: readonly { id: Hex; powers: readonly string[]; x: Hex; y: Hex }[] }>(
      `/v1/participants/${numberOf(to)}/keys`,
    );
  return sealFor(
    items.find(({ powers }) => powers.includes('encryption'))!,
    encodeDossier(signed),
  );
}

async function post(federation: Federation, to: string, dossier: string): Promise<string> {
  const response = await fetch(`${federation.url(memberOf(to).gateway)}/v1/dossiers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dossier }),
  });
  const { code } = (await response.json()) as { code?: string };
  return code ?? String(response.status);
}
