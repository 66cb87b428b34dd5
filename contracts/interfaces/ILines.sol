// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The statements about one subject, in order. Three consecutive storage slots.
/// @param head Digest of the newest statement.
/// @param anchor `keccak256(anchor ‖ digest ‖ u256(block time))` over all statements, starting from zero: one storage
/// proof of it fixes when every statement of the line was included.
/// @param state Packed; docs/storage.md says how for each kind of line. Zero: there is no such line.
struct Line {
    bytes32 head;
    bytes32 anchor;
    uint256 state;
}

/// @notice One to 256 statements under one signature.
/// @param key Id of the key that signed.
/// @param signature Over the EIP-712 hash of the sheet, in the form of the key's scheme.
/// @param statements In the wire form of docs/protocol.md 2.1.
struct Sheet {
    bytes32 key;
    bytes signature;
    bytes statements;
}

/// @notice A line, or a key, as a retired ledger left it: a leaf of the tree that its successor's founding names.
/// @param words Kind, subject, and what docs/protocol.md 8.1 lists for the kind.
/// @param proof Merkle path from `keccak256(words)` to the root, of sorted pairs.
struct Leaf {
    bytes32[] words;
    bytes32[] proof;
}

/// @notice What the three contracts of a ledger have in common.
/// @dev Trust. Nobody is trusted with anything here: there is no owner, no administrator and no proxy. Whoever sends a
/// transaction is only the carrier of what others signed. A carrier chooses order and moment; it cannot make, change
/// or split a statement, and whatever it leaves out can be carried by somebody else.
interface ILines {
    /// @notice One sheet was judged. Everything that a follower needs to rebuild and to prove is here, in the ledger's
    /// founding and in the time of the block.
    /// @param key Id of the key that signed.
    /// @param signature The sheet's signature, as sent.
    /// @param statements The wire form, as sent.
    /// @param outcomes One byte per position: 0 included, a number of `Reasons`, or 255 where only a digest was sent.
    event Judged(bytes32 indexed key, bytes signature, bytes statements, bytes outcomes);

    /// @notice A line, or a key, of the ledger before this one was opened here as that had left it.
    event Inherited(bytes32[] words, bytes32[] proof);

    /// @notice More than two thirds of the agencies have retired this ledger; it takes nothing more.
    error LedgerRetired();

    /// @notice The leaf at this position does not stand in the tree of the ledger before this one, or another contract
    /// keeps it.
    error NotInherited(uint256 position);

    /// @notice Opens lines as the ledger before this one left them; they go on from there. What was carried before is
    /// skipped without a trace, so that several can carry at once, and again after they were cut off.
    /// @param leaves From anybody, in any order.
    function inherit(Leaf[] calldata leaves) external;

    /// @notice keccak256 of the ABI-encoded founding, the `salt` of the EIP-712 domain.
    function foundingHash() external view returns (bytes32);
}

/// @notice A contract that takes batches of sheets.
interface IBatches is ILines {
    /// @notice Judges each statement on its own, in order; those of one sheet see the effects of those before them.
    /// A statement is included or rejected with a reason, and emits nothing of its own: see `Judged`.
    /// @dev A sheet that cannot be read or whose signature does not prove is skipped without a trace.
    ///
    /// Warning: success of the transaction says nothing about a sheet in it. Read `outcomes`.
    ///
    /// Warning: a badly encoded argument, or too little gas, reverts the whole batch. Both are the carrier's doing.
    /// @param sheets From anybody, in any order.
    function submit(Sheet[] calldata sheets) external;

    /// @notice Where keys and participants are read.
    function consortium() external view returns (address);
}
