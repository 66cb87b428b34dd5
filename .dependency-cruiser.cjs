'use strict';

/** Arrows go one way (ARCHITECTURE.md). */
const adapters = ['http', 'chain', 'store', 'exchange', 'keyring', 'verifier', 'timestamps'];

module.exports = {
  forbidden: [
    {
      name: 'protocol-is-pure',
      comment: 'protocol imports nobody but hashes, curves, RLP and ASN.1: no I/O, no clock, no environment',
      severity: 'error',
      from: { path: '^protocol/' },
      to: {
        pathNot: [
          '^protocol/',
          '^node_modules/@noble/',
          '^node_modules/hash-wasm/',
          '^node_modules/@ethereumjs/rlp/',
          '^node_modules/(?:asn1js|pkijs)/',
        ],
      },
    },
    {
      name: 'custody-knows-ports',
      comment: 'custody knows ports, not adapters',
      severity: 'error',
      from: { path: '^server/custody/' },
      to: { path: '^server/', pathNot: '^server/custody/' },
    },
    ...adapters.map((adapter) => ({
      name: `${adapter}-knows-no-other-adapter`,
      comment: 'adapters do not import each other',
      severity: 'error',
      from: { path: `^server/${adapter}/` },
      to: { path: '^server/[^/]+/', pathNot: [`^server/${adapter}/`, '^server/custody/'] },
    })),
    {
      name: 'nobody-reaches-into-the-server',
      comment: 'the command line and pages speak to the API',
      severity: 'error',
      from: { path: '^(cli|web)/' },
      to: { path: '^(server|scripts)/' },
    },
    {
      name: 'papers-know-the-protocol',
      comment: 'papers are made from a bundle, here and offline alike; web reads the same words',
      severity: 'error',
      from: { path: '^(papers|web)/' },
      to: { path: '^(cli|scripts|server|test)/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'declared-dependencies',
      severity: 'error',
      from: { path: '^(cli|papers|protocol|server|web)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^artifacts/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
