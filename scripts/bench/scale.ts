/**
 * `scale`: what a statement costs when there are few and when there are many: time, and bytes on disk. On the embedded
 * chain, or with `--network` on PostgreSQL and a network of one validator, since what each validator does is the same
 * and four on one machine only take longer. Time is that of what comes on top of what is there, and who takes it is told
 * apart; bytes are those of all that is there, when a node that was started anew has what its log had in its tables.
 */
import { restart } from '../network/network.ts';
import { nodeFolder, readState } from '../network/state.ts';
import type { Client } from './client.ts';
import { chainProcessOf, CONNECTIONS, onDemonstration } from './demonstration.ts';
import { onNetwork } from './on-network.ts';
import type { Report } from './report.ts';
import { sizesIn, sizesOnNetwork, type Place, type Sizes } from './sizes.ts';
import { sendBulks, sendSingles, settled } from './stories.ts';
import { familyOf, memoryOf, taken } from './usage.ts';

const SIZES = [10_000, 100_000, 1_000_000];
/** Measured at each size, after as many again by which everybody is warm. */
const BULK = 20_000;
const SINGLE = 4_000;
const TRAILS = 500;

/** Whose cost is measured. */
interface Ground {
  readonly name: string;
  readonly client: Client;
  /** Process id. */
  readonly gateway: number;
  /** Process ids of who else takes time. */
  readonly others: Readonly<Record<string, () => readonly number[]>>;
  sizes(): Promise<Sizes>;
}

/** @param most sizes above it are left out */
export async function scale(report: Report, most: number, network: boolean): Promise<void> {
  const sizes = SIZES.filter((each) => each <= most);
  if (network) {
    await onNetwork({ validators: 1, connections: CONNECTIONS }, ({ stage, storeUrl, gateway, client }) => {
      const [node] = stage.state.nodes;
      return measure(report, sizes, {
        ...{ name: `${stage.state.engine} and PostgreSQL`, client },
        gateway: gateway.child.pid!,
        others: {
          database: () => familyOf(stage.postgres.pid),
          chain: () => [readState(stage.network)!.nodes[0]!.pid!],
        },
        async sizes() {
          await restart(stage.network, node!.number);
          return sizesOnNetwork(storeUrl, nodeFolder(stage.network, node!));
        },
      });
    });
  } else {
    await onDemonstration(({ gateway, client }) => {
      const folder = gateway.dataDirectory;
      return measure(report, sizes, {
        ...{ name: 'embedded', client },
        gateway: gateway.process.pid!,
        others: { chain: () => [chainProcessOf(gateway)] },
        sizes: () => Promise.resolve(sizesIn(folder)),
      });
    });
  }
}

async function measure(report: Report, sizes: readonly number[], ground: Ground): Promise<void> {
  const { client, gateway, others } = ground;
  const processes = { gateway: () => [gateway], ...others };
  /** Of the smallest size, by metric. */
  const first = new Map<string, number>();
  const figure = (metric: string, size: number, value: number, unit: string): void => {
    const name = `${ground.name}, at ${size.toLocaleString('en')} statements`;
    report.figure({ bench: 'scale', metric, case: name, value, unit });
    const least = first.get(metric);
    if (least === undefined) first.set(metric, value);
    else report.figure({ bench: 'scale', metric: `${metric}_multiple`, case: name, value: value / least, unit: '×' });
  };
  const bulk = async (statements: number): Promise<void> => {
    await sendBulks(client, statements);
    await settled(client);
  };
  const singles = async (): Promise<void> => {
    await sendSingles(client, SINGLE, CONNECTIONS);
    await settled(client);
  };
  /** Time, processors' time by who takes it. */
  const time = async (how: string, size: number, statements: number, work: () => Promise<void>): Promise<void> => {
    const { seconds, processors } = await taken(processes, work);
    figure(`milliseconds_per_statement_${how}`, size, (1000 * seconds) / statements, 'ms');
    for (const [who, used] of Object.entries(processors)) {
      figure(`processor_milliseconds_per_statement_${how}_of_the_${who}`, size, (1000 * used) / statements, 'ms');
    }
  };

  const empty = await ground.sizes();
  let there = 0;
  for (const size of sizes) {
    await bulk(size - there);
    console.error(`${size.toLocaleString('en')} statements are there`);
    const sizes = await ground.sizes();
    for (const place of Object.keys(sizes) as Place[]) {
      figure(`bytes_per_statement_${place.replace(' ', '_')}`, size, (sizes[place] - empty[place]) / size, 'B');
    }
    await bulk(BULK);
    await time('in_bulk', size, BULK, () => bulk(BULK));
    await time('singly', size, SINGLE, singles);
    const subjects = await someSubjects(client);
    figure('milliseconds_per_trail', size, (await timed(() => readTrails(client, subjects))) / TRAILS, 'ms');
    figure('memory_of_the_gateway', size, memoryOf(gateway), 'MiB');
    there = size + 2 * BULK + SINGLE;
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function someSubjects(client: Client): Promise<readonly string[]> {
  const { items } = JSON.parse((await client.get('/v1/evidence?limit=100')).body) as {
    items: readonly { subject: string }[];
  };
  return items.map(({ subject }) => subject);
}

async function readTrails(client: Client, subjects: readonly string[]): Promise<void> {
  for (let read = 0; read < TRAILS; read++) {
    const { status } = await client.get(`/v1/evidence/${subjects[read % subjects.length]}/trail`);
    if (status !== 200) throw new Error(`a trail was answered ${status}`);
  }
}
