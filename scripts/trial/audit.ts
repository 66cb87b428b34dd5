/**
 * What officers were promised, held against what the processes of the gateway tell, and against the ledger itself as any
 * of its nodes has it: nothing lost, nothing twice, nothing else.
 */
import type { Hex } from '../../protocol/bytes.ts';
import { digestOf } from '../../protocol/statement.ts';
import { openReader } from '../../server/chain/reader.ts';
import { openRpc, type Rpc } from '../../server/chain/rpc.ts';
import { heightOf } from '../blocks.ts';
import { officer } from '../demo/officer.ts';
import type { Consortium } from './consortium.ts';
import type { Load, Story } from './load.ts';

export interface Audit {
  /** Statements that were promised and followed up. */
  readonly statements: number;
  /** A sentence each; empty: all is as it was promised. */
  readonly faults: readonly string[];
}

/** Officers that ask at the same time. */
const AT_ONCE = 16;

/** Called when all officers have their answers and nothing is pending. @param node URL of a node */
export async function audit(consortium: Consortium, { stories }: Load, node: string): Promise<Audit> {
  const promised = stories.filter(({ digests }) => digests.length > 0);
  const onLedger = await readLedger(openRpc(node), consortium);
  const faults: string[] = [];
  let statements = 0;
  const left = [...promised];
  const follow = async (): Promise<void> => {
    for (let story = left.pop(); story !== undefined; story = left.pop()) {
      statements += story.digests.length;
      faults.push(...compare(`the ledger has of ${story.exhibit}`, story, onLedger.get(story.subject as Hex) ?? []));
      for (const { url } of consortium.gateways) faults.push(...(await askGateway(consortium, url, story)));
      faults.push(...(await search(consortium, story)));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, follow));
  return { statements, faults };
}

function compare(what: string, { digests }: Story, found: readonly string[]): string[] {
  if (found.length === digests.length && found.every((digest, index) => digest === digests[index])) return [];
  return [`promised was ${digests.join(', ')}; ${what} ${found.join(', ') || 'nothing'}`];
}

async function askGateway({ token }: Consortium, url: string, story: Story): Promise<string[]> {
  const { items } = await officer(url, token('DE-BKA')).get<{ items: readonly { digest: string; progress: string }[] }>(
    `/v1/evidence/${story.subject}/trail`,
  );
  const open = items
    .filter(({ progress }) => progress !== 'final')
    .map(({ digest, progress }) => `${digest} is ${progress}`);
  return [
    ...compare(
      `${url} tells of ${story.exhibit}`,
      story,
      items.map(({ digest }) => digest),
    ),
    ...open.map((each) => `${url}: ${each}`),
  ];
}

/** What was stated twice by a doubled request would be a second item of the same exhibit. */
async function search({ at }: Consortium, { exhibit, subject }: Story): Promise<string[]> {
  const { items } = await at('DE-BKA').get<{ items: readonly { subject: string }[] }>(
    `/v1/evidence?exhibit=${exhibit}`,
  );
  return items.length === 1 && items[0]!.subject === subject
    ? []
    : [`of exhibit ${exhibit} there are ${items.length} items: ${items.map((item) => item.subject).join(', ')}`];
}

/** Digests that the ledger included, of each subject in order. */
async function readLedger(rpc: Rpc, { ledger }: Consortium): Promise<ReadonlyMap<Hex, readonly Hex[]>> {
  const lines = new Map<Hex, Hex[]>();
  const reader = openReader(rpc, ledger);
  const newest = await heightOf(rpc);
  for (let from = ledger.foundedAt; from <= newest;) {
    const { blocks, to } = await reader.read(from, newest);
    for (const { sheet, outcomes } of blocks.flatMap(({ sheets }) => sheets)) {
      for (const [index, item] of sheet.items.entries()) {
        if (typeof item === 'string' || outcomes[index] !== 'included') continue;
        const { subject } = item.statement;
        lines.set(subject, [...(lines.get(subject) ?? []), digestOf(item.statement)]);
      }
    }
    from = to.number + 1;
  }
  return lines;
}
