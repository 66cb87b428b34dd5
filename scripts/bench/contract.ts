/**
 * `contract`: gas and throughput of every act of custody, singly signed, in sheets of 10 and of 100, in batches of 100
 * statements, and one transaction each; beside EAS and an ERC-721 transfer on the same chain.
 */
import { Interface } from 'ethers';

import { ACT } from '../../protocol/acts.ts';
import { bytesToHex, type Hex } from '../../protocol/bytes.ts';
import { keccakOfText } from '../../protocol/hashing.ts';
import { decodeJudged, JUDGED_TOPIC } from '../../protocol/event.ts';
import { hexToBytes } from '../../protocol/bytes.ts';
import { sheetHash } from '../../protocol/sheet.ts';
import { digestOf, stated, type Stated, type Statement } from '../../protocol/statement.ts';
import { encodeStatements } from '../../protocol/wire.ts';
import { FUNCTIONS } from '../../server/chain/calldata.ts';
import { heightOf } from '../blocks.ts';
import { openBenchLedger, type BenchLedger, type Signer } from './ledger.ts';
import { measureEas, measureErc721 } from './peers/peers.ts';
import type { Report } from './report.ts';

const BATCH = 100;

/** How statements are sent: how many under one signature, how many in one transaction, how many in all. */
const WAYS = [
  { name: 'single', sheet: 1, transaction: BATCH, all: 5 * BATCH },
  { name: 'sheet10', sheet: 10, transaction: BATCH, all: 5 * BATCH },
  { name: 'sheet100', sheet: 100, transaction: BATCH, all: 5 * BATCH },
  { name: 'transaction', sheet: 1, transaction: 1, all: BATCH },
] as const;

type Way = (typeof WAYS)[number];

/** One measured step on all lines: who states what. */
interface Step {
  readonly name: string;
  readonly by: 'holder' | 'recipient';
  /** Opens other lines than those that it is about. */
  readonly opens?: boolean;
  readonly state: (context: { readonly subject: Hex; readonly head: Hex; readonly bench: BenchLedger }) => {
    readonly fields: Partial<Statement>;
    readonly list?: readonly Hex[];
  };
  /** Not reported: it only leads to the next. */
  readonly silent?: boolean;
}

const release: Step['state'] = ({ bench }) => ({
  fields: { act: ACT.release, code: 1, recipient: bench.recipient.participant },
});
const simple =
  (act: number, code = 1): Step['state'] =>
  () => ({ fields: { act, code } });

/** In an order in which every act may follow. */
const STEPS: readonly Step[] = [
  { name: 'collect', by: 'holder', opens: true, state: simple(ACT.collect) },
  { name: 'record', by: 'holder', state: simple(ACT.record) },
  { name: 'correct', by: 'holder', state: ({ head }) => ({ fields: { act: ACT.correct, code: 1, reference: head } }) },
  {
    name: 'derive',
    by: 'holder',
    opens: true,
    state: ({ subject }) => ({ fields: { act: ACT.derive, code: 1 }, list: [subject] }),
  },
  {
    name: 'hold',
    by: 'holder',
    opens: true,
    state: ({ subject }) => ({ fields: { act: ACT.hold, code: 1 }, list: [subject] }),
  },
  { name: 'lift', by: 'holder', state: ({ subject }) => ({ fields: { act: ACT.lift, code: 1 }, list: [subject] }) },
  { name: 'release', by: 'holder', state: release },
  { name: 'refuse', by: 'recipient', state: simple(ACT.refuse) },
  { name: 'return', by: 'holder', state: simple(ACT.return) },
  { name: 'release', by: 'holder', state: release, silent: true },
  { name: 'recall', by: 'holder', state: simple(ACT.recall) },
  { name: 'release', by: 'holder', state: release, silent: true },
  { name: 'accept', by: 'recipient', state: simple(ACT.accept) },
  { name: 'dispose', by: 'recipient', state: simple(ACT.dispose, 4) },
  { name: 'found', by: 'recipient', state: simple(ACT.found) },
];

