// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IConsortium, Key, Signature} from '../../contracts/interfaces/IConsortium.sol';
import {ILines, Leaf, Line, Sheet} from '../../contracts/interfaces/ILines.sol';
import {BKA, COURT, DCPJ, FBI, KLPD, LAB, LedgerTest, START, Stated, Vm, Writing, vm} from './support/LedgerTest.sol';

/// @notice Membership and keys: docs/protocol.md 5 and 8.
contract ConsortiumTest is LedgerTest {
    function _own(uint32 participant) private pure returns (bytes32) {
        return bytes32(uint256(participant) << 224);
    }

    function _line(uint32 participant) private view returns (Line memory line) {
        (line, ) = consortium.participants(participant);
    }

    function _stated(uint8 act, uint32 by, bytes32 subject) private view returns (Stated memory s) {
        s = ledger.stated(act, 1, by, subject);
        s.key = ledger.authority(by);
    }

    function _enrolment(uint32 by, Key memory key) private view returns (Stated memory s) {
        s = _stated(19, by, _own(by));
        s.list = ledger.wordsOf(key);
    }

    /// @dev What the other agencies sign: with BKA, three of four.
    function _approvals() private view returns (bytes32[] memory) {
        return words(ledger.authority(DCPJ), ledger.authority(KLPD));
    }

    // Keys

    function test_AParticipantEnrolsAKeyThatSignsToo() public {
        Key memory key = ledger.newKey(1, 555, 2);
        Stated memory s = _enrolment(BKA, key);
        bytes32 id = ledger.idOf(key);
        rejects(s, 48);
        same(ledger.change(s, words(ledger.authority(DCPJ))), 48, "another key's signature");
        same(ledger.change(s, words(ledger.authority(DCPJ), id)), 0, 'anywhere after the first');
        (, , uint32 count) = consortium.tally();
        same(
            consortium.keyInfo(id),
            (uint256(BKA) << 224) |
                (uint256(count) << 192) |
                (1 << 184) |
                (2 << 176) |
                (uint256((1 << 25) - 1) << 144) |
                (1 << 104) |
                (uint256(4_000_000_000) << 64),
            'info'
        );
        (, bytes32 x, bytes32 y) = consortium.keys(id);
        same(x, key.x, 'x');
        same(y, key.y, 'y');
        same(_line(BKA).head, Writing.digest(s), 'on its own line');
        same(ledger.change(_enrolment(BKA, key), words(id)), 47, 'once');
        same(ledger.change(_enrolment(LAB, key), words(id)), 47, 'for anybody');
    }

    function test_TheKeysForm() public {
        for (uint256 i; i < 14; ++i) {
            Stated memory s = _enrolment(BKA, ledger.newKey(1, 556, 2));
            if (i == 0) s.list[0] = 0;
            if (i == 1) s.list[0] = bytes32(uint256(4));
            if (i == 2) s.list[0] = bytes32(uint256(257));
            if (i == 3) s.list[1] = 0;
            if (i == 4) s.list[1] = bytes32(uint256(32));
            if (i == 5) s.list[1] = bytes32(uint256(258));
            if (i == 6) s.list[2] = bytes32(uint256(1 << 25));
            if (i == 7) s.list[2] = bytes32(uint256((1 << 32) | 1));
            if (i == 8) s.list[3] = s.list[4];
            if (i == 9) s.list[3] = bytes32(uint256(1 << 40));
            if (i == 10) s.list[4] = bytes32(uint256(1 << 40));
            if (i == 11) s.list[4] = s.list[3];
            if (i == 12) s.list[4] = 0;
            if (i == 13) s.list[3] = bytes32(uint256(s.list[3]) | (1 << 255));
            rejects(s, 3);
        }
    }

    function test_OnlyOnItsOwnLine() public {
        Stated memory s = _enrolment(BKA, ledger.newKey(1, 557, 2));
        s.subject = _own(LAB);
        s.previous = _line(LAB).head;
        rejects(s, 12);
        s.subject = _own(99);
        rejects(s, 14);
        s.subject = bytes32(uint256(_own(BKA)) | 1);
        s.previous = _line(BKA).head;
        rejects(s, 14);
        s.subject = _own(BKA);
        s.previous = 'another';
        rejects(s, 16);
    }

    function test_ARevokedKeyStaysRevoked() public {
        bytes32 id = ledger.officer(BKA);
        Stated memory s = _stated(20, BKA, _own(BKA));
        s.reference_ = ledger.officer(LAB);
        rejects(s, 2);
        s.reference_ = 'no key';
        rejects(s, 2);
        s.reference_ = id;
        s.subject = 0;
        rejects(s, 14);
        s.subject = _own(BKA);
        uint256 before = consortium.keyInfo(id);
        includes(s);
        same(consortium.keyInfo(id), before | (uint256(START) << 24), 'revoked at');
        rejects(s, 15);
        s = _stated(20, BKA, _own(BKA));
        s.reference_ = id;
        rejects(s, 7);
        s.reference_ = ledger.authority(BKA);
        includes(s);
        rejects(_stated(20, BKA, _own(BKA)), 3);
        s = _stated(24, BKA, _own(BKA));
        s.list = words('digest');
        rejects(s, 7);
    }

    function test_EraseIsOnTheOwnLine() public {
        Stated memory s = _stated(24, BKA, _own(BKA));
        s.key = ledger.officer(BKA);
        s.list = words('digest', 'evidence');
        bytes32 before = _line(BKA).anchor;
        bytes32 digest = includes(s);
        same(_line(BKA).anchor, keccak256(abi.encode(before, digest, START)), 'anchor');
        s.subject = _own(LAB);
        s.previous = _line(LAB).head;
        rejects(s, 12);
        s.subject = 0;
        s.previous = consortium.consortiumLine().head;
        rejects(s, 14);
    }

    function test_AKeyForEncryptionSignsNothingButItsOwnEnrolment() public {
        bytes32 id = ledger.enrol(BKA, ledger.newKey(2, 558, 16));
        yes(consortium.keyInfo(id) != 0, 'enrolled');
        Stated memory s = _stated(24, BKA, _own(BKA));
        s.key = id;
        s.list = words('digest');
        rejects(s, 1);
        s = collect(BKA, subjectOf(BKA, 1));
        s.key = id;
        rejects(s, 1);
    }

    // Approval

    function test_MoreThanTwoThirdsOfTheActiveAgenciesApprove() public {
        (Stated memory s, Key memory key) = ledger.admission('NEW');
        bytes32 id = ledger.idOf(key);
        same(ledger.change(s, words(id)), 49, 'one of four');
        same(ledger.change(s, words(ledger.authority(DCPJ), id)), 49, 'two of four');
        same(ledger.change(s, words(ledger.authority(LAB), ledger.authority(DCPJ), id)), 49, 'no agency');
        same(ledger.change(s, words(ledger.authority(KLPD), ledger.authority(DCPJ), id)), 49, 'out of order');
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(DCPJ), id)), 49, 'twice');
        same(ledger.change(s, words(ledger.authority(BKA), ledger.authority(DCPJ), id)), 49, "the first's once more");
        same(ledger.change(s, words(ledger.officer(KLPD), ledger.authority(DCPJ), id)), 49, 'no authority');
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI), id)), 0, 'three of four');
    }

    function test_AnApprovingKeyIsValidNowAndNotRevokedAndMaySignTheAct() public {
        Key memory key = ledger.newKey(1, 601, 1);
        key.until = START + 10 days;
        bytes32 short_ = ledger.enrol(KLPD, key);
        key = ledger.newKey(1, 602, 1);
        key.from = START + 5 days;
        bytes32 early = ledger.enrol(KLPD, key);
        key = ledger.newKey(1, 603, 1);
        key.acts = 1 << 19;
        bytes32 masked = ledger.enrol(KLPD, key);
        bytes32 revoked = ledger.enrol(KLPD, ledger.newKey(1, 604, 1));
        Stated memory s = _stated(20, KLPD, _own(KLPD));
        s.reference_ = revoked;
        includes(s);

        s = _stated(22, BKA, 0);
        s.expires = s.time + 30 days;
        s.list = words(bytes32(uint256(LAB)));
        same(ledger.change(s, words(ledger.authority(DCPJ), early)), 49, 'too early');
        same(ledger.change(s, words(ledger.authority(DCPJ), masked)), 49, 'may not suspend');
        same(ledger.change(s, words(ledger.authority(DCPJ), revoked)), 49, 'revoked');
        vm.warp(START + 10 days);
        same(ledger.change(s, words(ledger.authority(DCPJ), short_)), 49, 'over');
        same(ledger.change(s, words(ledger.authority(DCPJ), early)), 0, 'valid now');
    }

    function test_TheFirstSignatureIsAnApprovalOfAnAgencyToo() public {
        Stated memory s = _stated(22, LAB, 0);
        s.list = words(bytes32(uint256(COURT)));
        same(ledger.change(s, words(ledger.authority(BKA), ledger.authority(DCPJ))), 49, "LAB's own does not count");
        same(
            ledger.change(s, words(ledger.authority(BKA), ledger.authority(DCPJ), ledger.authority(KLPD))),
            0,
            'three'
        );
    }

    function test_ASuspendedAgencyDoesNotVote() public {
        Stated memory s = _stated(22, BKA, 0);
        s.list = words(bytes32(uint256(KLPD)));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 0, 'suspended');
        (, uint32 active, ) = consortium.tally();
        same(active, 3, 'active agencies');
        s = _stated(22, BKA, 0);
        s.list = words(bytes32(uint256(LAB)));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(KLPD))), 49, 'two of three');
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 0, 'three of three');
        (, active, ) = consortium.tally();
        same(active, 3, 'LAB is no agency');
    }

    function test_TheFurtherSignaturesAreOnRecord() public {
        Stated memory s = _stated(22, BKA, 0);
        s.list = words(bytes32(uint256(LAB)));
        bytes32 hash = Writing.sheetHash(ledger.domain(), words(Writing.digest(s)));
        Signature[] memory all = new Signature[](3);
        all[0] = Signature(s.key, ledger.sign(s.key, hash));
        all[1] = Signature(ledger.authority(DCPJ), ledger.sign(ledger.authority(DCPJ), hash));
        all[2] = Signature('nobody', hex'1234');
        vm.recordLogs();
        consortium.submit(Writing.wire(s), all);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 2, 'two events');
        same(logs[0].topics[0], IConsortium.Endorsed.selector, 'endorsed before');
        same(logs[0].topics[1], Writing.digest(s), 'the digest');
        Signature[] memory further = abi.decode(logs[0].data, (Signature[]));
        same(further.length, 2, 'all but the first');
        same(further[0].signature, all[1].signature, 'as sent');
        same(further[1].signature, hex'1234', 'whether it counts or not');
        same(logs[1].topics[0], ILines.Judged.selector, 'judged');
        same(logs[1].topics[1], s.key, 'by the first');
        (bytes memory signature, bytes memory statements, bytes memory outcomes) = abi.decode(
            logs[1].data,
            (bytes, bytes, bytes)
        );
        same(signature, all[0].signature, 'signature');
        same(statements, Writing.wire(s), 'statement');
        same(outcomes, hex'31', 'NOT_APPROVED');
    }

    function test_WhatIsNotProvenOrNotOneStatementLeavesNoTrace() public {
        Stated memory s = _stated(24, BKA, _own(BKA));
        s.list = words('digest');
        Signature[] memory none = new Signature[](0);
        same(ledger.changeWith(s, none), 1, 'no signature');
        Signature[] memory wrong = new Signature[](1);
        wrong[0] = Signature(s.key, new bytes(65));
        same(ledger.changeWith(s, wrong), 1, 'a wrong one');
        vm.recordLogs();
        consortium.submit(bytes.concat(Writing.wire(s), Writing.wire(s)), wrong);
        consortium.submit('', wrong);
        consortium.submit(Writing.wire(Writing.digest(s)), wrong);
        same(vm.getRecordedLogs().length, 0, 'nothing');
    }

    function test_ActsOfOtherContractsAreMalformed() public {
        Stated memory s = record(BKA, subjectOf(BKA, 1));
        same(ledger.change(s, new bytes32[](0)), 3, "custody's");
        s = end(BKA, subjectOf(BKA, 1), 1);
        same(ledger.change(s, new bytes32[](0)), 3, "agreements'");
    }

    // Membership

    function test_ANewMember() public {
        (Stated memory s, Key memory key) = ledger.admission('DE-LKA-7');
        bytes32 before = consortium.consortiumLine().anchor;
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(KLPD), ledger.idOf(key))), 0, 'admitted');
        bytes32 digest = Writing.digest(s);
        (Line memory line, bytes32 code) = consortium.participants(8);
        same(code, 'DE-LKA-7', 'code');
        same(line.head, digest, 'its line begins with its admission');
        same(line.anchor, keccak256(abi.encode(bytes32(0), digest, START)), 'anchor');
        same(line.state, (1 << 248) | (1 << 240) | (uint256(0x4445) << 224), 'state');
        same(consortium.keyInfo(ledger.idOf(key)) >> 224, 8, 'its key');
        same(uint8(consortium.keyInfo(ledger.idOf(key)) >> 16), 0, 'without the mark');
        same(
            consortium.consortiumLine().anchor,
            keccak256(abi.encode(before, digest, START)),
            "on the consortium's line"
        );
        (uint32 participants, uint32 active, ) = consortium.tally();
        same(participants, 8, 'participants');
        same(active, 5, 'agencies');
    }

    function test_WhatANewMemberLooksLike() public {
        for (uint256 i; i < 16; ++i) {
            (Stated memory s, Key memory key) = ledger.admission('NEW');
            if (i == 0) s.list[0] = 0;
            if (i == 1) s.list[0] = 'lower';
            if (i == 2) s.list[0] = 'SEVENTEEN-LETTERS';
            if (i == 3) s.list[0] = bytes32('A\x00B');
            if (i == 4) s.list[0] = 'A_B';
            if (i == 5) s.list[1] = bytes32(uint256(0x6465));
            if (i == 6) s.list[1] = bytes32(uint256(0x14445));
            if (i == 7) s.list[2] = 0;
            if (i == 8) s.list[2] = bytes32(uint256(6));
            if (i == 9) s.list[2] = bytes32(uint256(257));
            if (i == 10) s.list[3] = bytes32(uint256(BKA)); // an agency has no sponsor
            if (i == 11) s.list[2] = bytes32(uint256(2)); // all others have
            if (i == 12) (s.list[2], s.list[3]) = (bytes32(uint256(2)), bytes32(uint256(LAB)));
            if (i == 13) (s.list[2], s.list[3]) = (bytes32(uint256(2)), bytes32(uint256((1 << 32) | 1)));
            if (i == 14) s.list[5] = bytes32(uint256(2)); // no authority
            if (i == 15) s.list[4] = 0;
            same(
                ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(KLPD), ledger.idOf(key))),
                3,
                vm.toString(i)
            );
        }
    }

    function test_ANewMembersKeyIsNewAndProven() public {
        (Stated memory s, Key memory key) = ledger.admission('NEW');
        same(ledger.change(s, _approvals()), 48, 'unproven');
        bytes32[] memory old = ledger.wordsOf(ledger.newKey(1, 2001, 1));
        for (uint256 i; i < 7; ++i) s.list[4 + i] = old[i];
        same(ledger.change(s, _approvals()), 47, "DCPJ's");
        (s, key) = ledger.admission('ABCDEFGHIJ-01289');
        s.list[2] = bytes32(uint256(5));
        s.list[3] = bytes32(uint256(BKA));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(KLPD), ledger.idOf(key))), 0, 'an expert');
    }

    function test_SuspendedAndReinstated() public {
        Stated memory s = _stated(22, BKA, 0);
        s.list = words(bytes32(uint256(99)));
        same(ledger.change(s, _approvals()), 26, 'nobody');
        s.list = words(bytes32(uint256((1 << 32) | LAB)));
        same(ledger.change(s, _approvals()), 26, 'no number');
        s.list = words(0);
        same(ledger.change(s, _approvals()), 26, 'nobody');
        s.list = words(bytes32(uint256(KLPD)));
        bytes32 head = _line(KLPD).head;
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 0, 'suspended');
        same(_line(KLPD).state >> 248, 2, 'suspended');
        same(_line(KLPD).head, head, 'its own line stays');
        s.previous = consortium.consortiumLine().head;
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 26, 'suspended already');
        rejects(_enrolment(KLPD, ledger.newKey(1, 700, 2)), 11);

        s = ledger.stated(21, 2, BKA, 0);
        s.key = ledger.authority(BKA);
        s.list = words(bytes32(uint256(LAB)));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 26, 'active already');
        s.list = words(bytes32(uint256(KLPD)));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.authority(FBI))), 0, 'reinstated');
        same(_line(KLPD).state >> 248, 1, 'active');
        (, uint32 active, ) = consortium.tally();
        same(active, 4, 'active agencies');
    }

    function test_TheConsortiumMayEnrolAKeyWhichIsMarked() public {
        Key memory key = ledger.newKey(1, 701, 1);
        Stated memory s = _stated(19, BKA, 0);
        s.list = new bytes32[](8);
        bytes32[] memory keyWords = ledger.wordsOf(key);
        for (uint256 i; i < 7; ++i) s.list[1 + i] = keyWords[i];
        bytes32[] memory all = words(ledger.authority(DCPJ), ledger.authority(KLPD), ledger.idOf(key));
        same(ledger.change(s, all), 26, 'for nobody');
        s.list[0] = bytes32(uint256(LAB));
        same(ledger.change(s, words(ledger.authority(DCPJ), ledger.idOf(key))), 49, 'not approved');
        same(ledger.change(s, _approvals()), 48, 'unproven');
        same(ledger.change(s, all), 0, 'enrolled');
        same(uint8(consortium.keyInfo(ledger.idOf(key)) >> 16), 1, 'marked');
        same(consortium.keyInfo(ledger.idOf(key)) >> 224, LAB, 'for LAB');
        same(consortium.consortiumLine().head, Writing.digest(s), "on the consortium's line");
    }

    function test_ARetiredLedgerTakesNothing() public {
        bytes32 item = subjectOf(BKA, 1);
        Stated memory s = collect(BKA, item);
        Sheet[] memory sheets = new Sheet[](1);
        sheets[0] = ledger.sheetOf(ledger.only(s));
        s = _stated(23, BKA, 0);
        s.reference_ = 'root of all lines';
        same(ledger.change(s, new bytes32[](0)), 49, 'not approved');
        same(ledger.change(s, _approvals()), 0, 'retired');
        same(consortium.consortiumLine().state >> 248, 2, 'retired');
        same(consortium.consortiumLine().head, Writing.digest(s), 'the last statement');

        vm.expectRevert(ILines.LedgerRetired.selector);
        custody.submit(sheets);
        vm.expectRevert(ILines.LedgerRetired.selector);
        agreements.submit(sheets);
        Stated memory r = release(BKA, item, LAB);
        r.code = 2;
        Stated memory a = accept(LAB, item);
        a.previous = Writing.digest(r);
        (Sheet memory x, Sheet memory y) = (ledger.sheetOf(ledger.only(r)), ledger.sheetOf(ledger.only(a)));
        vm.expectRevert(ILines.LedgerRetired.selector);
        custody.submitLate(x, y);
        Signature[] memory signatures = new Signature[](1);
        Stated memory e = _stated(22, BKA, 0);
        vm.expectRevert(ILines.LedgerRetired.selector);
        consortium.submit(Writing.wire(e), signatures);
        vm.expectRevert(ILines.LedgerRetired.selector);
        custody.inherit(new Leaf[](0));
    }

    function test_RetiringAgainNamesWhatOtherStatementsOvertook() public {
        Stated memory s = _stated(23, BKA, 0);
        s.reference_ = 'heritage';
        same(ledger.change(s, _approvals()), 0, 'retired');
        s = _stated(23, BKA, 0);
        s.reference_ = 'heritage as it is now';
        same(ledger.change(s, new bytes32[](0)), 49, 'not approved');
        same(ledger.change(s, _approvals()), 0, 'retired again');
        same(consortium.consortiumLine().head, Writing.digest(s), 'the last statement');
    }
}
