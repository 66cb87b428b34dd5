/** Agreements: what border crossings rest on, in plain words; proposed, signed and ended with an authority key. */
import { Option, type Command } from 'commander';
import { listHash } from '../../protocol/statement.ts';
import { readTerms, termsWords } from '../../protocol/lists.ts';
import { ONWARD } from '../../protocol/names.ts';
import { Failure } from '../failure.ts';
import type { Agreement, AgreementDetails } from '../gateway/answers.ts';
import { instant, nameOf, printable, table } from '../output/table.ts';
import { handled, type Session } from '../session.ts';
import { wordNamed } from '../stating/evidence.ts';
import { perform } from '../stating/perform.ts';
import type { StatingOptions } from '../stating/state.ts';
import { proposalOf, termLines, type TermsOptions } from '../stating/terms.ts';
import type { WaitOptions } from '../stating/wait.ts';
import { timeOption } from '../stating/wording.ts';
import { pathOption } from '../stating/wording.ts';
import { purposeFlag, restrictionFlag, statingFlags, teach } from './flags.ts';

type Stating = StatingOptions & WaitOptions;

export function addAgreementCommands(program: Command): void {
  addList(program);
  const agreement = program
    .command('agreement')
    .summary('one agreement: show, propose, sign, end')
    .description(
      'What a border crossing rests on. Proposed by one signatory, in force when all have signed, ended by any of them. Signing takes an authority key of your participant (--key-file).',
    );
  addShow(agreement);
  addPropose(agreement);
  addSign(agreement);
  addEnd(agreement);
}

function addList(program: Command): void {
  const command = program
    .command('agreements')
    .summary('the agreements that border crossings rest on')
    .description('Lists the agreements on the ledger.');
  teach(command, {
    meaning:
      'A release across a border names one that is concluded, in force, covers both sides and permits purpose and restrictions.',
    examples: ['agreements'],
    next: '`unbroken agreement show ID` for one; `unbroken release EVIDENCE --to CODE --agreement ID --purpose NAME`.',
  }).action(
    handled(async ({ gateway, output }) => {
      const items = await gateway.agreements();
      output.result({ items }, () =>
        items.length === 0
          ? ['There is none.']
          : items.flatMap((each) => [
              `${each.number}  ${each.subject}`,
              `   ${standing(each)}, ${instant(each.validFrom)} to ${instant(each.validUntil)}`,
              `   between ${each.parties.map((party) => `${party.jurisdiction ?? (party.participant ? nameOf(party.participant) : '')}${party.signed ? '' : ' (not signed)'}`).join(', ')}`,
              `   purposes ${each.purposes.join(', ')}; restrictions ${each.restrictions.join(', ') || 'none'}; onward: ${each.onward}${each.courtPermission ? '; court use with permission' : ''}`,
            ]),
      );
    }),
  );
}

function addShow(agreement: Command): void {
  const command = agreement
    .command('show')
    .description('Shows an agreement in plain words: its terms, who signed when, and whether it is in force.')
    .argument('<agreement>', 'id');
  teach(command, {
    meaning:
      'The terms are read from the words that were signed, not from what the gateway says about them. Which fields may travel stands in a policy that every party’s gateway keeps for itself.',
    examples: ['agreement show 0x00000001c4...'],
    next: '`unbroken agreement sign ID --key-file AUTHORITY`, if your signature is missing.',
  }).action(
    handled<[string]>(async (session, _options, id) => {
      const { details, lines } = await readAgreement(session, id);
      session.output.result(details, () => [
        `Agreement ${details.number}  ${details.subject}`,
        `  ${standing(details)}${details.concludedAt === undefined ? '' : `, concluded ${instant(details.concludedAt)}`}${details.endedAt === undefined ? '' : `, ended ${instant(details.endedAt)}`}`,
        ...lines,
        ...policyLines(details),
        '',
        ...table(
          ['on the ledger', 'who', 'did', 'statement'],
          details.statements.map((each) => [
            instant(each.includedAt),
            nameOf(each.participant),
            each.act === 'end' ? 'ended it' : 'signed',
            each.digest,
          ]),
        ),
      ]);
    }),
  );
}

