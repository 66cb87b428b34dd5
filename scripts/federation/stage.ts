/** What the stories have in common: handovers between gateways, and the checks that a story makes on its way. */
import { ApiError, type Officer, type Stated, type Statement } from '../demo/officer.ts';
import { stateByAuthority } from './authority.ts';
import { eventually, type Federation } from './federation.ts';
import { MEMBERS } from './members.ts';

export interface Stage extends Federation {
  tell(sentence: string): void;
  /** Notes whether something was as it should be, and goes on. */
  check(what: string, good: boolean): void;
  /** The recipient accepts as soon as its own gateway has followed the release. */
  handOver(
    from: string,
    to: string,
    subjects: readonly string[],
    release?: Partial<Statement>,
  ): Promise<readonly Stated[]>;
  accept(by: string, subjects: readonly string[]): Promise<void>;
  /** Waits until the dossier of the newest release of this evidence to a participant is there. */
  dossierCame(to: string, subject: string): Promise<void>;
  /** Labels of the statement's record as this participant sees them: shown with their value, or WITHHELD. */
  recordAt(code: string, digest: string): Promise<ReadonlyMap<string, string>>;
  /** Waits until this participant's gateway has followed a line: a consent or request that somebody else stated. */
  followed(code: string, kind: 'consent' | 'request', subject: string): Promise<void>;
  /** Waits until every gateway has followed that a participant was suspended, or reinstated. */
  followedStatus(code: string, status: 'active' | 'suspended'): Promise<void>;
  endAgreement(by: string, agreement: string): Promise<void>;
  /** The gateway or the ledger says no, with this reason. */
  refused(by: Officer, statement: Statement, reason: string): Promise<void>;
}

export interface Checked {
  readonly what: string;
  readonly good: boolean;
}

export const WITHHELD = 'withheld';

export function openStage(federation: Federation, tell: (sentence: string) => void, checks: Checked[]): Stage {
  const { at } = federation;
  const check = (what: string, good: boolean): void => {
    checks.push({ what, good });
    tell(`  ${good ? '✔' : '✘ NOT:'} ${what}`);
  };
  const accept = async (by: string, subjects: readonly string[]): Promise<void> => {
    for (const subject of subjects) await eventually(async () => (await stateOf(at(by), subject)) === 'in-transit');
    await at(by).state(...subjects.map((subject) => ({ act: 'accept', subject })));
  };
  return {
    ...federation,
    tell,
    check,
    accept,
    async handOver(from, to, subjects, release = {}) {
      const released = await at(from).state(
        ...subjects.map((subject) => ({ act: 'release', subject, recipient: to, ...release })),
      );
      await accept(to, subjects);
      for (const subject of subjects) await eventually(async () => (await holderOf(at(from), subject)) === to);
      return released;
    },
    dossierCame: (to, subject) =>
      eventually(async () => {
        const { dossier } = await at(to).get<{ dossier?: string }>(`/v1/evidence/${subject}`);
        return dossier === 'received';
      }),
    async recordAt(code, digest) {
      const { record } = await at(code).get<{ record?: ShownRecord }>(`/v1/statements/${digest}`);
      return new Map((record?.fields ?? []).map((field) => [field.label, 'value' in field ? field.value : WITHHELD]));
    },
    followed: (code, kind, subject) =>
      eventually(async () => {
        const { items } = await lineOf(at(code), kind, subject);
        return items.length > 0;
      }),
    followedStatus: (code, status) =>
      eventually(async () => {
        const seen = await Promise.all(
          MEMBERS.map(async (member) => {
            const { items } = await at(member.code).get<{ items: readonly { code: string; status: string }[] }>(
              '/v1/participants',
            );
            return items.find((each) => each.code === code)?.status === status;
          }),
        );
        return seen.every(Boolean);
      }),
    endAgreement: async (by, agreement) => {
      await stateByAuthority(at(by), federation.authority(by), {
        act: 'end',
        code: 'agreement-ended',
        subject: agreement,
      });
    },
    async refused(by, statement, reason) {
      const said = await by.state(statement).then(
        () => 'accepted',
        (error: unknown) => String(error),
      );
      check(`refused with ${reason}: ${statement.act} to ${statement.recipient ?? ''}`, said.includes(reason));
      if (!said.includes(reason)) tell(`    it was: ${said}`);
    },
  };
}

interface ShownRecord {
  readonly fields: readonly ({ readonly label: string } & ({ readonly value: string } | { readonly hash: string }))[];
}

export async function stateOf(officer: Officer, subject: string): Promise<string | undefined> {
  return (await evidence(officer, subject))?.state;
}

async function lineOf(
  officer: Officer,
  kind: string,
  subject: string,
): Promise<{ readonly items: readonly unknown[] }> {
  try {
    return await officer.get(`/v1/lines/${kind}/${subject}/trail`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { items: [] };
    throw error;
  }
}

async function holderOf(officer: Officer, subject: string): Promise<string | undefined> {
  return (await evidence(officer, subject))?.holder.code;
}

/** Undefined while this gateway has not followed its opening. */
async function evidence(
  officer: Officer,
  subject: string,
): Promise<{ readonly state: string; readonly holder: { readonly code: string } } | undefined> {
  try {
    const view = await officer.get<{ included?: { state: string; holder: { code: string } } }>(
      `/v1/evidence/${subject}`,
    );
    return view.included;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/** Fields of a record as the API takes them. */
export function fields(written: Readonly<Record<string, string>>): NonNullable<Statement['record']> {
  return { fields: Object.entries(written).map(([label, value]) => ({ label, value })) };
}
