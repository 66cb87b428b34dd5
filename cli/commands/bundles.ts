/** Bundles: a trail with its proof, in one file. */
import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { hexToBytes } from '../../protocol/bytes.ts';
import { parseBundle, type Bundle } from '../../protocol/bundle/form.ts';
import { parseHeader } from '../../protocol/proof/header.ts';
import { usage } from '../failure.ts';
import { instant } from '../output/table.ts';
import { endRefused, handled } from '../session.ts';
import { oneEvidence, type EvidenceOptions } from '../stating/evidence.ts';
import { exhibitFlag, listOption, teach } from './flags.ts';

interface BundleOptions extends EvidenceOptions {
  readonly out?: string;
  readonly show?: readonly string[];
  readonly purpose?: 'court';
}

export function addBundleCommand(program: Command): void {
  const command = program
    .command('bundle')
    .summary('a trail with its proof, in one file')
    .description('Makes a bundle: everything that proves a trail without any gateway, network or word of ours.')
    .argument('[evidence]', 'id')
    .option('--out <file>', 'write it there')
    .option(
      '--show <labels>',
      'fields to show, with commas between; `file.*` for all that begin so, `none`',
      listOption,
    )
    .addOption(new Option('--purpose <name>', 'what it is for, where an origin must permit that').choices(['court']))
    .addOption(exhibitFlag());
  teach(command, {
    meaning:
      'A bundle has the signed statements of an item, of what it was derived from and of what they rest on, and what the ledger stores of them. It shows the fields of records that you choose, all that you have if you choose none; every other field stands there as withheld. For a court, an origin that restricted the item must have consented.',
    examples: [
      'bundle 0x00000001b7... --out KT-17.bundle.json',
      'bundle --exhibit KT-17/1 --show exhibit,description,file.* --purpose court --out KT-17.bundle.json',
    ],
    next: '`unbroken verify KT-17.bundle.json --ledger ledger.json`, by anyone, offline. The ledger file has to come from someone whom the reader trusts, not with the bundle.',
  }).action(
    handled<[string | undefined], BundleOptions>(async (session, options, id) => {
      const { out, show, purpose } = options;
      const subject = await oneEvidence(session, id, options);
      const shown = show === undefined ? undefined : show.filter((label) => label !== 'none').join(',');
      const bundle = parseBundle(await session.gateway.bundle(subject, { show: shown, purpose }));
      if (out === undefined) {
        session.output.result(bundle, () => [JSON.stringify(bundle)]);
        return;
      }
      try {
        writeFileSync(out, JSON.stringify(bundle), { flag: 'wx' });
      } catch {
        throw usage(`${out} can't be written, or exists. Choose another name.`);
      }
      session.output.result({ out, ...summaryOf(bundle) }, () => [`Written to ${out}.`, ...summaryLines(bundle)]);
    }),
  );
}

export function addProveCommand(program: Command): void {
  const command = program
    .command('prove')
    .summary('prove every trail now, and keep the proofs')
    .description('Has the gateway prove every trail that it knows and keep the proofs, as before a chain retires.');
  teach(command, {
    meaning:
      'Nodes drop the proofs of old blocks, and chains end. From what was proven, bundles can be made as long as the gateway’s store exists, complete up to the block of the proof. Trails about which nothing was stated since their proof are passed over, so it may be broken off and repeated. It takes an operator’s token.',
    examples: ['prove'],
    next: 'run it once more after the last statement of a chain, before its nodes are switched off.',
  }).action(
    handled(async ({ gateway, output }) => {
      const progress = output.progress('Proving', 0);
      const count = { proven: 0, passedOver: 0 };
      const troubles: { subject: string; trouble: string }[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await gateway.prove(cursor);
        for (const item of page.items) {
          if ('trouble' in item) troubles.push(item);
          else if (item.fresh) count.proven += 1;
          else count.passedOver += 1;
        }
        progress.advance(page.items.length);
        cursor = page.next;
        if (cursor === undefined) break;
      }
      progress.end();
      output.result({ ...count, troubles }, () => [
        `${count.proven} trails proven, ${count.passedOver} were proven already.`,
        ...troubles.map(({ subject, trouble }) => `Not proven: ${subject} (${trouble})`),
      ]);
      if (troubles.length > 0) endRefused();
    }),
  );
}

function summaryOf({ subject, inclusions, disclosures, proof }: Bundle) {
  const fields = disclosures.flatMap(({ disclosure }) => disclosure.fields);
  const shown = fields.filter((field) => 'value' in field).length;
  const block = proof && parseHeader(hexToBytes(proof.header));
  return {
    subject,
    statements: inclusions.length,
    fields: { shown, withheld: fields.length - shown },
    ...(block && { completeAsOf: { number: block.number, hash: block.hash, time: block.time } }),
  };
}

function summaryLines(bundle: Bundle): string[] {
  const { statements, fields, completeAsOf } = summaryOf(bundle);
  return [
    `${statements} statements; ${fields.shown} fields shown, ${fields.withheld} withheld.`,
    ...(completeAsOf
      ? [`Complete as of block ${completeAsOf.number}, ${instant(new Date(completeAsOf.time * 1_000).toISOString())}.`]
      : []),
  ];
}
