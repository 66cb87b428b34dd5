/** The ledger file: what pins a verifier to one ledger, and where that ledger is. */
import { hexToBytes, isHex, ZERO, type Hex } from '../bytes.ts';
import { ProtocolError } from '../errors.ts';
import { predecessorOf } from '../founding.ts';
import { keccakHex } from '../hashing.ts';
import { heritageHash, type Heritage } from '../heritage.ts';
import { isUint, listIn, propertiesOf } from '../parsing.ts';

export interface ContractPlace {
  readonly address: Hex;
  /** keccak256 of the code that runs there */
  readonly codeHash: Hex;
}

export interface LedgerFile {
  readonly version: 1;
  readonly foundingHash: Hex;
  /** what the founding hash is the hash of */
  readonly founding: Hex;
  /** of a ledger that succeeds another: what that left, and the founding names */
  readonly heritage?: Heritage;
  readonly chainId: number;
  readonly genesisHash: Hex;
  /** number of the block in which the Consortium was deployed */
  readonly foundedAt: number;
  readonly contracts: {
    readonly consortium: ContractPlace;
    readonly agreements: ContractPlace;
    readonly custody: ContractPlace;
  };
  /** addresses of the validators whose seals count; none where no consortium vouches for the chain */
  readonly validators: readonly Hex[];
}

/** Some three hundred members. */
const FOUNDING_BYTES_MAX = 131_072;
export const VALIDATORS_MAX = 300;

/**
 * A ledger file from a value of unknown form.
 * @throws ProtocolError LEDGER_FILE
 */
export function parseLedgerFile(value: unknown): LedgerFile {
  const names = [
    ...(['version', 'foundingHash', 'founding', 'chainId', 'genesisHash', 'foundedAt'] as const),
    ...(['contracts', 'validators'] as const),
  ];
  const found = propertiesOf(value, names, notLedgerFile, ['heritage']);
  const { version, foundingHash, founding, chainId, genesisHash, foundedAt, contracts, validators } = found;
  if (version !== 1) throw notLedgerFile('its version is not 1');
  if (!isHex(foundingHash, 32) || !isHex(genesisHash, 32)) throw notLedgerFile('a hash');
  if (typeof founding !== 'string' || founding.length > 2 * FOUNDING_BYTES_MAX || !isHex(founding)) {
    throw notLedgerFile('the founding');
  }
  if (keccakHex(hexToBytes(founding)) !== foundingHash) {
    throw notLedgerFile('the founding hash is not the hash of the founding');
  }
  const heritage = found.heritage === undefined ? undefined : readHeritage(found.heritage);
  const named = predecessorOf(hexToBytes(founding));
  if ((heritage === undefined ? ZERO : heritageHash(heritage)) !== named) {
    throw notLedgerFile('the heritage is not the one that the founding names');
  }
  if (!isUint(chainId, 6) || !isUint(foundedAt, 6)) throw notLedgerFile('a number');
  const places = propertiesOf(contracts, ['consortium', 'agreements', 'custody'], notLedgerFile);
  const addresses = listIn(validators, VALIDATORS_MAX, notLedgerFile, readAddress);
  if (new Set(addresses).size < addresses.length) throw notLedgerFile('a validator stands twice');
  return {
    version,
    foundingHash,
    founding,
    ...(heritage && { heritage }),
    chainId,
    genesisHash,
    foundedAt,
    contracts: {
      consortium: readPlace(places.consortium),
      agreements: readPlace(places.agreements),
      custody: readPlace(places.custody),
    },
    validators: addresses,
  };
}

function readHeritage(value: unknown): Heritage {
  const { root, participants, keys, agreements } = propertiesOf(
    value,
    ['root', 'participants', 'keys', 'agreements'],
    notLedgerFile,
  );
  if (!isHex(root, 32) || !isUint(participants, 4) || !isUint(keys, 4) || !isUint(agreements, 4)) {
    throw notLedgerFile('the heritage');
  }
  return { root, participants, keys, agreements };
}

function readPlace(value: unknown): ContractPlace {
  const { address, codeHash } = propertiesOf(value, ['address', 'codeHash'], notLedgerFile);
  if (!isHex(codeHash, 32)) throw notLedgerFile('the hash of a code');
  return { address: readAddress(address), codeHash };
}

function readAddress(value: unknown): Hex {
  if (!isHex(value, 20)) throw notLedgerFile('an address, in lower case');
  return value;
}

function notLedgerFile(what: string): ProtocolError {
  return new ProtocolError('LEDGER_FILE', `not a ledger file: ${what}`);
}
