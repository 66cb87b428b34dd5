import { fileURLToPath } from 'node:url';

import { configVariable, defineConfig } from 'hardhat/config';
import hardhatEthers from '@nomicfoundation/hardhat-ethers';
import hardhatIgnition from '@nomicfoundation/hardhat-ignition';
import hardhatIgnitionEthers from '@nomicfoundation/hardhat-ignition-ethers';

// The compiler is the npm package `solc`: nothing is downloaded at build time.
const compiler = {
  version: '0.8.37',
  path: fileURLToPath(import.meta.resolve('solc/soljson.js')),
} as const;

// Berlin, so that the ledger runs on every permissioned EVM since 2021.
const core = {
  ...compiler,
  settings: {
    evmVersion: 'berlin',
    viaIR: true,
    optimizer: { enabled: true, runs: 10_000 },
  },
};

// OpenZeppelin's WebAuthn verifier needs mcopy; it is deployed only where the engine has Cancun.
const cancun = { ...core, settings: { ...core.settings, evmVersion: 'cancun' } };

const solidity = {
  compilers: [core],
  overrides: {
    'contracts/verifiers/WebAuthnVerifier.sol': cancun,
    // A peer of the benchmarks, not part of the ledger.
    'scripts/bench/peers/CustodyToken.sol': cancun,
  },
};

export default defineConfig({
  plugins: [hardhatEthers, hardhatIgnition, hardhatIgnitionEthers],
  // Ignition deploys with `production`, tests compile with `default`: they must be the same code.
  solidity: { profiles: { default: solidity, production: solidity } },
  paths: {
    sources: ['contracts', 'scripts/bench/peers'],
    artifacts: 'artifacts',
    cache: 'cache',
    ignition: 'scripts/deploy',
    tests: { solidity: 'test/contracts' },
  },
  networks: {
    default: { type: 'edr-simulated', chainType: 'l1', hardfork: 'osaka' },
    // A real network: give the URL, and the key of whoever pays for the deployment.
    ledger: { type: 'http', url: configVariable('LEDGER_URL'), accounts: [configVariable('LEDGER_KEY')] },
  },
  test: {
    solidity: {
      fuzz: { runs: 256 },
      invariant: { runs: 64, depth: 64 },
    },
  },
});
