// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Why a statement was rejected: docs/protocol.md 9. The numbers are part of the protocol.
library Reasons {
    uint256 internal constant INCLUDED = 0;
    uint256 internal constant UNSIGNED = 1;
    uint256 internal constant KEY_FOREIGN = 2;
    uint256 internal constant MALFORMED = 3;
    uint256 internal constant FUTURE = 4;
    uint256 internal constant EXPIRY = 5;
    uint256 internal constant EXPIRED = 6;
    uint256 internal constant KEY_REVOKED = 7;
    uint256 internal constant KEY_EXPIRED = 8;
    uint256 internal constant KEY_POWER = 9;
    uint256 internal constant KEY_ACT = 10;
    uint256 internal constant SUSPENDED = 11;
    uint256 internal constant FOREIGN_NUMBER = 12;
    uint256 internal constant LINE_EXISTS = 13;
    uint256 internal constant LINE_UNKNOWN = 14;
    uint256 internal constant REPLAYED = 15;
    uint256 internal constant STALE = 16;
    uint256 internal constant CLOSED = 17;
    uint256 internal constant IN_TRANSIT = 18;
    uint256 internal constant NOT_RELEASED = 19;
    uint256 internal constant NOT_LOST = 20;
    uint256 internal constant NOT_HOLDER = 21;
    uint256 internal constant NOT_RECIPIENT = 22;
    uint256 internal constant NOT_AUTHOR = 23;
    uint256 internal constant SAME_KEY = 24;
    uint256 internal constant ON_HOLD = 25;
    uint256 internal constant RECIPIENT = 26;
    uint256 internal constant RESTRICTION_DROPPED = 27;
    uint256 internal constant PARENTS = 28;
    uint256 internal constant TOO_MANY = 29;
    uint256 internal constant LATE_ALONE = 30;
    uint256 internal constant NOT_ENTITLED = 31;
    uint256 internal constant NO_BASIS = 32;
    uint256 internal constant AGREEMENT_UNKNOWN = 33;
    uint256 internal constant AGREEMENT_EARLY = 34;
    uint256 internal constant AGREEMENT_OVER = 35;
    uint256 internal constant NOT_COVERED = 36;
    uint256 internal constant PURPOSE = 37;
    uint256 internal constant RESTRICTION = 38;
    uint256 internal constant ONWARD = 39;
    uint256 internal constant CONSENT = 40;
    uint256 internal constant CONSENT_USED = 41;
    uint256 internal constant CONSENT_MISSING = 42;
    uint256 internal constant REQUEST = 43;
    uint256 internal constant TERMS = 44;
    uint256 internal constant NOT_PARTY = 45;
    uint256 internal constant SIGNED_ALREADY = 46;
    uint256 internal constant KEY_EXISTS = 47;
    uint256 internal constant KEY_UNPROVEN = 48;
    uint256 internal constant NOT_APPROVED = 49;
    /// @notice Not a reason: at this position of a sheet only a digest was sent.
    uint256 internal constant NOT_SENT = 255;
}
