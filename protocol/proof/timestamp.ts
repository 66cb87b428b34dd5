/**
 * Timestamps of an authority (RFC 3161, over SHA-256): asking for one, and verifying it offline. Tokens and certificates
 * come from anybody; the signatures are verified by the platform's WebCrypto, so this alone of the protocol is not
 * synchronous.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBER, Integer, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  ExtKeyUsage,
  MessageImprint,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { bytesToHex, equal, hexToBytes, isHex, type Hex } from '../bytes.ts';
import { notProof } from './rlp.ts';

/** Bytes of a token: its certificates are in it. */
export const TOKEN_BYTES_MAX = 32_768;

const OID = {
  signedData: '1.2.840.113549.1.7.2',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  extendedKeyUsage: '2.5.29.37',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  commonName: '2.5.4.3',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
} as const;

/** What may be the digest under an authority's signature. */
const DIGESTS: readonly string[] = [OID.sha256, OID.sha384, OID.sha512];

/**
 * A request for a timestamp of 32 bytes, as DER, to be posted as `application/timestamp-query`.
 * @param nonce 8 bytes by which the answer is known to be of this request
 */
export function timestampRequest(hash: Hex, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: OID.sha256 }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(imprintOf(hash)).buffer }),
    }),
    nonce: Integer.fromBigInt(BigInt(bytesToHex(nonce))),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
}

/**
 * The token of an authority's answer to a request.
 * @throws ProtocolError PROOF if it is none, or of another request
 */
export function tokenOfResponse(response: Uint8Array, hash: Hex, nonce: Uint8Array): Hex {
  if (response.length > 2 * TOKEN_BYTES_MAX) throw notProof('the answer is too large for a timestamp');
  return reading('the answer is no timestamp response', () => {
    const { status, timeStampToken } = TimeStampResp.fromBER(new Uint8Array(response));
    if ((status.status as number) > 1 || timeStampToken === undefined)
      throw notProof('the authority gave no timestamp');
    const token = bytesToHex(new Uint8Array(timeStampToken.toSchema().toBER()));
    const { info } = openToken(token);
    const echoed = info.nonce?.valueBlock.valueHexView;
    if (!isOver(info, hash) || echoed === undefined || !equal(withoutZeros(echoed), withoutZeros(nonce))) {
      throw notProof('the timestamp is of another request');
    }
    return token;
  });
}

/** What an authority vouched for. */
export interface Stamped {
  /** seconds: the hash existed by then */
  readonly time: number;
  /** common name of the authority's certificate */
  readonly authority: string;
}

/**
 * Verifies that a token is of this hash, by an authority whose certificate leads to one of those that are trusted.
 * @param authorities certificates, DER
 * @throws ProtocolError PROOF
 */
export async function verifyTimestamp(token: Hex, hash: Hex, authorities: readonly Uint8Array[]): Promise<Stamped> {
  const { signed, info } = openToken(token);
  if (!isOver(info, hash)) throw notProof('the timestamp is of something else');
  const trustedCerts = authorities.map((der) =>
    reading('not a certificate in DER', () => Certificate.fromBER(new Uint8Array(der))),
  );
  let signer: Certificate | null | undefined;
  try {
    const result = await signed.verify({
      ...{ signer: 0, data: new Uint8Array(hexToBytes(hash)).buffer, trustedCerts },
      ...{ checkChain: true, passedWhenNotRevValues: true, extendedMode: true },
    });
    signer = result.signatureVerified === true ? result.signerCertificate : undefined;
  } catch {
    throw notProof('the timestamp is not by an authority that is trusted');
  }
  if (!signer) throw notProof('the timestamp is not signed by its authority');
  if (!isForTimestamps(signer)) throw notProof('the certificate of the timestamp is not for timestamps alone');
  return { time: Math.floor(info.genTime.getTime() / 1000), authority: commonNameOf(signer) };
}

function imprintOf(hash: Hex): Uint8Array {
  return sha256(hexToBytes(hash));
}

function isOver({ messageImprint }: TSTInfo, hash: Hex): boolean {
  const { hashAlgorithm, hashedMessage } = messageImprint;
  return hashAlgorithm.algorithmId === OID.sha256 && equal(hashedMessage.valueBlock.valueHexView, imprintOf(hash));
}

/** A token with one signer, nothing in it that no signature covers and that could be taken for a word of the authority. */
function openToken(token: Hex): { readonly signed: SignedData; readonly info: TSTInfo } {
  if (!isHex(token) || token.length > 2 + 2 * TOKEN_BYTES_MAX) throw notProof('the timestamp is too large');
  return reading('the timestamp is no token', () => {
    const bytes = new Uint8Array(hexToBytes(token));
    const parsed = fromBER(bytes.buffer);
    if (parsed.offset !== bytes.length) throw notProof('the timestamp has bytes behind its end');
    const content = new ContentInfo({ schema: parsed.result });
    if (content.contentType !== OID.signedData) throw notProof('the timestamp is not signed data');
    const signed = new SignedData({ schema: content.content });
    const [signer, ...others] = signed.signerInfos;
    if (signer === undefined || others.length > 0) throw notProof('a timestamp has one signer');
    if (!DIGESTS.includes(signer.digestAlgorithm.algorithmId)) throw notProof('the timestamp signs a weak digest');
    if (signed.encapContentInfo.eContentType !== OID.tstInfo || !signed.encapContentInfo.eContent) {
      throw notProof('the signed data is no timestamp');
    }
    const types = (signer.signedAttrs?.attributes ?? []).filter(({ type }) => type === OID.contentType);
    const [type] = types.flatMap(({ values }) => values as { valueBlock: { toString(): string } }[]);
    if (types.length !== 1 || type?.valueBlock.toString() !== OID.tstInfo) {
      throw notProof('the signature is not over a timestamp');
    }
    return { signed, info: TSTInfo.fromBER(signed.encapContentInfo.eContent.getValue()) };
  });
}

/** RFC 3161 section 2.3: one extended key usage, critical. */
function isForTimestamps({ extensions = [] }: Certificate): boolean {
  const usage = extensions.find(({ extnID }) => extnID === OID.extendedKeyUsage);
  const purposes = usage?.parsedValue instanceof ExtKeyUsage ? usage.parsedValue.keyPurposes : [];
  return usage?.critical === true && purposes.length === 1 && purposes[0] === OID.timeStamping;
}

function commonNameOf({ subject }: Certificate): string {
  const name = subject.typesAndValues.find(({ type }) => type === OID.commonName);
  const text: unknown = name?.value.valueBlock.value;
  return typeof text === 'string' && text !== '' ? text : 'an authority without a name';
}

/** Of an integer, and of what stands for one. */
function withoutZeros(bytes: Uint8Array): Uint8Array {
  const from = bytes.findIndex((byte) => byte !== 0);
  return from < 0 ? new Uint8Array() : bytes.subarray(from);
}

/** Runs a parser of bytes that anybody may have written. */
function reading<Result>(what: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof Error && 'code' in error ? error : notProof(what);
  }
}
