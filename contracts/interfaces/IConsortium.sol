// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILines, Line} from './ILines.sol';

/// @notice What the constructor decodes: `abi.encode(founding)`, whose keccak256 is the founding hash.
/// @param nonce Random, so that no two ledgers have one founding hash.
/// @param predecessor keccak256 of the ABI-encoded heritage that a retired ledger signed; 0: none.
/// @param members Numbered from 1, in this order; none where there is a predecessor, whose members go on.
struct Founding {
    bytes32 nonce;
    bytes32 predecessor;
    Member[] members;
}

/// @notice What a retired ledger leaves to its successor. Two storage slots, the second from the least significant end.
/// @param root Of the Merkle tree of its lines and keys, sorted pairs; docs/protocol.md 8.1.
/// @param participants How many it has,
/// @param keys how many were enrolled,
/// @param agreements and opened.
struct Heritage {
    bytes32 root;
    uint32 participants;
    uint32 keys;
    uint32 agreements;
}

/// @param code 1 to 16 characters of `A-Z 0-9 -`, right-padded with zero bytes.
/// @param jurisdiction ISO 3166-1 alpha-2 in ASCII.
/// @param kind 1 agency, 2 court, 3 laboratory, 4 carrier, 5 expert.
/// @param sponsor Number of an agency; 0 for agencies.
/// @param key The first one, with the power authority.
struct Member {
    bytes32 code;
    uint16 jurisdiction;
    uint8 kind;
    uint32 sponsor;
    Key key;
}

/// @param scheme 1 secp256k1, 2 P-256, 3 WebAuthn.
/// @param powers Bit set: 1 authority, 2 custody, 4 service, 8 receipt, 16 encryption.
/// @param acts Bit n: may sign act n.
/// @param from First second of validity.
/// @param until First second after it.
struct Key {
    uint8 scheme;
    uint8 powers;
    uint32 acts;
    uint40 from;
    uint40 until;
    bytes32 x;
    bytes32 y;
}

/// @notice A participant on the ledger; never deleted. Four consecutive storage slots.
/// @param line Its own. The state is packed by library `Participants`.
/// @param code 1 to 16 characters of `A-Z 0-9 -`, right-padded with zero bytes.
struct Participant {
    Line line;
    bytes32 code;
}

/// @notice A key on the ledger; never deleted, never enrolled twice.
/// @param info Packed by library `Keys`; 0: not enrolled.
struct EnrolledKey {
    uint256 info;
    bytes32 x;
    bytes32 y;
}

/// @notice A signature over the sheet of one that holds a statement.
/// @param key Id of the key that signed.
struct Signature {
    bytes32 key;
    bytes signature;
}

/// @notice How many there are. One storage slot, from the least significant end.
/// @param participants The number of the newest.
/// @param activeAgencies Agencies that are not suspended: those that vote.
/// @param keys The number of the newest.
struct Tally {
    uint32 participants;
    uint32 activeAgencies;
    uint32 keys;
}

/// @title Participants and their keys
/// @notice Who may speak, with which key, since when. Membership changes by what more than two thirds of the active
/// agencies signed; a participant's own keys change by what it signed itself.
/// @dev Trust. The founders are trusted to have checked each other's first keys: a founding carries no signatures. After
/// that, more than two thirds of the active agencies can do anything to membership, and nothing to a line of evidence.
/// They can enrol a key for a participant that has lost its own; such a key bears a mark for ever.
///
/// The verifiers of P-256 and WebAuthn are trusted to say yes only to a good signature. They are named at construction
/// and can never be changed. Zero: signatures of that scheme never prove.
interface IConsortium is ILines {
    /// @notice The signatures after the first that came with a statement, as sent, whether they counted or not. Stands
    /// before the statement's `Judged`, and is absent where there was only one signature.
    event Endorsed(bytes32 indexed digest, Signature[] signatures);

    /// @notice The bytes are not the canonical ABI encoding of a founding with at least one agency, or of one without
    /// members that names this heritage.
    error FoundingMalformed();

    /// @notice This member of the founding (counted from 1), or its key, is malformed or stands twice.
    error MemberMalformed(uint256 member);

    /// @notice Participants, keys or agreements of the ledger before this one are still to be inherited; until then
    /// nothing is taken that would be numbered after them, or voted on by them.
    error HeritageIncomplete();

    /// @notice A signature is to be verified by a contract, and there is not gas enough for what that may take.
    /// Whether a signature proves must not depend on who paid for how much gas.
    error GasTooLow();

    /// @notice Judges one statement with all signatures over its sheet of one; the first is of the statement's key.
    /// @dev Without a trace if the statement cannot be read or the first signature does not prove.
    ///
    /// Warning: anybody can carry a statement with fewer signatures than it has. It is then rejected, on record, as
    /// `NOT_APPROVED` or `KEY_UNPROVEN`, and can be carried again with all of them.
    /// @param statement In the wire form of docs/protocol.md 2.1.
    /// @param signatures Approvals in ascending order of their participants.
    function submit(bytes calldata statement, Signature[] calldata signatures) external;

    /// @notice Whether a signature proves that a key signed a hash.
    /// @dev Reverts with `LedgerRetired` after retirement: all judging goes through here.
    ///
    /// Warning: proven is not permitted. The caller must check revocation, validity, powers and acts in `keyInfo`, and
    /// the status in `participantInfo`.
    /// @param key Id of the key.
    /// @param hash What was signed.
    /// @param signature In the form of the key's scheme.
    /// @return keyInfo Packed by library `Keys`; 0: not proven, not enrolled, or a key for encryption only.
    /// @return participantInfo Packed by library `Participants`; 0 with `keyInfo`.
    function authenticate(
        bytes32 key,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (uint256 keyInfo, uint256 participantInfo);

    /// @notice A participant, packed by library `Participants`; 0: there is none of this number.
    function participantInfo(uint32 number) external view returns (uint256);

    /// @notice A key, packed by library `Keys`; 0: not enrolled.
    function keyInfo(bytes32 id) external view returns (uint256);

    /// @notice The consortium's line. Its state: byte 0 status (1 founded, 2 retired), bytes 1 to 8 `tag`.
    function consortiumLine() external view returns (Line memory line);

    /// @notice A participant's line and code.
    function participants(uint256 number) external view returns (Line memory line, bytes32 code);

    /// @notice A key with its public key.
    function keys(bytes32 id) external view returns (uint256 info, bytes32 x, bytes32 y);

    /// @notice How many participants, active agencies and keys there are.
    function tally() external view returns (uint32 participants, uint32 activeAgencies, uint32 keys);

    /// @notice keccak256 of the ABI-encoded heritage of the ledger before this one; 0: none.
    function predecessor() external view returns (bytes32);

    /// @notice What the ledger before this one left; zero: there was none.
    function heritage() external view returns (Heritage memory);

    /// @notice Root of the heritage. Reverts with `LedgerRetired` after retirement: all carrying goes through here.
    function inheritedRoot() external view returns (bytes32);

    /// @notice What subjects that are opened here have after their opener's number: the first eight bytes of the founding
    /// hash where there is a predecessor, else zero, for anything.
    function tag() external view returns (bytes8);

    /// @notice ERC-7913 verifier of scheme 2, or zero.
    function p256Verifier() external view returns (address);

    /// @notice ERC-7913 verifier of scheme 3, or zero.
    function webauthnVerifier() external view returns (address);
}
