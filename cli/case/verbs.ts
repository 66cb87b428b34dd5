/** What the name of an action says happened to the evidence. */
export type Deed =
  | { readonly kind: 'collect'; readonly code: 'seized' | 'produced' | 'surrendered' | 'captured' }
  | { readonly kind: 'receive' }
  | { readonly kind: 'release' }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'derive'; readonly code: 'image' | 'extraction' | 'sample' | 'report' | 'part' | 'copy' }
  | { readonly kind: 'record'; readonly code: 'examined' | 'stored' | 'sealed' | 'moved' | 'accessed' }
  | { readonly kind: 'dispose'; readonly code: 'returned' | 'destroyed' | 'consumed' | 'lost' }
  | { readonly kind: 'other' };

const collect = (code: 'seized' | 'produced' | 'surrendered' | 'captured'): Deed => ({ kind: 'collect', code });
const derive = (code: 'image' | 'extraction' | 'sample' | 'report' | 'part' | 'copy'): Deed => ({
  kind: 'derive',
  code,
});
const record = (code: 'examined' | 'stored' | 'sealed' | 'moved' | 'accessed'): Deed => ({ kind: 'record', code });
const dispose = (code: 'returned' | 'destroyed' | 'consumed' | 'lost'): Deed => ({ kind: 'dispose', code });

/**
 * CASE has no closed vocabulary for the names of investigative actions, so these are the words that people use.
 * Names are compared in lower case, words parted by one space; the first row that matches decides.
 */
const VERBS: readonly (readonly [RegExp, Deed])[] = [
  [/\b(refus|reject|declin)\w*/, { kind: 'refuse' }],
  [/\b(legal|litigation) hold\b/, { kind: 'other' }],
  [
    /\b(return\w*|released?|handed back|gave back|given back) (\w+ ){0,4}(owner|claimant|victim|family|heirs?)\b/,
    dispose('returned'),
  ],
  [/\bcustody (receive\w*|receipt|accept\w*|in|intake|transfer\w*|change\w*|hand ?over)\b/, { kind: 'receive' }],
  [/\bcustody (release\w*|out|send|sent|give\w*)\b/, { kind: 'release' }],
  [
    /\b(enter|entered|entry|admit\w*|book\w*|log\w*|intake) (\w+ ){0,4}(into|in) (\w+ ){0,2}(custody|evidence)\b/,
    collect('produced'),
  ],
  [/\b(enter|entered) (\w+ ){0,4}into (the )?chain of custody\b/, collect('produced')],
  [/\b(destroy\w*|destruct\w*|incinerat\w*|shred\w*|dispos\w*|discard\w*)/, dispose('destroyed')],
  [/\b(consum\w*|used up|exhausted)\b/, dispose('consumed')],
  [/\b(lost|loss|missing|misplaced|stolen)\b/, dispose('lost')],
  [/\breturn\w*/, dispose('returned')],
  [
    /\b(seiz\w*|seizure|confiscat\w*|impound\w*|beschlagnahm\w*|sichergestellt|saisie?|incaut\w*|sequestr\w*)/,
    collect('seized'),
  ],
  [/\bsurrender\w*/, collect('surrendered')],
  [/\b(intercept\w*|captur\w*|wiretap\w*)/, collect('captured')],
  [/\b(sampl\w*|swab\w*|aliquot\w*|biops\w*)/, derive('sample')],
  [/\b(disk|forensic|logical|physical|bit ?stream) (image|copy|duplicate|acquisition)\b/, derive('image')],
  [/\b(imag(e|ed|es|ing)|acquir\w*|acquisition\w*|clon(e|ed|ing))\b/, derive('image')],
  [/\b(reports?|reporting|reported)\b/, derive('report')],
  [
    /\b(receiv\w*|receipt|accept\w*|took over|take ?over|taken over|transfer\w*|hand ?over|handed over|deliver\w*|check(ed)? in|intake)\b/,
    { kind: 'receive' },
  ],
  [
    /\b(releas\w*|ship|ships|shipped|shipping|shipment|send|sends|sent|sending|dispatch\w*|mailed|check(ed)? out|courier\w*|handed)\b/,
    { kind: 'release' },
  ],
  [/\b(disassembl\w*|separat\w*|split\w*|remov(e|ed|ing|al)|detach\w*)\b/, derive('part')],
  [/\b(copy|copie[ds]|copying|duplicat\w*|backup|backed up)\b/, derive('copy')],
  [
    /\b(extract\w*|export\w*|pars(e|ed|es|ing)|execut\w*|decod\w*|decrypt\w*|carv\w*|index\w*|analy[sz]\w*|process\w*|convert\w*|download\w*|dump\w*|reconstruct\w*|repair\w*|recover\w* (\w+ )*(data|file|message|partition)s?|forensic recovery|ran|run|generat\w*)\b/,
    derive('extraction'),
  ],
  [/\b(seal|seals|sealed|sealing|reseal\w*|resealed)\b/, record('sealed')],
  [/\b(stor(e|ed|es|ing|age)|shelv\w*|archiv\w*|deposit\w*|lodg\w*|locked|vault\w*)\b/, record('stored')],
  [/\b(mov(e|ed|es|ing)|relocat\w*|transport\w*)\b/, record('moved')],
  [/\b(access\w*|view\w*|open(ed|ing)?|consult\w*)\b/, record('accessed')],
  [
    /\b(examin\w*|inspect\w*|review\w*|search\w*|verif\w*|hash\w*|test\w*|photograph\w*|document\w*|weigh\w*|measur\w*|compar\w*|annotat\w*|preview\w*)\b/,
    record('examined'),
  ],
  [
    /\b(collect\w*|produc(e|ed|tion|ing)|gather\w*|bagged|recovered|found|obtained|preserv\w*|secured|taken|took)\b/,
    collect('seized'),
  ],
];

const PRODUCED = /\bproduc(e|ed|tion|ing)\b/;

export function deedOf(...names: readonly string[]): Deed {
  for (const name of names) {
    const words = name
      .slice(0, 500)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    for (const [pattern, deed] of VERBS) {
      if (!pattern.test(words)) continue;
      return deed.kind === 'collect' && deed.code === 'seized' && PRODUCED.test(words) ? collect('produced') : deed;
    }
  }
  return { kind: 'other' };
}

/** Two codes that a name or type of the result says more plainly than the action does. */
export function derivedCode(
  code: 'image' | 'extraction' | 'sample' | 'report' | 'part' | 'copy',
  types: readonly string[],
  description: string,
) {
  if (code !== 'extraction') return code;
  if (/\breport$/i.test(description.trim()) || types.includes('uco-analysis:AnalyticResult')) return 'report' as const;
  if (types.some((type) => /:(Image|DiskImage|ForensicImage)$/.test(type))) return 'image' as const;
  return code;
}
