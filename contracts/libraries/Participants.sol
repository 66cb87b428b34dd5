// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A participant's info word, which is the state of its line, from the most significant byte:
///
///     0 status · 1 kind · 2–3 jurisdiction · 4–7 sponsor · 8–31 zero
library Participants {
    uint256 internal constant ACTIVE = 1;
    uint256 internal constant SUSPENDED = 2;

    uint256 internal constant AGENCY = 1;
    uint256 internal constant COURT = 2;
    uint256 internal constant EXPERT = 5;

    /// @notice The subject of a participant's line.
    function subject(uint256 number) internal pure returns (bytes32) {
        return bytes32(number << 224);
    }

    /// @notice The participant that may open a line of this subject.
    function opener(bytes32 subject_) internal pure returns (uint256) {
        return uint256(subject_) >> 224;
    }

    function pack(uint256 kind_, uint256 jurisdiction_, uint256 sponsor) internal pure returns (uint256) {
        return (ACTIVE << 248) | (kind_ << 240) | (jurisdiction_ << 224) | (sponsor << 192);
    }

    function withStatus(uint256 info, uint256 status_) internal pure returns (uint256) {
        return (uint248(info)) | (status_ << 248);
    }

    function active(uint256 info) internal pure returns (bool) {
        return info >> 248 == ACTIVE;
    }

    function kind(uint256 info) internal pure returns (uint256) {
        return uint8(info >> 240);
    }

    function jurisdiction(uint256 info) internal pure returns (uint256) {
        return uint16(info >> 224);
    }

    /// @notice Whether its authority keys vote.
    function votes(uint256 info) internal pure returns (bool) {
        return info >> 240 == (ACTIVE << 8) | AGENCY;
    }

    /// @notice Whether a jurisdiction is two letters of `A-Z`.
    function isJurisdiction(uint256 letters) internal pure returns (bool) {
        return letters <= type(uint16).max && _isLetter(letters >> 8) && _isLetter(uint8(letters));
    }

    /// @notice Whether a code is 1 to 16 of `A-Z 0-9 -`, right-padded with zero bytes.
    function isCode(bytes32 code) internal pure returns (bool) {
        uint256 length;
        for (; length < 16; ++length) {
            uint256 character = uint8(code[length]);
            if (character == 0) break;
            bool digitOrHyphen = (character >= 0x30 && character <= 0x39) || character == 0x2d;
            if (!digitOrHyphen && !_isLetter(character)) return false;
        }
        return length != 0 && uint256(code) << (8 * length) == 0;
    }

    function _isLetter(uint256 character) private pure returns (bool) {
        return character >= 0x41 && character <= 0x5a;
    }
}