export async function contract(report: Report): Promise<void> {
  const bench = await openBenchLedger();
  try {
    const perSecond = new Map<string, number>();
    // Once unmeasured, so that the first case does not pay for warming up.
    await measureWay(bench, WAYS[2], 'warm-up', () => undefined);
    for (const way of WAYS) {
      await measureWay(bench, way, way.name, (name, gas, speed) => {
        const label = `${name} ${way.name}`;
        report.figure({ bench: 'contract', metric: 'gas_per_statement', case: label, value: gas, unit: 'gas' });
        perSecond.set(label, speed);
      });
    }
    for (const [label, value] of perSecond) {
      report.figure({ bench: 'contract', metric: 'statements_per_second', case: label, value, unit: '1/s' });
    }
    const eas = await measureEas(bench.relay, BATCH);
    const erc721 = await measureErc721(bench.relay, BATCH);
    for (const peer of [...eas, erc721]) {
      const { peer: name, label } = peer;
      report.figure({
        bench: 'contract',
        metric: 'gas_per_statement',
        case: label,
        value: peer.gas,
        unit: 'gas',
        peer: name,
      });
      report.figure({
        bench: 'contract',
        metric: 'statements_per_second',
        case: label,
        value: peer.perSecond,
        unit: '1/s',
        peer: name,
      });
    }
    const single = eas.find(({ label }) => label === 'attest transaction')!.perSecond;
    for (const [label, value] of perSecond) {
      report.figure({
        bench: 'contract',
        metric: 'ratio_to_eas_single',
        case: label,
        value: value / single,
        unit: '×',
      });
    }
  } finally {
    await bench.close();
  }
}

async function measureWay(
  bench: BenchLedger,
  way: Way,
  salt: string,
  measured: (name: string, gas: number, perSecond: number) => void,
): Promise<void> {
  const lines = new Map<string, { subject: Hex; head: Hex }>();
  let holds: Hex[] = [];
  for (const step of STEPS) {
    const signer = bench[step.by];
    const statements = Array.from({ length: way.all }, (_, index): Stated => {
      const name = `${salt} ${index}`;
      const line = lines.get(name);
      const { fields, list } = step.state({ subject: line?.subject ?? '0x', head: line?.head ?? '0x', bench });
      const isHold = step.name === 'hold' || step.name === 'lift';
      const subject = step.opens
        ? subjectOf(signer, `${step.name} ${name}`)
        : step.name === 'lift'
          ? subjectOf(signer, `hold ${name}`)
          : line!.subject;
      const previous = step.opens ? {} : { previous: step.name === 'lift' ? holds[index]! : line!.head };
      const result = write(signer, { ...fields, subject, ...previous }, list);
      const head = digestOf(result.statement);
      if (step.name === 'collect' || (!isHold && !step.opens)) lines.set(name, { subject, head });
      if (step.name === 'hold') holds = [...holds, head];
      return result;
    });
    const signed = await transactions(bench, signer, statements, way);
    const { gas, seconds } = await bench.relay.send(signed);
    await checkIncluded(bench, way.all);
    if (!step.silent) measured(step.name, gas.reduce((sum, each) => sum + each, 0) / way.all, way.all / seconds);
  }
}

function write(signer: Signer, fields: Partial<Statement>, list: readonly Hex[] = []): Stated {
  const time = Math.floor(Date.now() / 1000);
  const record = keccakOfText(`record ${fields.subject ?? ''}`);
  return stated(
    { participant: signer.participant, key: signer.key, record, time, expires: time + 3600, ...fields },
    list,
  );
}

function subjectOf({ participant }: Signer, name: string): Hex {
  return `0x${participant.toString(16).padStart(8, '0')}${keccakOfText(name).slice(10)}`;
}

async function transactions(
  bench: BenchLedger,
  signer: Signer,
  statements: readonly Stated[],
  way: Way,
): Promise<Hex[]> {
  const sheets = chunks(statements, way.sheet).map((items) => ({
    key: signer.key,
    signature: signer.sign(
      sheetHash(
        items.map(({ statement }) => digestOf(statement)),
        bench.ledger.foundingHash,
      ),
    ),
    statements: bytesToHex(encodeStatements(items)),
  }));
  const calls = new Interface(FUNCTIONS);
  const signed: Hex[] = [];
  for (const group of chunks(sheets, way.transaction / way.sheet)) {
    const data = calls.encodeFunctionData('submit((bytes32,bytes,bytes)[])', [group]) as Hex;
    signed.push(await bench.relay.sign(bench.ledger.contracts.custody.address, data));
  }
  return signed;
}

/** A benchmark of rejections would be fast and worth nothing. */
async function checkIncluded(bench: BenchLedger, expected: number): Promise<void> {
  const last = await heightOf(bench.engine);
  let included = 0;
  for (let number = last; included < expected && number > 0; number--) {
    const block = `0x${number.toString(16)}`;
    const logs = await bench.engine.request<{ topics: Hex[]; data: Hex }[]>('eth_getLogs', [
      { fromBlock: block, toBlock: block, topics: [JUDGED_TOPIC] },
    ]);
    for (const { topics, data } of logs) {
      const { outcomes } = decodeJudged(topics, hexToBytes(data));
      const rejected = outcomes.find((outcome) => outcome !== 'included');
      if (rejected !== undefined) throw new Error(`a statement of the benchmark was rejected: ${rejected}`);
      included += outcomes.length;
    }
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
