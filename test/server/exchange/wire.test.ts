import { expect } from 'chai';
import fc from 'fast-check';

import { bytesToHex } from '../../../protocol/bytes.ts';
import { decodeDossier } from '../../../protocol/dossier.ts';
import { permits, policyHash } from '../../../protocol/field-policy.ts';
import { discloseRecord } from '../../../protocol/record.ts';
import { openDecryption } from '../../../server/keyring/decryption.ts';
import { BKA, PJ } from '../../protocol/support/actors.ts';
import { openAgency, type Agency } from './support/agency.ts';
import { openLedger, word, type TestLedger } from './support/ledger.ts';
import { openWire, type Wire } from './support/wire.ts';

/** Labels of which policies and records are made; some contain others. */
const LABELS = ['exhibit', 'exhibit.2', 'owner', 'owner.address', 'description', 'case', 'finding', 'witness'];

describe('the bytes that leave a gateway', function () {
  this.timeout(60_000);
  let ledger: TestLedger;
  let bka: Agency;
  let pj: Agency;
  let wire: Wire;

  before(async () => {
    ledger = openLedger();
    bka = await openAgency(ledger, BKA);
    pj = await openAgency(ledger, PJ);
    wire = await openWire(pj.url);
    bka.peers.set('FR-PJ', wire.url);
  });
  after(async () => {
    for (const each of [bka, pj, wire]) await each.close();
  });

  /** What a wire-tapper sees, and what the recipient finds inside. */
  async function tapped(): Promise<readonly { readonly outside: string; readonly inside: string }[]> {
    const decryption = openDecryption([{ participant: PJ.participant, privateKey: pj.encryption.privateKey }]);
    return Promise.all(
      wire.seen.splice(0).map(async (outside) => {
        const { dossier } = JSON.parse(outside) as { readonly dossier: string };
        const opened = await decryption.open(dossier);
        expect(decodeDossier(opened!.bytes).dossier.recipient).to.equal(PJ.participant);
        return { outside, inside: Buffer.from(opened!.bytes).toString() };
      }),
    );
  }

  it('hold no value that the agreement does not permit, nor its salt or seed', async () => {
    const fields = fc
      .subarray(LABELS, { minLength: 1 })
      .chain((labels) =>
        fc.tuple(
          ...labels.map((label) =>
            fc
              .uint8Array({ minLength: 16, maxLength: 64 })
              .map((bytes) => ({ label, value: bytesToHex(bytes).slice(2) })),
          ),
        ),
      );
    const labels = fc.oneof(fc.constantFrom(...LABELS), fc.constantFrom('exhibit*', 'owner*', 'o*', '*'));
    const permission = fc.record({
      schema: fc.constantFrom('*', 'unbroken/evidence/1', 'unbroken/custody/1'),
      labels: fc.array(labels, { minLength: 1, maxLength: 4 }),
    });
    const policies = fc.record({
      version: fc.constant(1 as const),
      permit: fc.array(permission, { minLength: 1, maxLength: 3 }),
    });
    const records = fc.array(fields, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(records, policies, fc.boolean(), async (written, policy, loaded) => {
        // Not loaded: the agreement names a policy that the operator has not given to the gateway.
        if (loaded) await bka.store.savePolicy(policy);
        const agreement = ledger.conclude(loaded ? policyHash(policy) : word(), [
          ['DE', BKA],
          ['FR', PJ],
        ]);
        const [first, ...others] = written;
        const opening = ledger.collect(BKA, first!);
        const { subject } = opening;
        const said = [
          opening,
          ...others.map((each) => ledger.say(BKA, 'record', 'examined', { subject, written: each })),
        ];
        await bka.keep(...said);
        ledger.releaseUnder(BKA, subject, PJ.participant, agreement);
        await bka.follow();
        await pj.follow();
        await bka.courier.round();
        const sent = await tapped();
        expect(sent).to.have.length(1);
        for (const { record } of said) {
          for (const field of discloseRecord(record!, 'all').fields) {
            if ('withheld' in field) continue;
            const open = loaded && permits(policy, record!.schema, field.label);
            for (const { outside, inside } of sent) {
              expect(outside.includes(field.value)).to.equal(false);
              expect([inside.includes(field.value), inside.includes(field.salt)]).to.deep.equal([open, open]);
              expect(inside.includes(record!.seed)).to.equal(false);
            }
          }
        }
      }),
      { numRuns: 40 },
    );
  });
});
