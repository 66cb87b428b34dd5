// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, Sheet} from './interfaces/ILines.sol';
import {IConsortium} from './interfaces/IConsortium.sol';
import {Reasons} from './libraries/Reasons.sol';
import {Statement, Statements} from './libraries/Statements.sol';
import {Lines} from './Lines.sol';

/// @notice Takes batches of sheets and has each statement judged on its own.
abstract contract Batches is IBatches, Lines {
    /// @dev What is known while a batch is judged. Nothing of it can change meanwhile: the Consortium is only read.
    /// @param consortium Where keys and participants are read.
    /// @param tag Of the subjects that are opened here; 0: any.
    /// @param domain The EIP-712 domain.
    /// @param key Info of the key that signed the sheet at hand; 0: its signature did not prove.
    /// @param participant Info of the participant that this key belongs to.
    /// @param number The participant that was looked up last,
    /// @param info and its info: all items of a case go to one recipient, and looking it up is a call.
    struct Sitting {
        IConsortium consortium;
        bytes8 tag;
        bytes32 domain;
        uint256 key;
        uint256 participant;
        uint256 number;
        uint256 info;
    }

    IConsortium private _consortium;
    bytes8 private _tag;

    constructor(IConsortium consortium_) Lines(consortium_.foundingHash()) {
        _consortium = consortium_;
        _tag = consortium_.tag();
    }

    /// @inheritdoc IBatches
    function submit(Sheet[] calldata sheets) external {
        Sitting memory sitting = _sit();
        uint256 free;
        assembly ('memory-safe') {
            free := mload(0x40)
        }
        for (uint256 i; i < sheets.length; ++i) {
            _judgeSheet(sheets[i], sitting);
            // Assembly, so that each sheet takes the memory of the one before, of which nothing is used again: the price
            // of memory grows with the square, and no sheet must make its neighbours dear.
            assembly ('memory-safe') {
                mstore(0x40, free)
            }
        }
    }

    /// @inheritdoc IBatches
    function consortium() external view returns (address) {
        return address(_consortium);
    }

    /// @dev Judges one statement and, if it may stand, includes it.
    /// @return reason 0: included.
    function _judge(Statement memory statement, Sitting memory sitting) internal virtual returns (uint256 reason);

    /// @inheritdoc Lines
    function _inheritedRoot() internal view override returns (bytes32) {
        return _consortium.inheritedRoot();
    }

    function _sit() internal view returns (Sitting memory) {
        return
            Sitting({
                consortium: _consortium,
                tag: _tag,
                domain: Statements.domain(foundingHash),
                key: 0,
                participant: 0,
                number: 0,
                info: 0
            });
    }

    /// @dev Whether the sheet's signature proves; leaves key and participant in the sitting.
    function _authenticate(
        bytes32 key,
        bytes calldata signature,
        Statement[] memory statements,
        Sitting memory sitting
    ) internal view returns (bool) {
        (sitting.key, sitting.participant) = sitting.consortium.authenticate(
            key,
            Statements.signedHash(sitting.domain, statements),
            signature
        );
        return sitting.key != 0;
    }

    function _participantInfo(uint256 number, Sitting memory sitting) internal view returns (uint256 info) {
        if (number == sitting.number) return sitting.info;
        info = sitting.consortium.participantInfo(uint32(number));
        sitting.number = number;
        sitting.info = info;
    }

    function _judgeSheet(Sheet calldata sheet, Sitting memory sitting) private {
        bytes32 key = sheet.key;
        bytes calldata signature = sheet.signature;
        bytes calldata wire = sheet.statements;
        Statement[] memory statements = Statements.readSheet(wire, key);
        if (statements.length == 0 || !_authenticate(key, signature, statements, sitting)) return;

        bytes memory outcomes = _outcomesFor(statements);
        for (uint256 i; i < statements.length; ++i) {
            Statement memory statement = statements[i];
            uint256 outcome = statement.act == 0 ? Reasons.NOT_SENT : _judge(statement, sitting);
            // Assembly, because Solidity would check the bounds once more.
            assembly ('memory-safe') {
                mstore8(add(add(outcomes, 0x20), i), outcome)
            }
        }
        _emitJudged(key, signature, wire, outcomes);
    }

    /// @dev One byte for each statement. Assembly, because all but the rest of the last word will be written anyway.
    function _outcomesFor(Statement[] memory statements) private pure returns (bytes memory outcomes) {
        assembly ('memory-safe') {
            outcomes := mload(0x40)
            let length := mload(statements)
            let end := add(outcomes, and(add(length, 0x3f), not(0x1f)))
            mstore(sub(end, 0x20), 0)
            mstore(outcomes, length)
            mstore(0x40, end)
        }
    }

    /// @dev `emit Judged(key, signature, wire, outcomes)`. Assembly, because Solidity's encoder takes 350 gas more, which
    /// is one in a hundred of what a sheet of one costs. The tests decode it by `abi.decode`.
    function _emitJudged(bytes32 key, bytes calldata signature, bytes calldata wire, bytes memory outcomes) private {
        bytes32 topic = Judged.selector;
        assembly ('memory-safe') {
            // What bytes take: their length, and themselves in whole words.
            function sizeFor(length) -> size {
                size := and(add(length, 0x3f), not(0x1f))
            }
            let data := mload(0x40)
            let wireOffset := add(0x60, sizeFor(signature.length))
            let outcomesOffset := add(wireOffset, sizeFor(wire.length))
            let outcomesSize := sizeFor(mload(outcomes))
            mstore(data, 0x60)
            mstore(add(data, 0x20), wireOffset)
            mstore(add(data, 0x40), outcomesOffset)

            let to := add(data, wireOffset)
            mstore(sub(to, 0x20), 0) // the padding comes first, since it may be no more than a part of the last word
            mstore(add(data, 0x60), signature.length)
            calldatacopy(add(data, 0x80), signature.offset, signature.length)

            let last := add(data, outcomesOffset)
            mstore(sub(last, 0x20), 0)
            mstore(to, wire.length)
            calldatacopy(add(to, 0x20), wire.offset, wire.length)

            for {
                let i := 0
            } lt(i, outcomesSize) {
                i := add(i, 0x20)
            } {
                mstore(add(last, i), mload(add(outcomes, i)))
            }
            log2(data, add(outcomesOffset, outcomesSize), topic, key)
        }
    }
}
