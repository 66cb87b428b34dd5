// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC7913P256Verifier} from '@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913P256Verifier.sol';

/// @notice OpenZeppelin's verifier of P-256 signatures, deployed beside a ledger and named at its construction. Uses the
/// precompile where the engine has it, and computes in Solidity where not.
contract P256Verifier is ERC7913P256Verifier {}
