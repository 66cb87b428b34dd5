/**
 * Preloaded into a process (`--import`): its clock is so many seconds off as the file says that CLOCK_FILE names, from
 * the moment on when it says so.
 */
import { readFileSync } from 'node:fs';

const file = process.env['CLOCK_FILE']!;
const right = Date.now.bind(Date);

Date.now = () => right() + 1000 * Number(readFileSync(file, 'utf8'));
globalThis.Date = new Proxy(Date, {
  construct: (target, parameters) =>
    parameters.length === 0 ? new target(target.now()) : (Reflect.construct(target, parameters) as Date),
});
