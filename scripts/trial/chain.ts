/** An embedded chain in this process that answers JSON-RPC, as a place for ledgers. */
import { openEmbedded } from '../../server/chain/embedded/engine.ts';
import { openEndpoint } from '../../server/chain/embedded/endpoint.ts';
import type { Rpc } from '../../server/chain/rpc.ts';
import { randomSecret } from '../../server/keyring/secrets.ts';
import type { ChainPlace } from './consortium.ts';

export interface Chain extends ChainPlace {
  close(): Promise<void>;
}

/** @param folder for its journal */
export async function openChain(folder: string): Promise<Chain> {
  const engine = await openEmbedded(folder, () => Math.floor(Date.now() / 1000));
  return serveChain(engine, () => engine.close());
}

/** @param stop ends what answers */
export async function serveChain(rpc: Rpc, stop: () => Promise<void>): Promise<Chain> {
  const endpoint = await openEndpoint(rpc, 0);
  return {
    urls: [endpoint.url],
    relays: [{ privateKey: randomSecret() }, { privateKey: randomSecret() }],
    async close() {
      await endpoint.close();
      await stop();
    },
  };
}
