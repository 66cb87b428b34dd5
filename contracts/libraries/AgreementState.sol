// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The state word of an agreement's line, from the most significant byte:
///
///     0 status · 1 how many parties · 2–3 zero · 4–7 number · 8–11 signed (bit i: the party at position i) ·
///     12–16 concluded at · 17–21 ended at · 22–31 zero
library AgreementState {
    uint256 internal constant OPEN = 1;
    uint256 internal constant CONCLUDED = 2;
    uint256 internal constant ENDED = 3;

    function opened(uint256 number_, uint256 parties) internal pure returns (uint256) {
        return (OPEN << 248) | (parties << 240) | (number_ << 192);
    }

    /// @notice Signed for some parties more; concluded, if these were the last.
    function sign(uint256 state, uint256 parties, uint256 time) internal pure returns (uint256) {
        state |= parties << 160;
        uint256 all = (1 << uint8(state >> 240)) - 1;
        if (signed(state) != all) return state;
        return (uint248(state)) | (CONCLUDED << 248) | (time << 120);
    }

    function end(uint256 state, uint256 time) internal pure returns (uint256) {
        return (uint248(state)) | (ENDED << 248) | (time << 80);
    }

    function ended(uint256 state) internal pure returns (bool) {
        return state >> 248 == ENDED;
    }

    function endedBy(uint256 state, uint256 time) internal pure returns (bool) {
        return ended(state) && uint40(state >> 80) <= time;
    }

    function concludedBy(uint256 state, uint256 time) internal pure returns (bool) {
        uint256 concluded = uint40(state >> 120);
        return concluded != 0 && concluded <= time;
    }

    function number(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 192);
    }

    function signed(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 160);
    }
}
