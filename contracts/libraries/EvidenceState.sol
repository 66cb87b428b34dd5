// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The state word of a line of evidence, from the most significant byte:
///
///     0 status · 1 marks (bit 0: late) · 2 holds on · 3 in transit (bit 0: crosses a border) · 4–7 holder ·
///     8–9 restrictions · 10–11 purposes · and while in transit, what the release named: 12–15 recipient ·
///     16–19 number of recipientKey · 20–23 number of the releasing key · 24–27 number of the agreement ·
///     28–29 purpose · 30–31 restrictions
library EvidenceState {
    uint256 internal constant HELD = 1;
    uint256 internal constant IN_TRANSIT = 2;
    uint256 internal constant RETURNING = 3;
    uint256 internal constant DISPOSED = 4;
    uint256 internal constant LOST = 5;

    uint256 internal constant ALL_PURPOSES = 0xffff;
    uint256 internal constant MOST_HOLDS = 255;

    uint256 private constant LATE = 1 << 240;
    uint256 private constant ONE_HOLD = 1 << 232;
    uint256 private constant CROSSES = 1 << 224;
    uint256 private constant RELEASE = CROSSES | type(uint160).max;

    /// @notice A line as it is opened.
    function opened(
        uint256 holder_,
        uint256 restrictions_,
        uint256 purposes_,
        bool late_
    ) internal pure returns (uint256) {
        return (HELD << 248) | (late_ ? LATE : 0) | (holder_ << 192) | (restrictions_ << 176) | (purposes_ << 160);
    }

    /// @notice In transit, with nothing named that the gate would judge.
    function released(
        uint256 state,
        uint256 recipient_,
        uint256 recipientKey_,
        uint256 key,
        uint256 restrictions_
    ) internal pure returns (uint256) {
        return
            withStatus(state, IN_TRANSIT) | (recipient_ << 128) | (recipientKey_ << 96) | (key << 64) | restrictions_;
    }

    /// @notice In transit, under what the gate let through.
    function under(uint256 state, uint256 agreement_, uint256 purpose, bool crosses_) internal pure returns (uint256) {
        return state | (agreement_ << 32) | (purpose << 16) | (crosses_ ? CROSSES : 0);
    }

    function markedLate(uint256 state) internal pure returns (uint256) {
        return state | LATE;
    }

    /// @notice Held by the recipient, under what the release named.
    function accepted(uint256 state) internal pure returns (uint256) {
        uint256 purposes_ = crosses(state) ? uint16(state >> 16) : purposes(state);
        return
            (HELD << 248) |
            (state & ((0xff << 240) | (0xff << 232))) |
            (recipient(state) << 192) |
            (uint256(uint16(state)) << 176) |
            (purposes_ << 160);
    }

    /// @notice Another status, and what the release named forgotten.
    function settled(uint256 state, uint256 status_) internal pure returns (uint256) {
        return withStatus(state & ~RELEASE, status_);
    }

    function withStatus(uint256 state, uint256 status_) internal pure returns (uint256) {
        return uint248(state) | (status_ << 248);
    }

    function oneHoldMore(uint256 state) internal pure returns (uint256) {
        return state + ONE_HOLD;
    }

    function oneHoldLess(uint256 state) internal pure returns (uint256) {
        return state - ONE_HOLD;
    }

    function status(uint256 state) internal pure returns (uint256) {
        return state >> 248;
    }

    function late(uint256 state) internal pure returns (bool) {
        return state & LATE != 0;
    }

    function holds(uint256 state) internal pure returns (uint256) {
        return uint8(state >> 232);
    }

    function crosses(uint256 state) internal pure returns (bool) {
        return state & CROSSES != 0;
    }

    function holder(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 192);
    }

    function restrictions(uint256 state) internal pure returns (uint256) {
        return uint16(state >> 176);
    }

    function purposes(uint256 state) internal pure returns (uint256) {
        return uint16(state >> 160);
    }

    function recipient(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 128);
    }

    function recipientKey(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 96);
    }

    function releasingKey(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 64);
    }

    function agreement(uint256 state) internal pure returns (uint256) {
        return uint32(state >> 32);
    }
}
