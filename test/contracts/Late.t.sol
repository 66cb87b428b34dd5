// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ICustody} from '../../contracts/interfaces/ICustody.sol';
import {Sheet} from '../../contracts/interfaces/ILines.sol';
import {BKA, COURT, DCPJ, FBI, KLPD, LAB, LedgerTest, Stated, Writing, vm} from './support/LedgerTest.sol';

/// @notice Late declarations: docs/protocol.md 6.
contract LateTest is LedgerTest {
    bytes32 private _item;
    bytes32 private _agreement;

    function setUp() public override {
        super.setUp();
        _item = subjectOf(BKA, 1);
        _agreement = subjectOf(BKA, 0xA1);
        includes(collect(BKA, _item));
        agree(_agreement, termsFor(germanFrench()), BKA, DCPJ);
        vm.warp(block.timestamp + 1 days);
    }

    /// @dev A release that took place now, and its acceptance.
    function _pair() private view returns (Stated memory r, Stated memory a) {
        r = release(BKA, _item, DCPJ);
        r.code = 2;
        r.agreement = _agreement;
        r.purpose = INVESTIGATE;
        r.expires = r.time + 30 days;
        a = accept(DCPJ, _item);
        a.expires = r.expires;
        a.previous = Writing.digest(r);
    }

    function _late(Stated memory r, Stated memory a, uint8 first, uint8 second) private {
        (uint8 one, uint8 two) = ledger.judgeLate(r, a);
        same(one, first, 'release');
        same(two, second, 'acceptance');
    }

    function test_AHandoverInTimeReachesTheLedgerAfterItsBasisEnded() public {
        (Stated memory r, Stated memory a) = _pair();
        vm.warp(block.timestamp + 1);
        includes(end(BKA, _agreement, 1));
        vm.warp(block.timestamp + 5 days);
        bytes32 anchor = evidence(_item).anchor;
        _late(r, a, 0, 0);
        same(holderOf(_item), DCPJ, 'held by the recipient');
        same(uint8(stateOf(_item) >> 240), 1, 'marked late');
        same(basesOf(_item), uint256(1) << 224, 'basis');
        anchor = keccak256(abi.encode(anchor, Writing.digest(r), block.timestamp));
        anchor = keccak256(abi.encode(anchor, Writing.digest(a), block.timestamp));
        same(evidence(_item).anchor, anchor, 'both on the line');
        same(evidence(_item).head, Writing.digest(a), 'head');
        // for ever
        Stated memory s = release(DCPJ, _item, 6);
        includes(s);
        includes(accept(6, _item));
        same(uint8(stateOf(_item) >> 240), 1, 'still');
        bytes32 copy = subjectOf(6, 1);
        includes(derive(6, copy, words(_item)));
        same(uint8(stateOf(copy) >> 240), 1, 'and what is derived from it');
    }

    function test_WhatHadEndedByThenIsOver() public {
        includes(end(BKA, _agreement, 1));
        (Stated memory r, Stated memory a) = _pair();
        _late(r, a, 35, 16);
        same(statusOf(_item), 1, 'unmoved');
    }

    function test_WhatWasNotYetConcludedIsUnknown() public {
        (Stated memory r, Stated memory a) = _pair();
        r.time -= 2 days;
        r.expires -= 2 days;
        a.previous = Writing.digest(r);
        _late(r, a, 33, 16);
    }

    function test_IfTheAcceptanceFailsNeitherMovesTheLine() public {
        (Stated memory r, Stated memory a) = _pair();
        bytes32 head = evidence(_item).head;
        a.participant = FBI;
        a.key = ledger.officer(FBI);
        _late(r, a, 30, 22);
        same(evidence(_item).head, head, 'unmoved');
        (r, a) = _pair();
        a.key = ledger.authority(DCPJ);
        _late(r, a, 30, 9);
        a.key = ledger.officer(FBI);
        _late(r, a, 30, 2);
        same(evidence(_item).head, head, 'unmoved');
    }

    function test_APairIsTakenOnce() public {
        (Stated memory r, Stated memory a) = _pair();
        _late(r, a, 0, 0);
        _late(r, a, 16, 15);
    }

    function test_UsesConsentsOnlyIfBothStand() public {
        bytes32 consent_ = subjectOf(BKA, 0xC1);
        includes(consent(BKA, consent_, _item, DCPJ, INVESTIGATE));
        (Stated memory r, Stated memory a) = _pair();
        r.list = words(consent_);
        a.previous = Writing.digest(r);
        a.key = ledger.authority(DCPJ);
        _late(r, a, 30, 9);
        yes(!custody.consentUsed(consent_), 'not used');
        a.key = ledger.officer(DCPJ);
        _late(r, a, 0, 0);
        yes(custody.consentUsed(consent_), 'used');
    }

    function _sheets() private view returns (Sheet memory r, Sheet memory a) {
        (Stated memory x, Stated memory y) = _pair();
        (r, a) = (ledger.sheetOf(ledger.only(x)), ledger.sheetOf(ledger.only(y)));
    }

    function test_WhatIsNotProvenLeavesNoTrace() public {
        (Sheet memory r, Sheet memory a) = _sheets();
        a.signature = r.signature;
        vm.recordLogs();
        custody.submitLate(r, a);
        bytes[] memory outcomes = ledger.outcomesOf(vm.getRecordedLogs());
        same(outcomes.length, 1, 'the release alone');
        same(outcomes[0], hex'1e', 'LATE_ALONE');

        (r, a) = _sheets();
        r.signature = a.signature;
        vm.recordLogs();
        custody.submitLate(r, a);
        outcomes = ledger.outcomesOf(vm.getRecordedLogs());
        same(outcomes.length, 1, 'the acceptance alone');
        same(outcomes[0], hex'10', 'STALE');

        a.signature = '';
        vm.recordLogs();
        custody.submitLate(r, a);
        same(vm.getRecordedLogs().length, 0, 'nothing');
        same(statusOf(_item), 1, 'unmoved');
    }

    function test_OnlyALateReleaseAndItsAcceptanceAreAPair() public {
        (Stated memory r, Stated memory a) = _pair();
        _notAPair(a, r);
        _notAPair(a, a);
        Stated memory other = accept(DCPJ, subjectOf(BKA, 2));
        other.previous = Writing.digest(r);
        _notAPair(r, other);
        other = accept(DCPJ, _item);
        _notAPair(r, other);
        r.code = 1;
        a.previous = Writing.digest(r);
        _notAPair(r, a);
        (Sheet memory x, Sheet memory y) = _sheets();
        x.statements = '';
        _notAPair(x, y);
        (x, y) = _sheets();
        y.statements = bytes.concat(y.statements, y.statements);
        _notAPair(x, y);
    }

    function _notAPair(Stated memory r, Stated memory a) private {
        _notAPair(ledger.sheetOf(ledger.only(r)), ledger.sheetOf(ledger.only(a)));
    }

    function _notAPair(Sheet memory r, Sheet memory a) private {
        vm.expectRevert(ICustody.NotAPair.selector);
        custody.submitLate(r, a);
    }
}
