// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {MerkleProof} from '@openzeppelin/contracts/utils/cryptography/MerkleProof.sol';
import {ILines, Leaf, Line} from './interfaces/ILines.sol';
import {Acts} from './libraries/Acts.sol';
import {Keys} from './libraries/Keys.sol';
import {Participants} from './libraries/Participants.sol';
import {Reasons} from './libraries/Reasons.sol';
import {Statement} from './libraries/Statements.sol';

/// @notice What every statement is judged by, whatever it is about (docs/protocol.md 5, steps 1 to 6), and how a line
/// goes on.
abstract contract Lines is ILines {
    /// @dev How far the claimed time may be ahead of the block's, in seconds.
    uint256 private constant MOST_AHEAD = 120;
    /// @dev How long a statement may wait for its inclusion, in seconds.
    uint256 private constant LONGEST_WAIT = 30 days;

    /// @inheritdoc ILines
    bytes32 public foundingHash;

    constructor(bytes32 foundingHash_) {
        foundingHash = foundingHash_;
    }

    /// @inheritdoc ILines
    function inherit(Leaf[] calldata leaves) external {
        bytes32 root = _inheritedRoot();
        for (uint256 i; i < leaves.length; ++i) {
            bytes32[] calldata words = leaves[i].words;
            bytes32 leaf = keccak256(abi.encodePacked(words));
            if (!MerkleProof.verifyCalldata(leaves[i].proof, root, leaf)) revert NotInherited(i);
            (bool kept, bool fresh) = _inherit(uint256(words[0]), words);
            if (!kept) revert NotInherited(i);
            if (fresh) emit Inherited(words, leaves[i].proof);
        }
    }

    /// @dev Root of the tree of the ledger before this one. Reverts with `LedgerRetired` after retirement.
    function _inheritedRoot() internal view virtual returns (bytes32);

    /// @dev Opens a line, or enrols a key, as a leaf has it. What stands in the tree is well formed, because more than
    /// two thirds of the agencies signed its root.
    /// @return kept Whether this contract keeps this kind.
    /// @return fresh Whether it was not here yet.
    function _inherit(uint256 kind, bytes32[] calldata words) internal virtual returns (bool kept, bool fresh);

    /// @dev The part of a leaf that all lines have.
    /// @return fresh Whether the line was not here yet.
    function _inheritLine(Line storage line, bytes32[] calldata words) internal returns (bool fresh) {
        fresh = line.head == 0;
        if (fresh) {
            line.head = words[2];
            line.anchor = words[3];
            line.state = uint256(words[4]);
        }
    }

    /// @dev Steps 1 to 5: who, form, time, key, participant.
    /// @param key Info of the key whose signature proved.
    /// @param participant Info of the participant that the key belongs to.
    /// @param firstAct The acts that this contract keeps begin here
    /// @param lastAct and end here.
    function _judgeSigner(
        Statement memory statement,
        uint256 key,
        uint256 participant,
        uint256 firstAct,
        uint256 lastAct
    ) internal view returns (uint256) {
        uint256 act = statement.act;
        uint256 time = statement.time;
        uint256 expires = statement.expires;
        if (statement.participant != Keys.participant(key)) return Reasons.KEY_FOREIGN;

        if (act < firstAct || act > lastAct || !Acts.formed(statement)) return Reasons.MALFORMED;

        unchecked {
            // Claimed times have 40 bits: the sum is small, and the difference is huge if `expires` comes before `time`.
            if (time > block.timestamp + MOST_AHEAD) return Reasons.FUTURE;
            if (expires - time > LONGEST_WAIT) return Reasons.EXPIRY;
        }
        if (block.timestamp > expires) return Reasons.EXPIRED;

        if (Keys.revoked(key)) return Reasons.KEY_REVOKED;
        if (!Keys.validAt(key, time)) return Reasons.KEY_EXPIRED;
        if (Keys.powers(key) & Acts.powers(statement) == 0) return Reasons.KEY_POWER;
        if (!Keys.maySign(key, act)) return Reasons.KEY_ACT;

        if (!Participants.active(participant) && !Acts.allowedWhileSuspended(act)) return Reasons.SUSPENDED;
        return 0;
    }

    /// @dev Step 6 for a statement that opens a line.
    /// @param head Of the line; 0: there is none.
    /// @param tag What stands in a subject after its opener's number on a ledger that has a predecessor; 0: anything. So
    /// no line that the predecessor has can be opened anew before it was carried.
    function _judgeOpening(Statement memory statement, bytes32 head, bytes8 tag) internal pure returns (uint256) {
        bytes32 subject = statement.subject;
        if (Participants.opener(subject) != statement.participant || uint256(subject) << 32 == 0) {
            return Reasons.FOREIGN_NUMBER;
        }
        if (tag != 0 && bytes8(subject << 32) != tag) return Reasons.FOREIGN_NUMBER;
        if (head != 0) return head == statement.digest ? Reasons.REPLAYED : Reasons.LINE_EXISTS;
        if (statement.previous != 0) return Reasons.MALFORMED;
        return 0;
    }

    /// @dev Step 6 for a statement that follows another.
    /// @param head Of the line; 0: there is none.
    function _judgeFollowing(Statement memory statement, bytes32 head) internal pure returns (uint256) {
        // Nothing can be its own previous, so that this may come before the other two.
        if (head == statement.previous && head != 0) return 0;
        if (head == 0) return Reasons.LINE_UNKNOWN;
        return head == statement.digest ? Reasons.REPLAYED : Reasons.STALE;
    }

    /// @dev Includes a statement in its line.
    function _include(Line storage line, bytes32 digest, uint256 state) internal {
        line.anchor = _nextAnchor(line.anchor, digest);
        line.head = digest;
        line.state = state;
    }

    /// @dev Assembly, because `abi.encode` would leave 128 bytes of memory behind for every statement.
    function _nextAnchor(bytes32 anchor, bytes32 digest) private view returns (bytes32 next) {
        assembly ('memory-safe') {
            let free := mload(0x40)
            mstore(free, anchor)
            mstore(add(free, 0x20), digest)
            mstore(add(free, 0x40), timestamp())
            next := keccak256(free, 0x60)
        }
    }
}
