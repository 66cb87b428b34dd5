/** How the agencies change who is in: one signs into a file, the others approve it, the first sends it. */
import { Option, type Command } from 'commander';
import { jurisdictionNumber, KIND, type Kind } from '../../protocol/names.ts';
import { handled, type Session } from '../session.ts';
import { keyFileNamed } from '../keys/key-folder.ts';
import { newKeyFrom, readPublicKey, type NewKeyOptions } from '../keys/new-key.ts';
import { readApproval, refuseExisting, writeApproval, type Approval } from '../stating/approval-file.ts';
import {
  checkApproval,
  endorse,
  endorsed,
  isComplete,
  newKeyIn,
  newKeyLine,
  propose,
  send,
  signatureLines,
  signatureView,
  type Checked,
} from '../stating/approving.ts';
import { codeOf, readConsortium, type Consortium } from '../stating/consortium.ts';
import {
  admission,
  changeLines,
  changeOf,
  changeView,
  enrolment,
  numberIn,
  reinstatement,
  suspension,
  type Change,
  type ChangeRequest,
} from '../stating/membership.ts';
import { openKey } from '../stating/state.ts';
import { teach, validityFlags } from './flags.ts';

interface SigningOptions {
  readonly authority: string;
}

interface ProposingOptions extends SigningOptions {
  readonly file: string;
}

interface AdmitOptions extends ProposingOptions, NewKeyOptions {
  readonly jurisdiction: string;
  readonly kind: Kind;
  readonly sponsor?: string;
  readonly key: string;
}

interface EnrolOptions extends ProposingOptions, NewKeyOptions {
  readonly key: string;
}

const NEXT = '`unbroken members approve FILE` at the other agencies, then `unbroken members send FILE` here.';

export function addMembershipCommands(program: Command): void {
  const members = program
    .command('members')
    .summary('admit and suspend participants (agencies)')
    .description(
      'Changes of the consortium, which need more than two thirds of its agencies: one signs into a file, the others approve it.',
    );
  addAdmit(members);
  addStatus(members);
  addEnrol(members);
  addApproving(members);
}

function addAdmit(members: Command): void {
  const command = members
    .command('admit')
    .description('Signs, into a file, that a new participant is admitted with its first authority key.')
    .argument('<code>', 'code that it will have, such as FR-DGDDI')
    .requiredOption('--jurisdiction <code>', 'two letters, ISO 3166-1')
    .addOption(new Option('--kind <kind>', 'what it is').choices(Object.keys(KIND)).makeOptionMandatory())
    .option('--sponsor <code>', 'agency that stands behind it, if it is none itself');
  teach(proposingFlags(newKeyFlags(command)), {
    meaning:
      'The new participant makes the key and gives its public half, `unbroken keys show KEY --json > FILE`; it signs the file too, since nobody enrols a key that they don’t have. A number, once given, stays for ever.',
    examples: [
      'members admit FR-DGDDI --jurisdiction FR --kind agency --key dgddi.json --file admission.json --authority bka.json',
      'members admit ES-LAB --jurisdiction ES --kind laboratory --sponsor ES-GC --key lab.json --file lab-in.json --authority gc.json',
    ],
    next: NEXT,
  }).action(
    handled<[string], AdmitOptions>(async (session, options, code) => {
      const key = newKeyFrom(readPublicKey(options.key), options);
      jurisdictionNumber(options.jurisdiction);
      await sign(session, options, (consortium) => {
        const sponsor = options.sponsor === undefined ? 0 : numberIn(consortium, options.sponsor);
        return admission(consortium, { code, jurisdiction: options.jurisdiction, kind: options.kind, sponsor, key });
      });
    }),
  );
}

function addStatus(members: Command): void {
  const suspend = members
    .command('suspend')
    .description('Signs, into a file, that a participant is suspended.')
    .argument('<code>', 'code of the participant');
  teach(proposingFlags(suspend), {
    meaning:
      'A suspended participant may only confirm returns, recall and revoke keys; nothing can be released to it, and an agency has no vote. What it stated before stays proven.',
    examples: ['members suspend ES-GC --file suspension.json --authority bka.json'],
    next: NEXT,
  }).action(
    handled<[string], ProposingOptions>((session, options, code) =>
      sign(session, options, (consortium) => suspension(consortium, code)),
    ),
  );

  const reinstate = members
    .command('reinstate')
    .description('Signs, into a file, that a suspended participant is active again.')
    .argument('<code>', 'code of the participant');
  teach(proposingFlags(reinstate), {
    meaning: 'It has its number and its keys again, and an agency its vote.',
    examples: ['members reinstate ES-GC --file reinstatement.json --authority bka.json'],
    next: NEXT,
  }).action(
    handled<[string], ProposingOptions>((session, options, code) =>
      sign(session, options, (consortium) => reinstatement(consortium, code)),
    ),
  );
}

function addEnrol(members: Command): void {
  const command = members
    .command('enrol')
    .description('Signs, into a file, that a participant which lost its authority keys gets a new one.')
    .argument('<code>', 'code of the participant');
  teach(proposingFlags(newKeyFlags(command)), {
    meaning:
      'For a participant that has none left to enrol one itself. The ledger marks the key for ever as one that the consortium enrolled. With it the participant revokes those that were lost.',
    examples: ['members enrol ES-GC --key new.json --file rescue.json --authority bka.json'],
    next: NEXT,
  }).action(
    handled<[string], EnrolOptions>(async (session, options, code) => {
      const key = newKeyFrom(readPublicKey(options.key), options);
      await sign(session, options, (consortium) => enrolment(consortium, code, key));
    }),
  );
}

