// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, Sheet} from "./interfaces/ILines.sol";
import {IConsortium} from "./interfaces/IConsortium.sol";
import {Reasons} from "./libraries/Reasons.sol";
import {Statement, Statements} from "./libraries/Statements.sol";
import {Lines} from "./Lines.sol";

/// @notice Takes batches of sheets and has each statement judged on its own.
abstract contract Batches is IBatches, Lines {
    IConsortium internal _consortium;

    constructor(IConsortium consortium_) Lines(consortium_.foundingHash()) {
        _consortium = consortium_;
    }

    /// @inheritdoc IBatches
    function submit(Sheet[] calldata sheets) external {
        bytes32 domain = Statements.domain(foundingHash);
        IConsortium consortium_ = _consortium;
        Statement memory statement;
        for (uint256 i; i < sheets.length; ++i) {
            _judgeSheet(sheets[i], domain, consortium_, statement);
        }
    }

    /// @inheritdoc IBatches
    function consortium() external view returns (address) {
        return address(_consortium);
    }

    /// @dev Judges one statement and, if it may stand, includes it.
    /// @param key Info of the key whose signature proved.
    /// @param participant Info of the participant that the key belongs to.
    /// @return reason 0: included.
    function _judge(Statement memory statement, uint256 key, uint256 participant) internal virtual returns (uint8 reason);

    function _judgeSheet(
        Sheet calldata sheet,
        bytes32 domain,
        IConsortium consortium_,
        Statement memory statement
    ) private {
        bytes calldata wire = sheet.statements;
        bytes32[] memory digests = Statements.digestsOf(wire, sheet.key, statement);
        if (digests.length == 0) return;
        (uint256 key, uint256 participant) = consortium_.authenticate(
            sheet.key,
            Statements.signedHash(domain, digests),
            sheet.signature
        );
        if (key == 0) return;

        bytes memory outcomes = new bytes(digests.length);
        uint256 position;
        for (uint256 i; i < outcomes.length; ++i) {
            position = Statements.read(wire, position, statement);
            uint8 outcome = statement.act == 0 ? Reasons.NOT_SENT : _judge(statement, key, participant);
            outcomes[i] = bytes1(outcome);
        }
        emit Judged(sheet.key, sheet.signature, wire, outcomes);
    }
}
