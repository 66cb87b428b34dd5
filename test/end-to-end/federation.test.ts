/**
 * Five gateways, each its own process with its own store and keys, on one chain: the three stories through their APIs
 * only, and handovers across borders while gateways are killed and dossiers lost, doubled and delayed.
 */
import { expect } from 'chai';
import { GATEWAYS, type GatewayName } from '../../scripts/federation/members.ts';
import { startFederation, type Federation } from '../../scripts/federation/federation.ts';
import { playFederated } from '../../scripts/federation/play.ts';
import { ONWARD_POLICY } from '../../scripts/federation/policies.ts';
import { removeFolder, throwawayFolder } from '../../scripts/gateway-process.ts';
import { openBadPost, type BadPost } from './support/bad-post.ts';
import { patientOfficer, type PatientOfficer } from './support/patient-officer.ts';

const ROUTE = ['DE-BKA', 'FR-PN', 'NL-POL'] as const;
const GATEWAY_OF = { 'DE-BKA': 'de', 'FR-PN': 'fr', 'NL-POL': 'nl' } as const satisfies Record<string, GatewayName>;
/** 50 items, handed over four times each. */
const ITEMS = 50;
const HOPS = 4;
const WORKERS = 10;
const KILLS = 6;

describe('a federation of gateways', function () {
  this.timeout(300_000);

  const folder = throwawayFolder();
  let post: BadPost;
  let federation: Federation;

  before(async () => {
    post = await openBadPost();
    federation = await startFederation(folder, (url) => post.before(url));
  });
  after(async () => {
    await federation.close();
    await post.close();
    removeFolder(folder);
  });

  it('plays three stories across borders, and every gateway verifies every trail', async () => {
    const { outcome, checks, evidence } = await playFederated(federation, () => undefined);
    expect(checks.filter(({ good }) => !good)).to.deep.equal([]);
    expect(evidence).to.equal(9);
    expect(outcome).to.equal('verified');
  });

  it(`hands over ${ITEMS * HOPS} times while gateways are killed and dossiers lost, doubled and delayed`, async () => {
    const agreement = await federation.conclude({
      title: 'Convention for the long run',
      parties: ['DE', 'FR', 'NL'].map((jurisdiction, at) => ({ jurisdiction, signatory: ROUTE[at]! })),
      purposes: ['investigate'],
      restrictions: ['H1'],
      onward: 'parties',
      policy: ONWARD_POLICY,
    });
    const officers = new Map(
      ROUTE.map((code) => [code, patientOfficer(federation.url(GATEWAY_OF[code]), federation.token(code))]),
    );
    const at = (hop: number): PatientOfficer => officers.get(ROUTE[hop % ROUTE.length]!)!;
    post.bad = true;

    const trails = new Map<string, string[]>();
    const carry = async (item: number): Promise<void> => {
      const opened = await at(item).state({
        act: 'collect',
        code: 'seized',
        record: { fields: [exhibit(item), { label: 'owner', value: `owner ${item}` }] },
      });
      const digests = [opened.digest];
      trails.set(opened.subject, digests);
      for (let hop = item; hop < item + HOPS; hop++) {
        const recipient = ROUTE[(hop + 1) % ROUTE.length]!;
        const release = { act: 'release', subject: opened.subject, recipient, agreement, purpose: ['investigate'] };
        const released = await at(hop).state(release);
        await at(hop + 1).sees(opened.subject, released.digest);
        const accepted = await at(hop + 1).state({ act: 'accept', subject: opened.subject });
        await at(hop).sees(opened.subject, accepted.digest);
        digests.push(released.digest, accepted.digest);
      }
    };
    const items = Array.from({ length: ITEMS }, (_, item) => item);
    const workers = Array.from({ length: WORKERS }, async () => {
      for (let item = items.shift(); item !== undefined; item = items.shift()) await carry(item);
    });
    const killing = killAtRandom(federation, KILLS);
    await Promise.all(workers);
    await killing;
    expect(post.harm.lost * post.harm.doubled * post.harm.unanswered * post.harm.delayed).to.be.above(0);

    post.bad = false;
    for (const [subject, digests] of trails) {
      for (const officer of officers.values()) {
        await officer.sees(subject, digests.at(-1)!);
        const { items: entries } = await officer.get<{ items: readonly { digest: string; progress: string }[] }>(
          `/v1/evidence/${subject}/trail?limit=50`,
        );
        expect(entries.map(({ digest }) => digest)).to.deep.equal(digests);
        expect(entries.every(({ progress }) => progress === 'final')).to.equal(true);
      }
    }
    // Whoever held an item was shown what the policy permits of its record, and nothing else.
    for (const [code, officer] of officers) {
      for (const [opening = ''] of trails.values()) {
        await officer.hasRecord(opening);
        const { record, participant } = await officer.get<{
          participant: { code: string };
          record: { fields: readonly { label: string; value?: string; withheld?: boolean }[] };
        }>(`/v1/statements/${opening}`);
        const [shown, owner] = record.fields;
        expect(shown?.value).to.match(/^EX-/);
        expect(owner?.withheld === true).to.equal(participant.code !== code);
      }
    }
  });

  it('brings a late declaration to the ledger once, though the gateway that has both sides is killed', async () => {
    const [holder, recipient] = (['DE-BKA', 'FR-PN'] as const).map((code) =>
      patientOfficer(federation.url(GATEWAY_OF[code]), federation.token(code)),
    ) as [PatientOfficer, PatientOfficer];
    const agreement = await federation.conclude({
      title: 'Convention of the mountains',
      parties: (['DE', 'FR'] as const).map((jurisdiction, at) => ({ jurisdiction, signatory: ROUTE[at]! })),
      purposes: ['investigate'],
      restrictions: [],
      onward: 'none',
      policy: ONWARD_POLICY,
    });
    const { subject, digest } = await holder.state({ act: 'collect', code: 'seized' });
    await recipient.sees(subject, digest);
    const release = await holder.post<object>('/v1/late-declarations/sign', {
      ...{ act: 'release', code: 'late', subject, recipient: 'FR-PN', agreement, purpose: ['investigate'] },
    });
    const { statements } = await recipient.post<{ statements: readonly { digest: string }[] }>(
      '/v1/late-declarations',
      { release, acceptance: { act: 'accept', subject } },
    );
    await federation.kill('fr', 'SIGKILL');
    await federation.start('fr');
    for (const officer of [holder, recipient]) {
      await officer.sees(subject, statements[1]!.digest);
      const { items } = await officer.get<{ items: readonly { digest: string; code: string; progress: string }[] }>(
        `/v1/evidence/${subject}/trail`,
      );
      expect(items.map((each) => each.digest)).to.deep.equal([digest, ...statements.map((each) => each.digest)]);
      expect(items.map(({ code }) => code)).to.deep.equal(['seized', 'late', 'clean']);
      expect(items.every(({ progress }) => progress === 'final')).to.equal(true);
    }
  });
});

function exhibit(item: number): { readonly label: string; readonly value: string } {
  return { label: 'exhibit', value: `EX-${item}` };
}

async function killAtRandom(federation: Federation, kills: number): Promise<void> {
  for (let kill = 0; kill < kills; kill++) {
    await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1_500));
    // Those of the route: the first three.
    const gateway = GATEWAYS[Math.floor(Math.random() * ROUTE.length)]!;
    await federation.kill(gateway, 'SIGKILL');
    await federation.start(gateway);
  }
}
