// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The state word of a request's line, from the most significant byte:
///
///     0 status · 1 code · 2–3 purpose · 4–7 who requests · 8–11 who is asked · 12–16 deadline · 17–31 zero
library RequestState {
    uint256 internal constant OPEN = 1;
    uint256 internal constant GRANTED = 2;
    uint256 internal constant REFUSED = 3;
    uint256 internal constant WITHDRAWN = 4;

    function opened(
        uint256 code,
        uint256 purpose,
        uint256 requester_,
        uint256 asked_,
        uint256 deadline
    ) internal pure returns (uint256) {
        return
            (OPEN << 248) |
            (code << 240) |
            (purpose << 224) |
            (requester_ << 192) |
            (asked_ << 160) |
            (deadline << 120);
    }

    function withStatus(uint256 state, uint256 status_) internal pure returns (uint256) {
        return uint248(state) | (status_ << 248);
    }

    function status(uint256 state) internal pure returns (uint256) {
        return state >> 248;
    }

    function requester(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 192);
    }

    function asked(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 160);
    }
}
