// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Key} from '../../contracts/interfaces/IConsortium.sol';
import {BKA, COURT, DCPJ, FAR, KLPD, LAB, LedgerTest, Stated, Writing, vm} from './support/LedgerTest.sol';

/// @notice Who may speak, when, and on which head: docs/protocol.md 5, steps 1 to 6.
contract SignerTest is LedgerTest {
    bytes32 private _item;

    function setUp() public override {
        super.setUp();
        _item = subjectOf(BKA, 1);
        includes(collect(BKA, _item));
    }

    function test_NobodySpeaksForAnother() public {
        Stated memory s = record(BKA, _item);
        s.key = ledger.officer(LAB);
        rejects(s, 2);
    }

    function test_AnActOfAnotherContractIsMalformed() public {
        Stated memory s = record(BKA, _item);
        for (uint8 act = 14; act < 60; ++act) {
            s.act = act;
            same(uint8(_sendToCustody(s)), 3, 'malformed');
        }
    }

    function _sendToCustody(Stated memory s) private returns (uint8) {
        return uint8(ledger.send(address(custody), ledger.sheets(ledger.only(s)))[0][0]);
    }

    function test_TheClaimedTimeIsAtMost120SecondsAhead() public {
        Stated memory s = record(BKA, _item);
        s.time += 121;
        s.expires += 121;
        rejects(s, 4);
        s.time -= 1;
        includes(s);
    }

    function test_ExpiryIsAtMost30DaysAfterTheClaimedTime() public {
        Stated memory s = record(BKA, _item);
        s.expires = s.time + 30 days + 1;
        rejects(s, 5);
        s.expires = s.time - 1;
        rejects(s, 5);
        s.expires = 0;
        rejects(s, 5);
        s.expires = s.time + 30 days;
        includes(s);
    }

    function test_NothingIsIncludedAfterItExpired() public {
        Stated memory s = record(BKA, _item);
        vm.warp(s.expires + 1);
        rejects(s, 6);
        vm.warp(s.expires);
        includes(s);
    }

    function test_ARevokedKeySaysNothingMore() public {
        bytes32 key = ledger.officer(BKA);
        Stated memory s = ledger.stated(20, 1, BKA, bytes32(uint256(BKA) << 224));
        s.key = ledger.authority(BKA);
        s.reference_ = key;
        includes(s);
        rejects(record(BKA, _item), 7);
    }

    function test_AKeyIsJudgedAtTheClaimedTime() public {
        Key memory key = ledger.newKey(1, 77, 2);
        key.from = uint40(block.timestamp);
        key.until = key.from + 1 days;
        Stated memory s = record(BKA, _item);
        s.key = ledger.enrol(BKA, key);
        s.time = key.from - 1;
        rejects(s, 8);
        vm.warp(key.until + 10 days);
        s.time = key.until;
        s.expires = s.time + 30 days;
        rejects(s, 8);
        s.time = key.until - 1;
        s.expires = s.time + 30 days;
        includes(s);
    }

    function test_AKeyNeedsThePowerAndTheAct() public {
        Stated memory s = record(BKA, _item);
        s.key = ledger.authority(BKA);
        rejects(s, 9);
        s.key = ledger.enrol(BKA, ledger.newKey(1, 78, 8 | 16));
        rejects(s, 9);
        Key memory key = ledger.newKey(1, 79, 2);
        key.acts = ((1 << 25) - 1) ^ (1 << 8);
        s.key = ledger.enrol(BKA, key);
        rejects(s, 10);
        key = ledger.newKey(1, 80, 4);
        key.acts = 1 << 8;
        s.key = ledger.enrol(BKA, key);
        includes(s);
    }

    function test_ASuspendedParticipantMayOnlyConfirmReturnsRecallAndRevoke() public {
        bytes32 other = subjectOf(BKA, 2);
        bytes32 third = subjectOf(BKA, 3);
        includes(collect(BKA, other));
        includes(collect(BKA, third));
        includes(release(BKA, other, LAB));
        includes(release(BKA, third, LAB));
        includes(refuse(LAB, third));

        Stated memory s = ledger.stated(22, 1, DCPJ, 0);
        s.key = ledger.authority(DCPJ);
        s.list = words(bytes32(uint256(BKA)));
        same(ledger.change(s, words(ledger.authority(KLPD), ledger.authority(7))), 0, 'suspended');

        rejects(record(BKA, _item), 11);
        rejects(collect(BKA, subjectOf(BKA, 9)), 11);
        rejects(hold(BKA, subjectOf(BKA, 9), words(_item)), 11);
        includes(recall(BKA, other));
        includes(giveBack(BKA, third));
        // and is no recipient
        bytes32 foreign = subjectOf(COURT, 1);
        includes(collect(COURT, foreign));
        rejects(release(COURT, foreign, BKA), 26);
    }

    function test_OnlyTheParticipantInFrontOpensALine() public {
        rejects(collect(LAB, subjectOf(BKA, 5)), 12);
        rejects(collect(BKA, subjectOf(BKA, 0)), 12);
        rejects(collect(BKA, 0), 12);
        rejects(collect(BKA, subjectOf(LAB, 5)), 12);
    }

    function test_ALineOpensOnce() public {
        Stated memory s = collect(BKA, subjectOf(BKA, 5));
        includes(s);
        rejects(s, 15);
        s.record = keccak256('another');
        rejects(s, 13);
        s.previous = evidence(s.subject).head;
        rejects(s, 13);
    }

    function test_AnOpeningHasNoPrevious() public {
        Stated memory s = collect(BKA, subjectOf(BKA, 5));
        s.previous = keccak256('something');
        rejects(s, 3);
    }

    function test_ALineGoesOnFromItsHeadAlone() public {
        rejects(record(BKA, subjectOf(BKA, 6)), 14);
        Stated memory first = record(BKA, _item);
        Stated memory second = record(BKA, _item);
        second.record = keccak256('second');
        includes(first);
        rejects(first, 15);
        rejects(second, 16);
        second.previous = 0;
        rejects(second, 16);
        second.previous = Writing.digest(first);
        includes(second);
        rejects(first, 16);
    }

    function testFuzz_TheAnchorReproducesEveryTimeOfInclusion(uint16[8] memory gaps) public {
        bytes32 anchor = evidence(_item).anchor;
        for (uint256 i; i < gaps.length; ++i) {
            vm.warp(block.timestamp + gaps[i]);
            Stated memory s = record(BKA, _item);
            s.record = bytes32(i + 1);
            anchor = keccak256(abi.encodePacked(anchor, includes(s), block.timestamp));
            same(evidence(_item).anchor, anchor, 'anchor');
        }
    }
}
