/** The exchange with other gateways: takes dossiers from them at any time, and brings them theirs. */
import type { Decryption, Exchange } from '../custody/dossiers.ts';
import type { Keyring } from '../custody/ports.ts';
import { openCourier, type CourierParts } from './courier.ts';
import { openReceiving, type ReceivingParts } from './receiving.ts';

/** Milliseconds between two looks at what is owed, in case nobody wakes it. */
const IDLE = 1_000;
/** After a round that failed as a whole. */
const PAUSE = 5_000;

export interface ExchangeParts extends CourierParts {
  readonly store: CourierParts['store'] & ReceivingParts['store'];
  readonly keyring: Keyring;
  readonly decryption: Decryption;
}

export interface OpenExchange extends Exchange {
  /** The ledger went on. */
  wake(): void;
  /** Ends what is under way and begins nothing new. */
  close(): Promise<void>;
}

export async function openExchange(parts: ExchangeParts): Promise<OpenExchange> {
  const courier = openCourier(parts);
  let closed = false;
  let woken = false;
  let rouse: (() => void) | undefined;
  // What waited for an address, or for a gateway that was down, is tried at once after a start.
  await parts.store.dossiers.hurry(parts.clock());

  function sleep(milliseconds: number): Promise<void> {
    if (woken || closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => rouse?.(), milliseconds);
      rouse = () => {
        clearTimeout(timer);
        rouse = undefined;
        resolve();
      };
    });
  }

  async function run(): Promise<void> {
    while (!closed) {
      woken = false;
      try {
        await courier.round();
        await sleep(IDLE);
      } catch (error) {
        parts.report(error);
        woken = false;
        await sleep(PAUSE);
      }
    }
  }

  const running = run();
  return {
    receive: openReceiving(parts),
    wake() {
      woken = true;
      rouse?.();
    },
    async close() {
      closed = true;
      rouse?.();
      await running;
    },
  };
}
