// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Why a statement was rejected: docs/protocol.md 9. The numbers are part of the protocol.
library Reasons {
    uint8 internal constant INCLUDED = 0;
    uint8 internal constant UNSIGNED = 1;
    uint8 internal constant KEY_FOREIGN = 2;
    uint8 internal constant MALFORMED = 3;
    uint8 internal constant FUTURE = 4;
    uint8 internal constant EXPIRY = 5;
    uint8 internal constant EXPIRED = 6;
    uint8 internal constant KEY_REVOKED = 7;
    uint8 internal constant KEY_EXPIRED = 8;
    uint8 internal constant KEY_POWER = 9;
    uint8 internal constant KEY_ACT = 10;
    uint8 internal constant SUSPENDED = 11;
    uint8 internal constant FOREIGN_NUMBER = 12;
    uint8 internal constant LINE_EXISTS = 13;
    uint8 internal constant LINE_UNKNOWN = 14;
    uint8 internal constant REPLAYED = 15;
    uint8 internal constant STALE = 16;
    uint8 internal constant CLOSED = 17;
    uint8 internal constant IN_TRANSIT = 18;
    uint8 internal constant NOT_RELEASED = 19;
    uint8 internal constant NOT_LOST = 20;
    uint8 internal constant NOT_HOLDER = 21;
    uint8 internal constant NOT_RECIPIENT = 22;
    uint8 internal constant NOT_AUTHOR = 23;
    uint8 internal constant SAME_KEY = 24;
    uint8 internal constant ON_HOLD = 25;
    uint8 internal constant RECIPIENT = 26;
    uint8 internal constant RESTRICTION_DROPPED = 27;
    uint8 internal constant PARENTS = 28;
    uint8 internal constant TOO_MANY = 29;
    uint8 internal constant LATE_ALONE = 30;
    uint8 internal constant NOT_ENTITLED = 31;
    uint8 internal constant NO_BASIS = 32;
    uint8 internal constant AGREEMENT_UNKNOWN = 33;
    uint8 internal constant AGREEMENT_EARLY = 34;
    uint8 internal constant AGREEMENT_OVER = 35;
    uint8 internal constant NOT_COVERED = 36;
    uint8 internal constant PURPOSE = 37;
    uint8 internal constant RESTRICTION = 38;
    uint8 internal constant ONWARD = 39;
    uint8 internal constant CONSENT = 40;
    uint8 internal constant CONSENT_USED = 41;
    uint8 internal constant CONSENT_MISSING = 42;
    uint8 internal constant REQUEST = 43;
    uint8 internal constant TERMS = 44;
    uint8 internal constant NOT_PARTY = 45;
    uint8 internal constant SIGNED_ALREADY = 46;
    uint8 internal constant KEY_EXISTS = 47;
    uint8 internal constant KEY_UNPROVEN = 48;
    uint8 internal constant NOT_APPROVED = 49;
    /// @notice Not a reason: at this position of a sheet only a digest was sent.
    uint8 internal constant NOT_SENT = 255;
}
