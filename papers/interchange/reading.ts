/** A trail as an export reads it: each step of evidence with its records, and where it came from if it was imported. */
import { isNodeName } from './iri.ts';
import type { Told, ToldStep } from '../../protocol/bundle/tell.ts';
import type { Hex } from '../../protocol/bytes.ts';
import { nodeName } from './naming.ts';

export interface Trail {
  readonly told: Told;
  /** by which nodes of this ledger are named */
  readonly ledger: Hex;
  readonly steps: readonly ExportedStep[];
}

export interface ExportedStep {
  readonly step: ToldStep;
  /** the record that the step comes to */
  readonly result: string;
  /** those that it goes on from; none: the item comes into custody */
  readonly sources: readonly string[];
  /** the items of these */
  readonly used: readonly string[];
  readonly action: string;
  readonly item: string;
}

/** Whether a step brings its item. */
export function isOpening({ act }: ToldStep): boolean {
  return act === 'collect' || act === 'derive';
}

/** Of a record, the shown values of a label; numbered ones too, in order. */
export function valuesOf({ disclosure }: ToldStep, label: string): string[] {
  const fields = disclosure?.fields ?? [];
  return fields.flatMap((field) =>
    'value' in field && (field.label === label || isNumbered(field.label, label)) ? [field.value] : [],
  );
}

export function valueOf(step: ToldStep, label: string): string | undefined {
  return valuesOf(step, label)[0];
}

function isNumbered(found: string, label: string): boolean {
  return found.startsWith(`${label}.`) && /^\d{1,6}$/.test(found.slice(label.length + 1));
}

export function readTrail(told: Told, ledger: Hex): Trail {
  const items = new Map<Hex, string>();
  /** by item: the record that tells of it last */
  const newest = new Map<Hex, string>();
  const said = new Set<string>();
  const own = (name: string | undefined): string | undefined =>
    name !== undefined && isNodeName(name) ? name : undefined;
  const steps = told.steps.flatMap((step): ExportedStep[] => {
    if (step.kind !== 'evidence') return [];
    const opening = isOpening(step);
    if (opening) items.set(step.subject, own(valueOf(step, 'source')) ?? nodeName('item', ledger, step.subject));
    const sources = opening ? step.parents : [step.subject];
    const record = nodeName('record', ledger, step.digest);
    const exported = {
      step,
      item: items.get(step.subject) ?? nodeName('item', ledger, step.subject),
      sources: sources.flatMap((subject) => newest.get(subject) ?? []),
      used: sources.flatMap((subject) => (newest.has(subject) ? [items.get(subject)!] : [])),
      result: (opening ? own(valueOf(step, 'source.record')) : undefined) ?? record,
      action: nodeName('action', ledger, step.digest),
    };
    // One action of an imported document may have become several steps; the last of them stands for it.
    const imported = own(valueOf(step, 'action.id'));
    const named = imported !== undefined && step.act !== 'release' && !said.has(`${imported} ${step.act}`);
    if (named) said.add(`${imported} ${step.act}`);
    newest.set(step.subject, exported.result);
    return [{ ...exported, ...(named && { action: imported }) }];
  });
  return { told, ledger, steps };
}
