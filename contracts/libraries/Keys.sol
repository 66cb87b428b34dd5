// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key} from '../interfaces/IConsortium.sol';

/// @notice A key's info word, from the most significant byte:
///
///     0–3 participant · 4–7 number · 8 scheme · 9 powers · 10–13 acts · 14–18 from · 19–23 until · 24–28 revokedAt ·
///     29 marks (bit 0: enrolled by the consortium) · 30–31 zero
library Keys {
    uint256 internal constant SECP256K1 = 1;
    uint256 internal constant P256 = 2;
    uint256 internal constant WEBAUTHN = 3;

    uint256 internal constant AUTHORITY = 1;
    uint256 internal constant ENCRYPTION = 16;

    /// @notice Length of a key in a statement's list, in words.
    uint256 internal constant WORDS = 7;

    function id(Key memory key) internal pure returns (bytes32) {
        return keccak256(abi.encodePacked(key.scheme, key.x, key.y));
    }

    /// @notice Whether scheme, powers, acts and validity are in range.
    function formed(Key memory key) internal pure returns (bool) {
        return
            key.scheme >= SECP256K1 &&
            key.scheme <= WEBAUTHN &&
            key.powers >= 1 &&
            key.powers <= 31 &&
            key.acts < 1 << 25 &&
            key.from < key.until;
    }

    /// @notice Reads a key from the seven words of a statement's list.
    /// @return key The key, of which nothing is checked but that each word fits.
    /// @return fits Whether each word fits its field.
    function read(bytes32[] calldata words) internal pure returns (Key memory key, bool fits) {
        fits =
            uint256(words[0]) <= type(uint8).max &&
            uint256(words[1]) <= type(uint8).max &&
            uint256(words[2]) <= type(uint32).max &&
            uint256(words[3]) <= type(uint40).max &&
            uint256(words[4]) <= type(uint40).max;
        key = Key({
            scheme: uint8(uint256(words[0])),
            powers: uint8(uint256(words[1])),
            acts: uint32(uint256(words[2])),
            from: uint40(uint256(words[3])),
            until: uint40(uint256(words[4])),
            x: words[5],
            y: words[6]
        });
    }

    function pack(
        Key memory key,
        uint256 participantNumber,
        uint256 keyNumber,
        bool byConsortium
    ) internal pure returns (uint256) {
        return
            (participantNumber << 224) |
            (keyNumber << 192) |
            (uint256(key.scheme) << 184) |
            (uint256(key.powers) << 176) |
            (uint256(key.acts) << 144) |
            (uint256(key.from) << 104) |
            (uint256(key.until) << 64) |
            (byConsortium ? 1 << 16 : 0);
    }

    function revoke(uint256 info, uint256 time) internal pure returns (uint256) {
        return info | (time << 24);
    }

    function participant(uint256 info) internal pure returns (uint256) {
        return info >> 224;
    }

    function number(uint256 info) internal pure returns (uint256) {
        return uint32(info >> 192);
    }

    function scheme(uint256 info) internal pure returns (uint256) {
        return uint8(info >> 184);
    }

    function powers(uint256 info) internal pure returns (uint256) {
        return uint8(info >> 176);
    }

    function maySign(uint256 info, uint256 act) internal pure returns (bool) {
        return (uint32(info >> 144) >> act) & 1 != 0;
    }

    function validAt(uint256 info, uint256 time) internal pure returns (bool) {
        return uint40(info >> 104) <= time && time < uint40(info >> 64);
    }

    function revoked(uint256 info) internal pure returns (bool) {
        return uint40(info >> 24) != 0;
    }
}
