// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, Line} from './ILines.sol';

/// @notice A release, as the gate sees it.
/// @param evidence Subject of the line.
/// @param agreement Subject of the agreement that it rests on; 0: none.
/// @param request Subject of the request that it answers; 0: none.
/// @param holder Number of the releasing participant.
/// @param holderInfo Packed by library `Participants`.
/// @param recipient Number of the recipient.
/// @param recipientInfo Packed by library `Participants`.
/// @param purpose Bit set that the release names.
/// @param restrictions Bit set that the release names.
/// @param linePurposes Bit set that the line allows.
/// @param lineRestrictions Bit set that the line bears.
/// @param origins Up to eight 4-byte participant numbers from the most significant end; at least one.
/// @param bases Up to eight 4-byte agreement numbers from the most significant end.
/// @param moment The time that agreements are judged by.
/// @param consents Subjects of the listed consents, at most 8.
/// @param used Bit i: the consent at position i was used by another release.
struct Crossing {
    bytes32 evidence;
    bytes32 agreement;
    bytes32 request;
    uint256 holder;
    uint256 holderInfo;
    uint256 recipient;
    uint256 recipientInfo;
    uint256 purpose;
    uint256 restrictions;
    uint256 linePurposes;
    uint256 lineRestrictions;
    uint256 origins;
    uint256 bases;
    uint256 moment;
    bytes32[] consents;
    uint256 used;
}

/// @title Agreements, requests and consents
/// @notice What a release to another jurisdiction, to a court or beyond its restrictions rests on.
/// @dev Trust. An agreement binds who signed it, and whoever its signatories speak for: that an agency may sign for its
/// jurisdiction is what the other parties believe when they sign the same terms. The texts are off the ledger.
interface IAgreements is IBatches {
    /// @notice The gate (docs/protocol.md 6): whether the law that is on the ledger lets this release through.
    /// @dev Asked by Custody at the moment of inclusion. Reads nothing of Custody.
    ///
    /// Warning: believes what it is told of evidence and participants. An answer is worth what the caller's argument is.
    /// @return reason 0, or a number of `Reasons`.
    /// @return agreement Number of the agreement that the release names; 0: none.
    function gate(Crossing calldata crossing) external view returns (uint256 reason, uint256 agreement);

    /// @notice An agreement's line, and the hash of its terms as listed.
    function agreements(bytes32 subject) external view returns (Line memory line, bytes32 termsHash);

    /// @notice A request's line.
    function requests(bytes32 subject) external view returns (Line memory line);

    /// @notice A consent's line, and the evidence that it names.
    function consents(bytes32 subject) external view returns (Line memory line, bytes32 evidence);

    /// @notice How many agreements were opened; the number of the newest.
    function agreementCount() external view returns (uint256);

    /// @notice What the gate needs of an agreement's terms, packed by library `Terms`, by the agreement's number.
    function terms(uint256 number) external view returns (uint256);

    /// @notice Whether a party (`kind << 32 | who`) stands in an agreement, by the agreement's number.
    function parties(uint256 number, uint256 party) external view returns (bool);

    /// @notice For which parties a participant signs an agreement: bit i is the party at position i of the terms.
    function signatories(uint256 number, uint256 participant) external view returns (uint256);
}