function addApproving(members: Command): void {
  const show = members
    .command('show')
    .description('Says in words what a file changes, who has signed it, and how many have to.')
    .argument('<file>', 'the change, as the first who signed wrote it');
  teach(show, {
    meaning: 'Read from what is signed, and from nothing beside it. No key is needed.',
    examples: ['members show admission.json'],
  }).action(
    handled<[string]>(async (session, _options, file) => {
      showChange(session, file, await checkApproval(session, readApproval(file)));
    }),
  );

  const approve = members
    .command('approve')
    .description('Shows in words what a file changes, and signs it.')
    .argument('<file>', 'the change, as the first who signed wrote it; your signature is added')
    .requiredOption('--authority <key>', 'file or id of your key with the power authority, or of the key that is new');
  teach(approve, {
    meaning:
      'Before anything is signed, the file is judged as the ledger would: one that was changed, is of another ledger or comes too late is refused. Whoever has the new key signs in the same way, and needs no token.',
    examples: ['members approve admission.json --authority gc.json'],
    next: 'the next agency; with enough signatures `unbroken members send FILE` where it was signed first.',
  }).action(handled<[string], SigningOptions>(approveFile));

  const sending = members
    .command('send')
    .description('States what was approved, once more than two thirds of the agencies have signed.')
    .argument('<file>', 'the change, with its signatures');
  teach(sending, {
    meaning:
      'By the agency that signed first. One change after the other: while this one gathers signatures, another one that is included makes it void.',
    examples: ['members send admission.json'],
    next: '`unbroken participants` shows it.',
  }).action(
    handled<[string]>(async (session, _options, file) => {
      const approval = readApproval(file);
      changeOf(approval, file);
      await send(session, await checkApproval(session, approval));
    }),
  );
}

function proposingFlags(command: Command): Command {
  return command
    .requiredOption('--file <file>', 'where the change goes, with its signatures')
    .requiredOption('--authority <key>', 'file or id of your key with the power authority');
}

function newKeyFlags(command: Command): Command {
  return validityFlags(
    command
      .requiredOption('--key <file>', 'public half of its key')
      .addOption(
        new Option('--powers <powers>', 'what the key may do').choices(['authority', 'both']).default('authority'),
      ),
  );
}

async function sign(
  session: Session,
  { file, authority }: ProposingOptions,
  requestOn: (consortium: Consortium) => ChangeRequest,
): Promise<void> {
  refuseExisting(file);
  const request = requestOn(await readConsortium(session));
  const checked = await propose(session, authority, request);
  writeApproval(file, checked.approval);
  showChange(session, file, checked);
}

async function approveFile(session: Session, { authority }: SigningOptions, file: string): Promise<void> {
  const approval = readApproval(file);
  const change = changeOf(approval, file);
  const { key } = keyFileNamed(session.settings.keyFolder, authority);
  // Whoever is to become a participant has no token yet.
  if (key.id === newKeyIn(approval) && session.settings.token === undefined) {
    await signAsNew(session, file, { approval, change }, authority);
    return;
  }
  const before = await checkApproval(session, approval);
  noteSigned(session, changeLines(change, approval, before.consortium));
  const checked = await endorse(session, authority, before);
  writeApproval(file, checked.approval);
  session.output.result(viewOf(file, change, checked), () => progressLines(file, checked));
}

/** With the new key, by its owner, who knows nobody here yet. */
async function signAsNew(
  session: Session,
  file: string,
  { approval, change }: { readonly approval: Approval; readonly change: Change },
  named: string,
): Promise<void> {
  const { foundingHash } = await session.gateway.ledger();
  noteSigned(session, changeLines(change, approval, { foundingHash, participants: [] }));
  const signed = endorsed(approval, await openKey(session, named), foundingHash);
  writeApproval(file, signed);
  session.output.result({ file, ...changeView(change, []), statement: signed.digest, newKeySigned: true }, () => [
    newKeyLine(signed),
    `Give ${file} back to the agencies.`,
  ]);
}

function noteSigned({ output }: Session, lines: readonly string[]): void {
  output.note(['This is signed:', ...lines].join('\n'));
}

function showChange({ output }: Session, file: string, checked: Checked): void {
  const { approval, consortium } = checked;
  const change = changeOf(approval, file);
  output.result(viewOf(file, change, checked), () => [
    ...changeLines(change, approval, consortium),
    ...progressLines(file, checked),
  ]);
}

function viewOf(file: string, change: Change, checked: Checked) {
  return { file, ...changeView(change, checked.consortium.participants), ...signatureView(checked) };
}

function progressLines(file: string, checked: Checked): string[] {
  return [...signatureLines(checked), nextStep(file, checked)];
}

function nextStep(file: string, checked: Checked): string {
  const { approval, consortium, signed, needed } = checked;
  if (isComplete(checked)) {
    const first = codeOf(consortium.participants, approval.stated.statement.participant);
    return `That is enough: \`unbroken members send ${file}\` at ${first}.`;
  }
  const whom = signed.length < needed ? 'the next agency' : 'whoever has the new key';
  return `Give ${file} to ${whom}: \`unbroken members approve ${file} --authority KEY\`.`;
}
