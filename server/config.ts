/**
 * Settings: the only place that reads the environment. Read once, validated, then passed on.
 *
 * Every setting is described in docs/settings.md.
 */
import path from 'node:path';

import { z } from 'zod';

import { FINALITY_TAGS, type Finality } from './chain/finality.ts';
import { readDeadlines, type Deadlines } from './custody/deadlines.ts';

const port = z.coerce.number().int().min(0).max(65_535);

const environmentSchema = z.object({
  /** TCP port of the API; 0 picks a free one. */
  PORT: port.default(8080),
  /** Address that the API listens on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Folder for everything that this gateway keeps. */
  DATA_DIR: z.string().min(1).default('data'),
  /** `sqlite` (a file in DATA_DIR) or a PostgreSQL URL. */
  STORE_URL: z.union([z.literal('sqlite'), z.url({ protocol: /^postgres(ql)?$/ })]).default('sqlite'),
  /** `embedded` (a chain in DATA_DIR) or the JSON-RPC URLs of nodes of a permissioned EVM network, comma-separated. */
  CHAIN_URL: z
    .string()
    .default('embedded')
    .transform((text, context): ChainUrls => {
      if (text === 'embedded') return 'embedded';
      const [first = '', ...others] = text.split(',').map((each) => each.trim());
      const urls = [first, ...others] as const;
      const good = urls.every((url) => /^https?:$/.test(URL.parse(url)?.protocol ?? ''));
      if (good && new Set(urls).size === urls.length && urls.length <= 16) return [...urls];
      context.addIssue(
        'it is embedded, or 1 to 16 URLs of nodes, comma-separated, as in http://127.0.0.1:8545, each once',
      );
      return z.NEVER;
    }),
  /** TCP port on loopback where the embedded chain answers JSON-RPC; 0 picks a free one. */
  CHAIN_PORT: port.default(0),
  /** Blocks after which a block counts as final, 0 where the engine finalises at once; or the tag of nodes that say it. */
  CONFIRMATIONS: z.union([z.enum(FINALITY_TAGS), z.coerce.number().int().min(0).max(1_000)]).default(0),
  /** Gateways that dossiers are sent to: `CODE=URL` of each, comma-separated. This gateway calls no other address. */
  PEERS: z
    .string()
    .default('')
    .transform((text, context) => {
      const peers = new Map<string, URL>();
      for (const peer of text.split(',').map((each) => each.trim())) {
        if (peer === '') continue;
        const [code = '', ...rest] = peer.split('=');
        const url = URL.parse(rest.join('='));
        const plain = url && !url.username && !url.password && !url.search && !url.hash;
        if (!/^[A-Z0-9-]{1,16}$/.test(code) || !plain || !/^https?:$/.test(url.protocol) || peers.has(code)) {
          context.addIssue(
            `${JSON.stringify(peer)} is not CODE=URL, as in FR-PN=https://gateway.pn.example, each code once`,
          );
          return z.NEVER;
        }
        peers.set(code, url);
      }
      return peers;
    }),
  /** By when requests are to be answered and executed that name no deadline: `INSTRUMENT=10d` of each, comma-separated. */
  REQUEST_DEADLINES: z
    .string()
    .default('')
    .transform((text, context) => {
      const deadlines = readDeadlines(text);
      if (deadlines) return deadlines;
      context.addIssue('it is INSTRUMENT=TERM of each, comma-separated, as in european-investigation-order=30d+90d');
      return z.NEVER;
    }),
  /** An authority for timestamps (RFC 3161), which stamps the blocks of bundles; none if empty. */
  TIMESTAMP_URL: z.url({ protocol: /^https?$/ }).optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('warn'),
});

/** Of nodes of one network; or a chain of this gateway's own. */
export type ChainUrls = 'embedded' | readonly [string, ...string[]];

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDirectory: string;
  readonly storeUrl: string;
  readonly chainUrls: ChainUrls;
  readonly chainPort: number;
  readonly finality: Finality;
  /** By code of the participant. */
  readonly peers: ReadonlyMap<string, URL>;
  readonly deadlines: Deadlines;
  readonly timestampUrl: string | undefined;
  readonly logLevel: string;
}

/** Which setting is wrong and why; the start stops with this sentence. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every wrong setting. */
export function readConfig(environment: Readonly<Record<string, string | undefined>> = process.env): Config {
  // An empty variable is an unset one: that is what `PORT= npm start` means to people.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `${name} is ${JSON.stringify(given[name])}: ${issue.message}`;
    });
    throw new ConfigError(`${wrong.join('; ')}. See docs/settings.md.`);
  }
  const settings = parsed.data;
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDirectory: path.resolve(settings.DATA_DIR),
    storeUrl: settings.STORE_URL,
    chainUrls: settings.CHAIN_URL,
    chainPort: settings.CHAIN_PORT,
    finality: settings.CONFIRMATIONS,
    peers: settings.PEERS,
    deadlines: settings.REQUEST_DEADLINES,
    timestampUrl: settings.TIMESTAMP_URL,
    logLevel: settings.LOG_LEVEL,
  };
}
