/** The exchange with other gateways: takes dossiers from them at any time, and brings them theirs. */
import type { Decryption, Exchange } from '../custody/dossiers.ts';
import type { Keyring } from '../custody/ports.ts';
import { openCourier, type CourierParts } from './courier.ts';
import { openReceiving, type ReceivingParts } from './receiving.ts';

/** Milliseconds between two looks at what is owed, in case nobody wakes it. */
const IDLE = 1_000;
/** For so long what comes is gathered before it is looked at: a busy ledger goes on many times a second. */
const GATHER = 200;
/** After a round that failed as a whole. */
const PAUSE = 5_000;

export interface ExchangeParts extends Omit<CourierParts, 'receive'> {
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
  const receive = openReceiving(parts);
  const courier = openCourier({ ...parts, receive });
  let closed = false;
  let woken = false;
  /** Whether news cut a rest short. */
  let listening = true;
  let rouse: (() => void) | undefined;
  // What waited for an address, or for a gateway that was down, is tried at once after a start.
  await parts.store.dossiers.hurry(parts.clock());

  /** Until it is roused, if it may be, or closed. */
  function rest(milliseconds: number): Promise<void> {
    if (closed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => rouse?.(), milliseconds);
      rouse = () => {
        clearTimeout(timer);
        rouse = undefined;
        resolve();
      };
    });
  }

  async function sleep(): Promise<void> {
    if (!woken) await rest(IDLE);
    listening = false;
    if (woken) await rest(GATHER);
    listening = true;
  }

  async function run(): Promise<void> {
    while (!closed) {
      woken = false;
      try {
        await courier.round();
        await sleep();
      } catch (error) {
        parts.report(error);
        listening = false;
        await rest(PAUSE);
        listening = true;
      }
    }
  }

  const running = run();
  return {
    receive,
    wake() {
      woken = true;
      if (listening) rouse?.();
    },
    async close() {
      closed = true;
      rouse?.();
      await running;
    },
  };
}
