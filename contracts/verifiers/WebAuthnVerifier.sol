// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC7913WebAuthnVerifier} from '@openzeppelin/contracts/utils/cryptography/verifiers/ERC7913WebAuthnVerifier.sol';

/// @notice OpenZeppelin's verifier of WebAuthn assertions. Needs an engine with Cancun's opcodes; a ledger elsewhere
/// names the zero address instead.
contract WebAuthnVerifier is ERC7913WebAuthnVerifier {}
