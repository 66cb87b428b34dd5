/** How many bytes were hashed since the last time that this was asked. */
let bytes = 0;

export function countHashed(more: number): void {
  bytes += more;
}

export function takeHashed(): number {
  const taken = bytes;
  bytes = 0;
  return taken;
}
