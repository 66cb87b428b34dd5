// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, Sheet} from '../../contracts/interfaces/ILines.sol';
import {BKA, LAB, LedgerTest, Stated, Writing} from './support/LedgerTest.sol';

/// @notice What a statement costs in a batch of 100, the transaction's own costs included. The figures are snapshots: a test that fails says the new one.
/// @dev Each batch is prepared in `setUp`, which is another transaction: so its storage is cold when it is measured.
contract GasTest is LedgerTest {
    uint256 private constant BATCH = 100;
    uint256 private constant SINGLY = 36_000;
    uint256 private constant IN_TENS = 30_000;

    uint8 private constant RELEASE = 3;
    uint8 private constant ACCEPT = 4;
    uint8 private constant RECORD = 8;

    /// @dev By act and size of sheets: the calldata of a batch.
    mapping(uint8 act => mapping(uint256 size => bytes)) private _batches;

    function setUp() public override {
        super.setUp();
        for (uint8 act = RELEASE; act <= RECORD; ++act) {
            if (act != RELEASE && act != ACCEPT && act != RECORD) continue;
            _prepare(act, 1);
            _prepare(act, 10);
        }
    }

    function test_ARecordSignedSingly() public {
        _measure(RECORD, 1, 32_215, SINGLY);
    }

    function test_ARecordInSheetsOfTen() public {
        _measure(RECORD, 10, 20_160, IN_TENS);
    }

    function test_AReleaseSignedSingly() public {
        _measure(RELEASE, 1, 35_795, SINGLY);
    }

    function test_AReleaseInSheetsOfTen() public {
        _measure(RELEASE, 10, 23_741, IN_TENS);
    }

    function test_AnAcceptanceSignedSingly() public {
        _measure(ACCEPT, 1, 35_324, SINGLY);
    }

    function test_AnAcceptanceInSheetsOfTen() public {
        _measure(ACCEPT, 10, 23_271, IN_TENS);
    }

    /// @param snapshot What it cost when this was last looked at: a change of it is to be meant.
    /// @param most The bar.
    function _measure(uint8 act, uint256 size, uint256 snapshot, uint256 most) private {
        bytes memory data = _batches[act][size];
        address to = address(custody);
        uint256 before = gasleft();
        (bool success, ) = to.call(data);
        uint256 gas = before - gasleft() + 21_000;
        yes(success, 'sent');
        for (uint256 i; i < data.length; ++i) gas += data[i] == 0 ? 4 : 16;
        for (uint256 i; i < BATCH; ++i) {
            same(evidence(_item(act, size, i)).head, _heads[_item(act, size, i)], 'included');
        }
        // Instrumented for coverage, the contract is greater than any chain would take, and dearer.
        if (to.code.length > 24_576) return;
        yes(gas / BATCH <= most, 'within the bar');
        same(gas / BATCH, snapshot, 'gas');
    }

    mapping(bytes32 item => bytes32) private _heads;

    function _item(uint8 act, uint256 size, uint256 i) private pure returns (bytes32) {
        return subjectOf(BKA, (uint256(act) << 16) | (size << 8) | (1 + i));
    }

    function _prepare(uint8 act, uint256 size) private {
        for (uint256 i; i < BATCH; ++i) {
            includes(collect(BKA, _item(act, size, i)));
            if (act == ACCEPT) includes(release(BKA, _item(act, size, i), LAB));
        }
        Sheet[] memory sheets = new Sheet[](BATCH / size);
        for (uint256 i; i < sheets.length; ++i) {
            Stated[] memory all = new Stated[](size);
            for (uint256 j; j < size; ++j) {
                bytes32 item = _item(act, size, i * size + j);
                all[j] =
                    act == RECORD
                        ? record(BKA, item)
                        : act == RELEASE
                            ? release(BKA, item, LAB)
                            : accept(LAB, item);
                all[j].record = keccak256(abi.encode(item));
                _heads[item] = Writing.digest(all[j]);
            }
            sheets[i] = ledger.sheetOf(all);
        }
        _batches[act][size] = abi.encodeCall(IBatches.submit, (sheets));
    }
}
