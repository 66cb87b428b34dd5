/** Elements made from data. Text only ever becomes text: what a bundle says is never read as HTML. */

type Child = Node | string;

interface Properties {
  readonly class?: string;
  readonly id?: string;
  readonly title?: string;
  readonly open?: boolean;
}

export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: name, ...properties }: Properties,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  if (name !== undefined) made.className = name;
  made.append(...children.map((child) => (typeof child === 'string' ? isolated(child) : child)));
  return made;
}

/** Text whose own direction ends where it does: overrides of direction in it can't reorder what stands around it. */
function isolated(text: string): Node {
  if (!/[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(text)) return document.createTextNode(text);
  const bdi = document.createElement('bdi');
  bdi.textContent = text;
  return bdi;
}

/** An element of a drawing. */
export function drawn(tag: string, attributes: Readonly<Record<string, string | number>>, text?: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** An element of the page itself. */
export function found(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}
