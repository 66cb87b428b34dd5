import type { Book, Line } from './book.ts';
import type { Details } from './details.ts';
import { push } from './facts.ts';
import type { Order } from './order.ts';
import type { Party, RecordCode } from './plan.ts';
import type { Action } from './survey.ts';

const NOBODY: Party = { iri: null, name: 'unknown', organisation: null };
/** Of something lost these mean that it is back; of anything else they may mean much. */
const FOUND = /\b(found|recovered|retrieved|located)\b/i;

/** What actions do to items that are there already: custody moves, is recorded, and ends. */
export function custodyOf(book: Book, order: Order, details: Details) {
  const { lines, state, remark, cannotFollow } = book;
  const visits = visitsOf(order);
  const notTold = (action: Action, item: string): string =>
    remark(
      'reception-not-told',
      action.id,
      `The document does not tell who received ${details.label(item)}, so custody stays where it was.`,
    );

  const handOver = (item: string, line: Line, action: Action, giverNamed: Party | undefined, receiver: Party): void => {
    const notes: string[] = [];
    if (line.status === 'in transit') {
      const release = book.statements[line.release];
      if (release?.act === 'release') {
        if (release.receiver.iri !== null && release.receiver.iri !== receiver.iri) {
          notes.push(
            remark(
              'receiver-differs',
              action.id,
              `Released to ${release.receiver.name}, received by ${receiver.name}.`,
            ),
          );
        }
        book.statements[line.release] = { ...release, receiver };
      }
      const giver = line.holder ?? NOBODY;
      state('accept', item, action, { act: 'accept', code: 'clean', giver, receiver }, notes);
    } else {
      const giver = giverNamed ?? line.holder ?? NOBODY;
      if (giver.iri === null)
        notes.push(remark('giver-unknown', action.id, `Nobody is named who gave ${details.label(item)}.`));
      else if (giverNamed === undefined)
        notes.push(
          remark(
            'giver-concluded',
            action.id,
            `The document names no giver of ${details.label(item)}; by what it tells before, it is ${giver.name}.`,
          ),
        );
      else if (line.holder !== null && line.holder.iri !== giver.iri)
        notes.push(
          remark(
            'giver-not-holder',
            action.id,
            `${giver.name} gives ${details.label(item)}, but by what the document tells before, ${line.holder.name} holds it.`,
          ),
        );
      state('release', item, action, { act: 'release', code: 'handoff', giver, receiver }, notes);
      state('accept', item, action, { act: 'accept', code: 'clean', giver, receiver }, []);
    }
    line.status = 'held';
    line.holder = receiver;
  };

  const receive = (item: string, line: Line, action: Action): void => {
    const released = line.status === 'in transit' ? book.statements[line.release] : undefined;
    let receiver = action.performers[0] ?? (released?.act === 'release' ? released.receiver : NOBODY);
    if (line.status === 'held' && receiver.iri === null) {
      record(item, line, action, 'moved', [notTold(action, item)]);
      return;
    }
    let [giver] = action.participants.filter((party) => party.iri !== receiver.iri);
    if (line.status === 'held' && giver !== undefined && line.holder?.iri === receiver.iri && receiver.iri !== null) {
      // "transferred" told by the one who gives.
      [receiver, giver] = [giver, receiver];
    }
    if (line.status === 'held' && receiver.iri !== null && receiver.iri === (giver ?? line.holder)?.iri) {
      record(item, line, action, 'accessed', [
        remark('already-held', action.id, `${receiver.name} holds ${details.label(item)} already.`),
      ]);
      return;
    }
    handOver(item, line, action, giver, receiver);
  };

  const release = (item: string, line: Line, action: Action, index: number): void => {
    const giver = action.performers[0] ?? line.holder ?? NOBODY;
    const receiver = action.participants.find((party) => party.iri !== giver.iri) ?? NOBODY;
    const next = visits.after(item, index);
    if (line.status !== 'held') {
      cannotFollow(action, item, 'It is in transit already.');
      return;
    }
    const answered = next?.action.deed.kind === 'receive' || next?.action.deed.kind === 'refuse';
    const taker = answered ? (next.action.performers[0] ?? receiver) : NOBODY;
    const received = taker.iri !== null && taker.iri !== giver.iri;
    if (!received && (next !== undefined || receiver.iri === null)) {
      record(item, line, action, 'moved', [notTold(action, item)]);
      return;
    }
    const notes =
      line.holder !== null && line.holder.iri !== giver.iri
        ? [
            remark(
              'giver-not-holder',
              action.id,
              `${giver.name} gives ${details.label(item)}, but by what the document tells before, ${line.holder.name} holds it.`,
            ),
          ]
        : [];
    state('release', item, action, { act: 'release', code: 'handoff', giver, receiver }, notes);
    line.status = 'in transit';
    line.holder = giver;
    line.release = book.statements.length - 1;
  };

  const record = (item: string, line: Line, action: Action, code: RecordCode, notes: readonly string[] = []): void => {
    if (line.status !== 'held') {
      cannotFollow(action, item, `Nothing is recorded about what is ${line.status}.`);
      return;
    }
    state('record', item, action, { act: 'record', code }, notes);
  };

  /** An action about an item that is there already. */
  const continueWith = (item: string, action: Action, index: number): void => {
    const line = lines.get(item);
    if (line === undefined) return;
    const { deed } = action;
    if (line.status === 'lost' && (deed.kind === 'collect' || deed.kind === 'receive' || FOUND.test(action.name))) {
      state('found', item, action, { act: 'found', code: 'found' }, []);
      line.status = 'held';
      return;
    }
    if (line.status === 'disposed' || line.status === 'lost') {
      cannotFollow(action, item, `Its line is closed: by this document it is ${line.status} by then.`);
      return;
    }
    if (deed.kind === 'receive') {
      receive(item, line, action);
      return;
    }
    if (deed.kind === 'release') {
      release(item, line, action, index);
      return;
    }
    if (deed.kind === 'refuse') {
      refuse(item, line, action);
      return;
    }
    if (deed.kind === 'dispose') {
      dispose(item, line, action, deed.code, index);
      return;
    }
    if (deed.kind === 'collect') {
      const [performer] = action.performers;
      if (performer !== undefined && line.holder !== null && performer.iri !== line.holder.iri) {
        handOver(item, line, action, undefined, performer);
        return;
      }
      record(item, line, action, 'accessed');
      return;
    }
    record(item, line, action, deed.kind === 'record' ? deed.code : 'examined');
  };

  const refuse = (item: string, line: Line, action: Action): void => {
    const released = line.status === 'in transit' ? book.statements[line.release] : undefined;
    const receiver = action.performers[0] ?? (released?.act === 'release' ? released.receiver : NOBODY);
    const named = action.participants.find((party) => party.iri !== receiver.iri);
    const giver = (released === undefined ? named : undefined) ?? line.holder ?? NOBODY;
    if (giver.iri === receiver.iri) {
      cannotFollow(action, item, 'The document does not tell who refused it, or from whom.');
      return;
    }
    if (released?.act === 'release') book.statements[line.release] = { ...released, receiver };
    else state('release', item, action, { act: 'release', code: 'handoff', giver, receiver }, []);
    state('refuse', item, action, { act: 'refuse', code: 'other', giver, receiver }, []);
    state('return', item, action, { act: 'return', code: 'returned', giver, receiver }, []);
    line.status = 'held';
  };

  const dispose = (
    item: string,
    line: Line,
    action: Action,
    code: 'returned' | 'destroyed' | 'consumed' | 'lost',
    index: number,
  ): void => {
    const receiver = action.participants.find((party) => party.iri !== (action.performers[0] ?? line.holder)?.iri);
    // Given back to somebody who deals with evidence in this document, it stays under custody.
    if (code === 'returned' && receiver !== undefined && visits.performs(receiver)) {
      const received = visits.after(item, index)?.action.deed.kind === 'receive';
      if (received) release(item, line, action, index);
      else handOver(item, line, action, action.performers[0], receiver);
      return;
    }
    if (line.status === 'in transit' && code !== 'lost') {
      cannotFollow(action, item, 'It is in transit by then.');
      return;
    }
    const unspecific = code === 'destroyed' && !/destr|incinerat|shred/i.test(action.name);
    state(
      'dispose',
      item,
      action,
      { act: 'dispose', code },
      unspecific ? [remark('disposal-unspecific', action.id, `"${action.name}" is taken for destruction.`)] : [],
    );
    line.status = code === 'lost' ? 'lost' : 'disposed';
  };

  return { continueWith };
}

/** Which actions come to an item after which. */
function visitsOf(order: Order) {
  const visits = new Map<string, { index: number; action: Action }[]>();
  const performers = new Set<string | null>();
  order.steps.forEach((step, index) => {
    if (step.kind !== 'action') return;
    for (const party of step.action.performers) performers.add(party.iri);
    for (const item of new Set([...step.action.objects, ...step.action.results]))
      push(visits, item, { index, action: step.action });
  });
  const position = new Map<string, number>();
  return {
    /** Asked with growing indices, so that a pointer for each item suffices. */
    after(item: string, index: number): { action: Action } | undefined {
      const list = visits.get(item) ?? [];
      let place = position.get(item) ?? 0;
      while (place < list.length && (list[place]?.index ?? 0) <= index) place++;
      position.set(item, place);
      return list[place];
    },
    performs: (party: Party): boolean => performers.has(party.iri),
  };
}
