/** Plays the three stories on a federation, through its APIs only, and compares at the end what every gateway has. */
import { drugs } from './drugs.ts';
import { espionage } from './espionage.ts';
import { eventually, type Federation } from './federation.ts';
import { GATEWAYS, MEMBERS } from './members.ts';
import { openStage, type Checked } from './stage.ts';
import { trafficking } from './trafficking.ts';

export interface FederatedOutcome {
  readonly outcome: 'verified' | 'not verified';
  readonly gateways: number;
  /** Lines of evidence, each verified at every gateway. */
  readonly evidence: number;
  readonly statements: number;
  readonly checks: readonly Checked[];
}

interface Trail {
  readonly items: readonly { readonly digest: string; readonly progress: string }[];
}

export async function playFederated(
  federation: Federation,
  tell: (sentence: string) => void,
): Promise<FederatedOutcome> {
  const checks: Checked[] = [];
  const stage = openStage(federation, tell, checks);
  const lines: string[] = [];
  for (const story of [espionage, drugs, trafficking]) lines.push(...(await story(stage)));

  tell('\nEvery gateway, which shares nothing with the others but the ledger, verifies every trail.');
  let statements = 0;
  for (const subject of lines) {
    const trails = await Promise.all(GATEWAYS.map((gateway) => settledTrail(federation, gateway, subject)));
    statements += trails[0]!.length;
    stage.check(
      `${trails[0]!.length} statements of ${subject.slice(0, 18)}… are the same everywhere`,
      new Set(trails.map((trail) => trail.join())).size === 1,
    );
    for (const gateway of GATEWAYS) {
      const { verified } = await anyOfficer(federation, gateway).get<{ verified: boolean }>(
        `/v1/evidence/${subject}/verification`,
      );
      if (!verified) stage.check(`${subject} verifies at gateway ${gateway}`, false);
    }
  }
  const good = checks.every((check) => check.good);
  return {
    outcome: good ? 'verified' : 'not verified',
    gateways: GATEWAYS.length,
    evidence: lines.length,
    statements,
    checks,
  };
}

function anyOfficer(federation: Federation, gateway: string) {
  return federation.at(MEMBERS.find((member) => member.gateway === gateway)!.code);
}

/** Digests of the line, once this gateway has followed as far as its holder's. */
async function settledTrail(federation: Federation, gateway: string, subject: string): Promise<readonly string[]> {
  const trail = async (): Promise<readonly string[]> => {
    const { items } = await anyOfficer(federation, gateway).get<Trail>(`/v1/evidence/${subject}/trail?limit=200`);
    return items.filter(({ progress }) => progress === 'final').map(({ digest }) => digest);
  };
  const all = await Promise.all(
    GATEWAYS.map(async (each) => {
      const { items } = await anyOfficer(federation, each).get<Trail>(`/v1/evidence/${subject}/trail?limit=200`);
      return items.filter(({ progress }) => progress === 'final').length;
    }),
  );
  await eventually(async () => (await trail()).length >= Math.max(...all));
  return trail();
}
