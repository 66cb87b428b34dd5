// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from '../../contracts/interfaces/ILines.sol';
import {Reasons} from '../../contracts/libraries/Reasons.sol';
import {BKA, COURT, FBI, LAB, LedgerTest, Stated, vm} from './support/LedgerTest.sol';

/// @notice Acts on a line of evidence: docs/protocol.md 4.2, every cell of act, status and who.
contract EvidenceTest is LedgerTest {
    uint8 private constant NONE = 0;
    uint8 private constant HELD = 1;
    uint8 private constant IN_TRANSIT = 2;
    uint8 private constant RETURNING = 3;
    uint8 private constant DISPOSED = 4;
    uint8 private constant LOST = 5;

    // Who may, in a cell of the table. The item comes from LAB, is held by BKA and was released to COURT.
    string private constant HOLDER = 'holder';
    string private constant RECIPIENT = 'recipient';
    string private constant HOLDER_OR_ORIGIN = 'holder or origin';
    string private constant OPENER = 'opener';

    uint256 private _count;
    bytes32 private _item;

    function test_CollectOpensALineHeldByItsCollector() public {
        bytes32 item = subjectOf(BKA, 1);
        Stated memory s = collect(BKA, item);
        s.restrictions = H1 | H3;
        bytes32 digest = includes(s);
        Line memory line = evidence(item);
        same(line.head, digest, 'head');
        same(line.anchor, keccak256(abi.encode(bytes32(0), digest, block.timestamp)), 'anchor');
        same(line.state, (1 << 248) | (uint256(BKA) << 192) | (5 << 176) | (0xffff << 160), 'state');
        same(originsOf(item), 0, 'the collector alone');
    }

    function test_AHandoffTakesTwo() public {
        bytes32 item = _reach(IN_TRANSIT);
        same(holderOf(item), BKA, 'the holder stays until acceptance');
        includes(accept(COURT, item));
        same(statusOf(item), HELD, 'held');
        same(holderOf(item), COURT, 'by the recipient');
        same(uint160(stateOf(item)), 0, 'what the release named is forgotten');
    }

    function test_InTransitKeepsWhatTheReleaseNamed() public {
        bytes32 item = _reach(HELD);
        Stated memory s = release(BKA, item, COURT);
        s.recipientKey = ledger.service(COURT);
        s.restrictions = H3;
        s.purpose = INVESTIGATE;
        includes(s);
        uint256 named = stateOf(item);
        same(uint32(named >> 128), COURT, 'recipient');
        same(uint32(named >> 96), (consortium.keyInfo(ledger.service(COURT)) << 32) >> 224, 'recipientKey');
        same(uint32(named >> 64), (consortium.keyInfo(ledger.officer(BKA)) << 32) >> 224, 'key');
        same(uint16(named >> 16), INVESTIGATE, 'purpose');
        same(uint16(named), H3, 'restrictions');
        same(uint16(named >> 176), 0, "the line's own come with acceptance");
        Stated memory other = accept(COURT, item);
        rejects(other, 22);
        other.key = ledger.service(COURT);
        includes(other);
        same(uint16(stateOf(item) >> 176), H3, "now they are the line's");
        same(uint16(stateOf(item) >> 160), 0xffff, 'purposes bind only across borders');
    }

    function test_RefusalReturnAndRecallForgetTheRelease() public {
        bytes32 item = _reach(RETURNING);
        same(uint160(stateOf(item)), 0, 'forgotten');
        same(holderOf(item), BKA, 'the holder stays');
        includes(giveBack(BKA, item));
        same(statusOf(item), HELD, 'held again');
        includes(release(BKA, item, COURT));
        includes(recall(BKA, item));
        same(stateOf(item), (1 << 248) | (uint256(BKA) << 192) | (0xffff << 160), 'as before');
    }

    function test_WhatIsLostInTransitForgetsTheRelease() public {
        bytes32 item = _reach(IN_TRANSIT);
        includes(dispose(BKA, item, 4));
        same(stateOf(item), (5 << 248) | (uint256(BKA) << 192) | (0xffff << 160), 'lost');
        includes(found(BKA, item));
        same(statusOf(item), HELD, 'found');
    }

    function test_TheTableNone() public {
        _testColumn(NONE);
    }

    function test_TheTableHeld() public {
        _testColumn(HELD);
    }

    function test_TheTableInTransit() public {
        _testColumn(IN_TRANSIT);
    }

    function test_TheTableReturning() public {
        _testColumn(RETURNING);
    }

    function test_TheTableDisposed() public {
        _testColumn(DISPOSED);
    }

    function test_TheTableLost() public {
        _testColumn(LOST);
    }

    function _testColumn(uint8 status) private {
        for (uint8 act = 1; act <= 11; ++act) {
            _testCell(status, act, 1);
            if (act == 10) _testCell(status, act, 4);
        }
    }

    function _testCell(uint8 status, uint8 act, uint16 code) private {
        uint32[4] memory all = [BKA, COURT, LAB, FBI];
        for (uint256 i; i < all.length; ++i) {
            bytes32 item = _reach(status);
            Stated memory s = ledger.stated(act, code, all[i], item);
            if (act == 2) s.list = words(subjectOf(LAB, 0xffff));
            if (act == 3) s.recipient = COURT;
            if (act == 3 && all[i] == COURT) s.recipient = LAB;
            if (act == 9) s.reference_ = keccak256('an earlier statement');
            uint8 expected = _expected(status, act, code, all[i]);
            // Derive needs a parent that is held: only LAB holds this one.
            if (act == 2 && status == NONE && all[i] == LAB) _parent();
            uint8 actual = ledger.judge(s);
            if (actual != expected) {
                revert Different(
                    string.concat(
                        'status ',
                        vm.toString(status),
                        ' act ',
                        vm.toString(act),
                        ' by ',
                        vm.toString(all[i])
                    ),
                    actual,
                    expected
                );
            }
        }
    }

    function _parent() private {
        bytes32 parent = subjectOf(LAB, 0xffff);
        if (stateOf(parent) == 0) includes(collect(LAB, parent));
    }

    /// @dev The table, read as it stands in the protocol.
    function _expected(uint8 status, uint8 act, uint16 code, uint32 who) private pure returns (uint8) {
        if (act <= 2) {
            if (who != LAB) return 12; // the number in front is LAB's
            return status == NONE ? 0 : 13;
        }
        if (status == NONE) return 14;
        string memory may = _cell(status, act, code);
        if (bytes(may).length == 0) return _empty(status, act);
        bytes32 m = keccak256(bytes(may));
        if (m == keccak256(bytes(HOLDER))) return who == BKA ? 0 : 21;
        if (m == keccak256(bytes(RECIPIENT))) return who == COURT ? 0 : 22;
        return who == BKA || who == LAB ? 0 : 23;
    }

    function _cell(uint8 status, uint8 act, uint16 code) private pure returns (string memory) {
        if (act == 3 && status == HELD) return HOLDER;
        if (act == 4 && status == IN_TRANSIT) return RECIPIENT;
        if (act == 5 && status == IN_TRANSIT) return RECIPIENT;
        if (act == 6 && status == RETURNING) return HOLDER;
        if (act == 7 && status == IN_TRANSIT) return HOLDER;
        if (act == 8 && status == HELD) return HOLDER;
        if (act == 9 && (status == HELD || status == DISPOSED || status == LOST)) return HOLDER_OR_ORIGIN;
        if (act == 10 && code != 4 && status == HELD) return HOLDER;
        if (act == 10 && code == 4 && (status == HELD || status == IN_TRANSIT || status == RETURNING)) return HOLDER;
        if (act == 11 && status == LOST) return HOLDER;
        return '';
    }

    function _empty(uint8 status, uint8 act) private pure returns (uint8) {
        if (status == DISPOSED || status == LOST) return 17;
        if (act == 11) return 20;
        if (act >= 4 && act <= 7) return 19;
        return 18;
    }

    /// @dev A new item from LAB, held by BKA, in this status.
    function _reach(uint8 status) private returns (bytes32 item) {
        item = subjectOf(LAB, ++_count);
        if (status == NONE) return item;
        includes(collect(LAB, item));
        includes(release(LAB, item, BKA));
        includes(accept(BKA, item));
        if (status == DISPOSED) includes(dispose(BKA, item, 1));
        if (status == LOST) includes(dispose(BKA, item, 4));
        if (status != IN_TRANSIT && status != RETURNING) return item;
        includes(release(BKA, item, COURT));
        if (status == RETURNING) includes(refuse(COURT, item));
    }
}
