// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Statement, Carried} from './Statements.sol';

/// @notice The acts and their form: docs/protocol.md 4.
/// @dev The table is five constants of 32 bytes; byte n is about act n. One opcode reads a cell.
library Acts {
    uint256 internal constant COLLECT = 1;
    uint256 internal constant DERIVE = 2;
    uint256 internal constant RELEASE = 3;
    uint256 internal constant ACCEPT = 4;
    uint256 internal constant REFUSE = 5;
    uint256 internal constant RETURN = 6;
    uint256 internal constant RECALL = 7;
    uint256 internal constant RECORD = 8;
    uint256 internal constant CORRECT = 9;
    uint256 internal constant DISPOSE = 10;
    uint256 internal constant FOUND = 11;
    uint256 internal constant HOLD = 12;
    uint256 internal constant LIFT = 13;
    uint256 internal constant CONSENT = 14;
    uint256 internal constant REQUEST = 15;
    uint256 internal constant ANSWER = 16;
    uint256 internal constant CONCLUDE = 17;
    uint256 internal constant END = 18;
    uint256 internal constant ENROL = 19;
    uint256 internal constant REVOKE = 20;
    uint256 internal constant ADMIT = 21;
    uint256 internal constant SUSPEND = 22;
    uint256 internal constant RETIRE = 23;
    uint256 internal constant ERASE = 24;

    // Codes that change what a statement means to the ledger.
    uint256 internal constant RELEASE_LATE = 2;
    uint256 internal constant DISPOSE_LOST = 4;
    uint256 internal constant ANSWER_GRANTED = 1;
    uint256 internal constant END_AGREEMENT = 1;
    uint256 internal constant END_REQUEST = 2;
    uint256 internal constant ADMIT_NEW = 1;

    //                                       co de re ac re re re re co di fo ho li co re an co en en re ad su re er
    //                                       ll ri le ce fu tu ca co rr sp un ld ft ns qu sw nc d  ro vo mi sp ti as
    //                                    0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24
    /// @dev How many codes there are, counted from 1.
    bytes32 private constant CODES =
        0x00_04_06_02_02_04_01_01_05_01_04_01_01_01_01_06_04_01_03_01_01_02_01_01_01_00_00_00_00_00_00_00;
    /// @dev Which of the fields in `Carried` it may carry.
    bytes32 private constant MAY__ =
        0x00_80_90_f7_00_00_00_00_00_08_00_00_10_10_68_70_00_18_00_10_08_10_10_08_10_00_00_00_00_00_00_00;
    /// @dev Which of them it must carry.
    bytes32 private constant MUST_ =
        0x00_00_10_20_00_00_00_00_00_08_00_00_10_10_68_30_00_00_00_10_08_10_10_08_10_00_00_00_00_00_00_00;
    /// @dev How many words its list has at most.
    bytes32 private constant WORDS =
        0x00_00_08_08_00_00_00_00_00_00_00_00_40_40_00_01_00_28_00_08_00_0b_01_00_40_00_00_00_00_00_00_00;
    /// @dev Powers of which its key needs one: authority 1, custody 2, service 4.
    bytes32 private constant POWER =
        0x00_06_06_06_06_06_06_06_06_06_06_06_07_07_07_07_07_01_07_01_01_01_01_01_07_00_00_00_00_00_00_00;

    /// @dev Acts that a suspended participant may still state: return, recall, revoke.
    uint256 private constant WHILE_SUSPENDED = (1 << RETURN) | (1 << RECALL) | (1 << REVOKE);

    uint256 private constant PURPOSES = 0x0fff;
    uint256 private constant RESTRICTIONS = 0x0007;

    /// @notice Terms (8 words) and at least two parties.
    uint256 private constant CONCLUDE_LEAST = 10;

    /// @notice Whether code, fields and list are what the act asks for.
    function formed(Statement memory statement) internal pure returns (bool) {
        uint256 act = statement.act;
        uint256 carried = statement.carried;
        uint256 words = statement.listLength;
        uint256 wrong =
            (carried & ~_cell(MAY__, act)) |
                (~carried & _cell(MUST_, act)) |
                (statement.purpose & ~PURPOSES) |
                (statement.restrictions & ~RESTRICTIONS);
        if (wrong != 0 || words > _cell(WORDS, act)) return false;
        unchecked {
            // Code 0 becomes the greatest number.
            if (statement.code - 1 >= _cell(CODES, act)) return false;
        }
        // What the table does not say.
        if (act < CONSENT) return true;
        if (act == CONSENT) return statement.purpose & (statement.purpose - 1) == 0;
        if (act == CONCLUDE) return words >= CONCLUDE_LEAST || carried == Carried.REFERENCE;
        if (act == ENROL) return words == (statement.subject == 0 ? 8 : 7);
        if (act == ADMIT) return words == (statement.code == ADMIT_NEW ? 11 : 1);
        return true;
    }

    /// @notice The powers of which the statement's key needs one.
    function powers(Statement memory statement) internal pure returns (uint256) {
        if (statement.act == END && statement.code == END_AGREEMENT) return 1;
        return _cell(POWER, statement.act);
    }

    function allowedWhileSuspended(uint256 act) internal pure returns (bool) {
        return (WHILE_SUSPENDED >> act) & 1 != 0;
    }

    /// @dev Assembly, because an index would be checked against 32, and the opcode answers zero beyond.
    function _cell(bytes32 table, uint256 act) private pure returns (uint256 cell) {
        assembly ('memory-safe') {
            cell := byte(act, table)
        }
    }
}