function addPropose(agreement: Command): void {
  const command = agreement
    .command('propose')
    .description('Proposes an agreement, and signs it for your participant.')
    .requiredOption('--text <file>', 'what was agreed; its SHA-256 goes into the terms, the file stays here')
    .addOption(
      new Option(
        '--party <party>',
        'a participant (ES-GC), or a jurisdiction and who signs for it (DE:DE-BKA); repeated',
      )
        .argParser(pathOption)
        .makeOptionMandatory(),
    )
    .addOption(purposeFlag())
    .addOption(restrictionFlag())
    .addOption(
      new Option('--onward <rule>', 'what was received may go on: to nobody, with consent, to parties')
        .choices(Object.keys(ONWARD))
        .default('none'),
    )
    .option('--court-permission', 'use in court needs the consent of every origin')
    .option('--policy <file>', 'field policy, as JSON: which fields of records may travel; none, if left out')
    .addOption(new Option('--from <time>', 'valid from; now, if left out').argParser(timeOption))
    .addOption(new Option('--until <time>', 'valid until').argParser(timeOption).makeOptionMandatory());
  teach(statingFlags(command), {
    meaning:
      'The others sign exactly these terms; a change is a new agreement. A jurisdiction as party covers all its participants. The gateway keeps the policy; the other parties keep it at theirs, or only withheld fields travel from there.',
    examples: [
      'agreement propose --text memorandum.pdf --party DE:DE-BKA --party ES-GC --purpose investigate,court --restriction H1 --onward consent --policy fields.json --until 2030-01-01T00:00:00Z --key-file authority.json',
    ],
    next: 'the other signatories say `unbroken agreement sign ID`.',
  }).action(
    handled<[], Stating & TermsOptions>(async (session, options) => {
      const { terms, policy, title } = await proposalOf(session, options, Math.floor(Date.now() / 1000));
      if (policy) await session.gateway.keepPolicy(policy);
      const list = termsWords(terms);
      session.output.note(
        ['These terms are signed:', ...termLines(terms, await session.gateway.participants())].join('\n'),
      );
      const record = { fields: [{ label: 'title', value: title }] };
      await perform(session, options, [{ act: 'conclude', list, record }]);
    }),
  );
}

function addSign(agreement: Command): void {
  const command = agreement
    .command('sign')
    .description('Signs an agreement that another signatory proposed.')
    .argument('<agreement>', 'id');
  teach(statingFlags(command), {
    meaning:
      'Shows the terms, and signs their hash. When the last signatory has signed, it is concluded. Compare the digest of the text with the paper that you have.',
    examples: ['agreement sign 0x00000001c4... --key-file authority.json'],
  }).action(
    handled<[string], Stating>(async (session, options, id) => {
      const { details, reference, lines } = await readAgreement(session, id);
      session.output.note(['These terms are signed:', ...lines].join('\n'));
      await perform(session, options, [{ act: 'conclude', subject: details.subject, reference }]);
    }),
  );
}

function addEnd(agreement: Command): void {
  const command = agreement.command('end').description('Ends an agreement.').argument('<agreement>', 'id');
  teach(statingFlags(command), {
    meaning: 'From its inclusion on no release may rest on it. What moved before stays valid, and stays bound by it.',
    examples: ['agreement end 0x00000001c4... --key-file authority.json'],
  }).action(
    handled<[string], Stating>(async (session, options, id) => {
      const subject = wordNamed(id, 'the id of an agreement');
      await perform(session, options, [{ act: 'end', code: 'agreement-ended', subject }]);
    }),
  );
}

/** The gateway’s word counts for nothing here: terms come from the list that was signed. */
async function readAgreement({ gateway }: Session, id: string) {
  const subject = wordNamed(id, 'the id of an agreement');
  const [details, participants] = await Promise.all([gateway.agreement(subject), gateway.participants()]);
  const list = details.statements.find(({ signed }) => signed.list.length > 0)?.signed.list ?? [];
  const terms = readTerms(list);
  const reference = listHash(list);
  if (!terms || reference !== details.termsHash) {
    throw new Failure(
      'refused',
      'The gateway shows other terms than those that were signed. Sign nothing, and tell the operator.',
    );
  }
  return { details, reference, lines: termLines(terms, participants) };
}

function standing({ state, inForce }: Agreement): string {
  if (state === 'open') return 'proposed, not signed by all';
  if (state === 'ended') return 'ended';
  return inForce ? 'in force' : 'concluded, not in force now';
}

function policyLines({ policy, fieldPolicy }: AgreementDetails): string[] {
  if (policy) {
    return policy.permit.map(({ schema, labels }) => `    of ${printable(schema)}: ${printable(labels.join(', '))}`);
  }
  return fieldPolicy === undefined
    ? []
    : ['    this gateway does not have the policy, so it sends only withheld fields'];
}
