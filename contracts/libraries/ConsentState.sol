// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The state word of a consent's line, from the most significant byte:
///
///     0 status · 1 zero · 2–3 purpose · 4–7 giver · 8–11 recipient · 12–31 zero
library ConsentState {
    uint256 internal constant GIVEN = 1;
    uint256 internal constant WITHDRAWN = 2;

    function given(uint256 purpose, uint256 giver_, uint256 recipient) internal pure returns (uint256) {
        return (GIVEN << 248) | (purpose << 224) | (giver_ << 192) | (recipient << 160);
    }

    function withdrawn(uint256 state) internal pure returns (uint256) {
        return uint248(state) | (WITHDRAWN << 248);
    }

    function status(uint256 state) internal pure returns (uint256) {
        return state >> 248;
    }

    function giver(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 192);
    }
}
