// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The terms of an agreement: as a statement's list (docs/protocol.md 4.1), and what the gate needs of them in
/// one word, from the most significant byte:
///
///     0–1 purposes · 2–3 restrictions · 4 onward rule · 5 permission needed for court use · 6–10 from · 11–15 until ·
///     16–31 zero
library Terms {
    uint256 internal constant ONWARD_NONE = 0;
    uint256 internal constant ONWARD_CONSENT = 1;
    uint256 internal constant ONWARD_PARTIES = 2;

    uint256 internal constant PARTICIPANT = 1;
    uint256 internal constant JURISDICTION = 2;

    /// @notice Where the parties begin in the list.
    uint256 internal constant FIRST_PARTY = 8;

    /// @notice The eight words before the parties.
    /// @return packed What the gate needs.
    /// @return fit Whether each is in range, and the agreement is to be valid after `time`.
    function pack(bytes32[] calldata words, uint256 time) internal pure returns (uint256 packed, bool fit) {
        uint256 purposes_ = uint256(words[2]);
        uint256 restrictions_ = uint256(words[3]);
        uint256 onward_ = uint256(words[4]);
        uint256 court = uint256(words[5]);
        uint256 from_ = uint256(words[6]);
        uint256 until_ = uint256(words[7]);
        fit =
            purposes_ != 0 &&
            purposes_ <= 0x0fff &&
            restrictions_ <= 0x0007 &&
            onward_ <= ONWARD_PARTIES &&
            court <= 1 &&
            from_ < until_ &&
            until_ <= type(uint40).max &&
            until_ > time;
        packed =
            (purposes_ << 240) |
            (restrictions_ << 224) |
            (onward_ << 216) |
            (court << 208) |
            (from_ << 168) |
            (until_ << 128);
    }

    /// @notice A party's word: `kind << 64 | who << 32 | signatory`.
    /// @return party `kind << 32 | who`.
    /// @return kind 1 participant, 2 jurisdiction; any other number is none.
    function readParty(
        bytes32 word
    ) internal pure returns (uint256 party, uint256 kind, uint256 who, uint256 signatory) {
        party = uint256(word) >> 32;
        kind = party >> 32;
        who = uint32(party);
        signatory = uint32(uint256(word));
    }

    function participantParty(uint256 number) internal pure returns (uint256) {
        return (PARTICIPANT << 32) | number;
    }

    function jurisdictionParty(uint256 letters) internal pure returns (uint256) {
        return (JURISDICTION << 32) | letters;
    }

    function purposes(uint256 packed) internal pure returns (uint256) {
        return packed >> 240;
    }

    function restrictions(uint256 packed) internal pure returns (uint256) {
        return uint16(packed >> 224);
    }

    function onward(uint256 packed) internal pure returns (uint256) {
        return uint8(packed >> 216);
    }

    function courtNeedsConsent(uint256 packed) internal pure returns (bool) {
        return uint8(packed >> 208) != 0;
    }

    function from(uint256 packed) internal pure returns (uint256) {
        return uint40(packed >> 168);
    }

    function until(uint256 packed) internal pure returns (uint256) {
        return uint40(packed >> 128);
    }
}
