// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Kinds of leaves in the tree of a retired ledger: docs/protocol.md 8.1. The numbers are part of the protocol.
library Leaves {
    uint256 internal constant EVIDENCE = 1;
    uint256 internal constant HOLD = 2;
    uint256 internal constant CONSENT = 3;
    uint256 internal constant REQUEST = 4;
    uint256 internal constant AGREEMENT = 5;
    uint256 internal constant PARTICIPANT = 6;
    uint256 internal constant KEY = 7;
}
