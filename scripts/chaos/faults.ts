/** Everything that may go wrong, and how it ends. */
import { setTimeout as sleep } from 'node:timers/promises';

import { cut, join, kill, pause, restart, resume } from '../network/network.ts';
import type { Gateway } from '../trial/consortium.ts';
import { setReadOnly } from '../trial/postgres.ts';
import type { Random } from './random.ts';
import { WIRE_FAULTS } from './wire.ts';
import type { World } from './world.ts';

type End = () => Promise<void> | void;

export interface Fault {
  readonly name: string;
  /** Faults of one part don't overlap. */
  readonly part: 'gateway' | 'database' | 'network' | 'wire';
  /** Seconds for which it lasts. */
  readonly lasts: readonly [least: number, most: number];
  /** Nobody may call himself ready while it lasts. */
  readonly stops?: true;
  /** @returns how it ends */
  begin(world: World, random: Random): Promise<End> | End;
}

const BRIEF = [1, 6] as const;
/** Long enough that it has to be noticed. */
const LONG = [9, 12] as const;
/** Every second that a network stands makes its next rounds longer. */
const HALT = [2, 6] as const;

export const FAULTS: readonly Fault[] = [
  {
    ...{ name: 'a gateway is killed', part: 'gateway', lasts: BRIEF },
    async begin({ consortium }, random) {
      const gateway = random.pick(consortium.gateways);
      await gateway.kill('SIGKILL');
      return () => startUntilItRuns(gateway);
    },
  },
  {
    ...{ name: 'both gateways are killed', part: 'gateway', lasts: BRIEF },
    async begin({ consortium: { gateways } }) {
      await Promise.all(gateways.map((gateway) => gateway.kill('SIGKILL')));
      return async () => {
        await Promise.all(gateways.map(startUntilItRuns));
      };
    },
  },
  {
    ...{ name: 'a gateway is killed, and again while it starts', part: 'gateway', lasts: BRIEF },
    async begin({ consortium }, random) {
      const gateway = random.pick(consortium.gateways);
      await gateway.kill('SIGKILL');
      const milliseconds = random.between(50, 1_500);
      const starting = gateway.start().catch(() => undefined);
      await sleep(milliseconds);
      await gateway.abort();
      await starting;
      return () => startUntilItRuns(gateway);
    },
  },
  {
    ...{ name: 'a gateway hangs', part: 'gateway', lasts: [2, 10] },
    begin({ consortium }, random) {
      const { child } = random.pick(consortium.gateways);
      child.kill('SIGSTOP');
      return () => void child.kill('SIGCONT');
    },
  },
  {
    ...{ name: 'the database is killed', part: 'database', lasts: LONG, stops: true },
    async begin({ postgres }) {
      await postgres.kill();
      return () => postgres.start();
    },
  },
  {
    ...{ name: 'the database hangs', part: 'database', lasts: LONG, stops: true },
    begin({ postgres }) {
      postgres.pause();
      return () => postgres.resume();
    },
  },
  {
    ...{ name: 'the database takes no writes', part: 'database', lasts: LONG, stops: true },
    async begin({ database }) {
      await setReadOnly(database, 'on');
      return () => setReadOnly(database, 'off');
    },
  },
  {
    ...{ name: 'a validator is killed', part: 'network', lasts: BRIEF },
    async begin({ network, nodes }, random) {
      const { number } = random.pick(nodes);
      await kill(network, number);
      return () => restart(network, number);
    },
  },
  {
    ...{ name: 'a validator hangs', part: 'network', lasts: BRIEF },
    begin({ network, nodes }, random) {
      const { number } = random.pick(nodes);
      pause(network, number);
      return () => resume(network, number);
    },
  },
  {
    ...{ name: 'half of the validators are killed', part: 'network', lasts: HALT },
    async begin({ network, nodes }, random) {
      const [first, second] = twoOf(nodes, random);
      await Promise.all([kill(network, first), kill(network, second)]);
      return async () => {
        await restart(network, first);
        await restart(network, second);
      };
    },
  },
  {
    ...{ name: 'a validator is cut off', part: 'network', lasts: BRIEF },
    async begin({ network, nodes }, random) {
      const apart = [random.pick(nodes).number];
      await cut(network, apart);
      return () => join(network, apart);
    },
  },
  {
    ...{ name: 'the network is cut in two halves', part: 'network', lasts: HALT },
    async begin({ network, nodes }, random) {
      const apart = twoOf(nodes, random);
      await cut(network, apart);
      return () => join(network, apart);
    },
  },
  ...WIRE_FAULTS.flatMap((fault): Fault[] => [
    {
      ...{ name: `the way to a node: ${fault}`, part: 'wire', lasts: [2, 10] },
      begin({ wires }, random) {
        const wire = random.pick(wires);
        wire.fault = fault;
        return () => {
          wire.fault = undefined;
        };
      },
    },
    {
      ...{ name: `the way to all nodes: ${fault}`, part: 'wire', lasts: [2, 10] },
      begin({ wires }) {
        for (const wire of wires) wire.fault = fault;
        return () => {
          for (const wire of wires) wire.fault = undefined;
        };
      },
    },
  ]),
];

/** As a service manager does it: with its database or all nodes away, a gateway doesn't start. */
async function startUntilItRuns(gateway: Gateway): Promise<void> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    try {
      await gateway.start();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(1_000);
    }
  }
}

function twoOf(nodes: World['nodes'], random: Random): [number, number] {
  const first = random.pick(nodes).number;
  return [first, random.pick(nodes.filter(({ number }) => number !== first)).number];
}
