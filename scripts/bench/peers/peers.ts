/** The peers of `contract`, each used as its own users would. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { AbiCoder, Interface, ZeroAddress, ZeroHash } from 'ethers';

import type { Hex } from '../../../protocol/bytes.ts';
import { keccakHex, keccakOfText } from '../../../protocol/hashing.ts';
import type { Relay } from '../relay.ts';

export interface PeerFigure {
  readonly peer: string;
  readonly label: string;
  readonly gas: number;
  readonly perSecond: number;
}

interface Artifact {
  readonly abi: string;
  readonly bytecode: Hex;
}

const MULTI = 40;

/** Ethereum Attestation Service: a custody step as an attestation with the same 32-byte root in it. */
export async function measureEas(relay: Relay, count: number): Promise<PeerFigure[]> {
  const registry = easArtifact('SchemaRegistry');
  const eas = easArtifact('EAS');
  const registryAddress = await deploy(relay, registry.bytecode);
  const constructor = AbiCoder.defaultAbiCoder().encode(['address'], [registryAddress]).slice(2);
  const address = await deploy(relay, `${eas.bytecode}${constructor}`);
  const schemas = new Interface(registry.abi);
  const schema = 'bytes32 subject, bytes32 previous, bytes32 record';
  await relay.send([
    await relay.sign(registryAddress, schemas.encodeFunctionData('register', [schema, ZeroAddress, true]) as Hex),
  ]);
  const schemaId = keccakPacked(schema);
  const calls = new Interface(eas.abi);
  const attestation = (index: number) => ({
    recipient: ZeroAddress,
    expirationTime: 0,
    revocable: true,
    refUID: ZeroHash,
    data: AbiCoder.defaultAbiCoder().encode(
      ['bytes32', 'bytes32', 'bytes32'],
      [keccakOfText(`subject ${index}`), keccakOfText(`previous ${index}`), keccakOfText(`record ${index}`)],
    ),
    value: 0,
  });
  const single: Hex[] = [];
  for (let index = 0; index < count; index++) {
    const data = calls.encodeFunctionData('attest', [{ schema: schemaId, data: attestation(index) }]) as Hex;
    single.push(await relay.sign(address, data, 1_000_000));
  }
  const singly = await relay.send(single);
  const many = calls.encodeFunctionData('multiAttest', [
    [{ schema: schemaId, data: Array.from({ length: MULTI }, (_, index) => attestation(count + index)) }],
  ]) as Hex;
  const together = await relay.send([await relay.sign(address, many)]);
  return [
    { peer: 'EAS', label: 'attest transaction', gas: sum(singly.gas) / count, perSecond: count / singly.seconds },
    { peer: 'EAS', label: `multiAttest ${MULTI}`, gas: sum(together.gas) / MULTI, perSecond: MULTI / together.seconds },
  ];
}

/** A plain ERC-721: one transfer a transaction. */
export async function measureErc721(relay: Relay, count: number): Promise<PeerFigure> {
  const artifact = JSON.parse(
    readFileSync(
      new URL('../../../artifacts/scripts/bench/peers/CustodyToken.sol/CustodyToken.json', import.meta.url),
      'utf8',
    ),
  ) as { abi: object[]; bytecode: Hex };
  const address = await deploy(relay, artifact.bytecode);
  const calls = new Interface(JSON.stringify(artifact.abi));
  const to = '0x00000000000000000000000000000000000000aa';
  const mints: Hex[] = [];
  for (let item = 1; item <= count; item++)
    mints.push(await relay.sign(address, calls.encodeFunctionData('collect', [item]) as Hex, 1_000_000));
  await relay.send(mints);
  const transfers: Hex[] = [];
  for (let item = 1; item <= count; item++) {
    transfers.push(
      await relay.sign(address, calls.encodeFunctionData('transferFrom', [relay.address, to, item]) as Hex, 1_000_000),
    );
  }
  const { gas, seconds } = await relay.send(transfers);
  return { peer: 'ERC-721', label: 'transferFrom transaction', gas: sum(gas) / count, perSecond: count / seconds };
}

async function deploy(relay: Relay, bytecode: Hex): Promise<Hex> {
  const { created } = await relay.send([await relay.sign(null, bytecode)]);
  return created[0]!;
}

function easArtifact(name: string): Artifact {
  const require = createRequire(import.meta.url);
  const file = require.resolve(
    `@ethereum-attestation-service/eas-contracts/artifacts/contracts/${name}.sol/${name}.json`,
  );
  const { abi, bytecode } = JSON.parse(readFileSync(file, 'utf8')) as { abi: object[]; bytecode: Hex };
  return { abi: JSON.stringify(abi), bytecode };
}

/** `keccak256(abi.encodePacked(schema, resolver, revocable))`, the id of a schema. */
function keccakPacked(schema: string): string {
  const packed = new Uint8Array([...new TextEncoder().encode(schema), ...new Uint8Array(20), 1]);
  return keccakHex(packed);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
