/**
 * Writes `test/vectors`: `node scripts/vectors.ts`. Everything in it is deterministic (fixed keys, RFC 6979), so that a
 * test can tell when the protocol has drifted from its vectors.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { namesOfVectors, vectorPath } from '../test/protocol/support/files.ts';
import { newStory } from '../test/protocol/support/story.ts';
import { bundleVectors } from '../test/protocol/stories/bundles.ts';
import { dossierVectors } from '../test/protocol/stories/dossiers.ts';
import { recordVectors } from '../test/protocol/stories/records.ts';
import { TALES } from '../test/protocol/stories/tales.ts';

/** Every vector by name, as it is to be written. */
export function renderVectors(): Map<string, string> {
  const rendered = new Map<string, string>();
  for (const { file, about, setting, tell } of TALES) {
    if (rendered.has(file)) throw new Error(`two vectors are named ${file}`);
    const story = newStory(about, setting);
    tell(story);
    rendered.set(file, render(story.vector()));
  }
  for (const [file, vector] of [...recordVectors(), ...dossierVectors(), ...bundleVectors()])
    rendered.set(file, render(vector));
  return rendered;
}

function render(vector: unknown): string {
  return `${JSON.stringify(vector, null, 2)}\n`;
}

if (import.meta.main) {
  const rendered = renderVectors();
  for (const name of namesOfVectors()) if (!rendered.has(name)) rmSync(vectorPath(name));
  for (const [name, text] of rendered) {
    mkdirSync(dirname(vectorPath(name)), { recursive: true });
    writeFileSync(vectorPath(name), text);
  }
  console.log(`${rendered.size} vectors`);
}
