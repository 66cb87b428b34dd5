import { buildModule } from '@nomicfoundation/hardhat-ignition/modules';
import { ZeroAddress } from 'ethers';

/**
 * A ledger: consortium, agreements, custody, and the verifier of P-256 signatures beside them.
 *
 * Parameter `founding`: the ABI-encoded founding (docs/protocol.md 8); `heritage`: the ABI-encoded heritage of the ledger
 * that it succeeds, if there is one (8.1). The WebAuthn verifier is zero for now.
 */
export default buildModule('Ledger', (module) => {
  const founding = module.getParameter('founding');
  const heritage = module.getParameter('heritage', '0x');
  const p256Verifier = module.contract('P256Verifier');
  const consortium = module.contract('Consortium', [founding, heritage, p256Verifier, ZeroAddress]);
  const agreements = module.contract('Agreements', [consortium]);
  const custody = module.contract('Custody', [consortium, agreements]);
  return { p256Verifier, consortium, agreements, custody };
});
