// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, Line, Sheet} from './ILines.sol';

/// @notice A line of evidence. Five consecutive storage slots.
/// @param line Its state is packed by library `EvidenceState`.
/// @param origins Up to eight 4-byte participant numbers from the most significant end; 0: the collector alone.
/// @param bases Up to eight 4-byte agreement numbers from the most significant end: what it was received under.
struct Evidence {
    Line line;
    uint256 origins;
    uint256 bases;
}

/// @notice A line of a hold. Four consecutive storage slots.
/// @param line Its state: byte 0 status (1 on, 2 lifted), bytes 4 to 7 the participant.
/// @param items keccak256 of the evidence subjects, as listed.
struct Hold {
    Line line;
    bytes32 items;
}

/// @title Custody of evidence
/// @notice Who holds what, and every step of how it came there. Custody moves only when the recipient's signed
/// acceptance follows the holder's signed release.
/// @dev Trust. The ledger proves who stated what and in which order, never that it was so. It trusts the Consortium for
/// keys and the Agreements for the gate; both are named at construction and can never be changed.
interface ICustody is IBatches {
    /// @notice The Consortium of the given Agreements is another one.
    error ConsortiumForeign(address consortium);

    /// @notice The sheets are not a late release and the acceptance that follows it, one statement each.
    error NotAPair();

    /// @notice A handover that took place in time and reaches the ledger too late: the release (code late) is judged by
    /// the agreements at its claimed time, the acceptance on the outcome of the release. Both are included, or neither.
    /// The line bears the late mark for ever, and so does what is derived from it.
    /// @dev A sheet whose signature does not prove leaves no trace; the other is then judged without it.
    /// @param release A sheet of one: a release with code late.
    /// @param acceptance A sheet of one: an acceptance whose previous is that release.
    function submitLate(Sheet calldata release, Sheet calldata acceptance) external;

    /// @notice A line of evidence.
    function evidence(bytes32 subject) external view returns (Line memory line, uint256 origins, uint256 bases);

    /// @notice A line of a hold.
    function holds(bytes32 subject) external view returns (Line memory line, bytes32 items);

    /// @notice Whether a release has used up this consent.
    function consentUsed(bytes32 consent) external view returns (bool);

    /// @notice Where the gate is asked.
    function agreements() external view returns (address);
}
