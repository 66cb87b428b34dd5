// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches, ILines, Sheet} from '../../contracts/interfaces/ILines.sol';
import {BKA, COURT, DCPJ, LAB, LedgerTest, Stated, Vm, Writing, vm} from './support/LedgerTest.sol';

/// @notice Batches, sheets, their parts, and what hostile input can do: nothing (docs/protocol.md 2.1, 5 and 7.1).
contract BatchesTest is LedgerTest {
    bytes32 private _item;

    function setUp() public override {
        super.setUp();
        _item = subjectOf(BKA, 1);
    }

    function _good(uint256 n) private view returns (Sheet memory) {
        return ledger.sheetOf(ledger.only(collect(BKA, subjectOf(BKA, n))));
    }

    /// @dev Sends a sheet between two good ones, and expects that it leaves no trace and spoils neither.
    function _expectNoTrace(Sheet memory bad) private {
        Sheet[] memory batch = new Sheet[](3);
        uint256 n = gasleft(); // any number
        (batch[0], batch[1], batch[2]) = (_good(n), bad, _good(n + 1));
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(outcomes.length, 2, 'no trace of the bad sheet');
        same(bytes.concat(outcomes[0], outcomes[1]), hex'0000', 'its neighbours are included');
    }

    function _signed(bytes memory wire, bytes32[] memory digests) private view returns (Sheet memory sheet) {
        sheet.key = ledger.officer(BKA);
        sheet.statements = wire;
        sheet.signature = ledger.sign(sheet.key, Writing.sheetHash(ledger.domain(), digests));
    }

    // The event

    function test_TheEventEchoesTheSheet() public {
        // All lengths of signature and wire modulo a word, and up to nine words of outcomes.
        for (uint256 n = 1; n <= 256; n += 51) {
            Stated[] memory all = new Stated[](n);
            for (uint256 i; i < n; ++i) all[i] = collect(BKA, subjectOf(BKA, (n << 16) | (i + 1)));
            if (n > 2) all[2].code = 9;
            Sheet[] memory batch = new Sheet[](1);
            batch[0] = ledger.sheetOf(all);
            vm.recordLogs();
            custody.submit(batch);
            Vm.Log[] memory logs = vm.getRecordedLogs();
            same(logs.length, 1, 'one event');
            same(logs[0].topics.length, 2, 'two topics');
            same(logs[0].topics[0], keccak256('Judged(bytes32,bytes,bytes,bytes)'), 'Judged');
            same(logs[0].topics[1], batch[0].key, 'key');
            bytes memory outcomes = new bytes(n);
            if (n > 2) outcomes[2] = 0x03;
            same(logs[0].data, abi.encode(batch[0].signature, batch[0].statements, outcomes), 'data');
        }
    }

    function test_MemoryLeftByOneSheetDoesNotShowInTheNext() public {
        Stated[] memory all = new Stated[](40);
        for (uint256 i; i < 40; ++i) all[i] = record(BKA, subjectOf(BKA, 100 + i));
        Sheet[] memory batch = new Sheet[](2);
        (batch[0], batch[1]) = (ledger.sheetOf(all), _good(1));
        vm.recordLogs();
        custody.submit(batch);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs[1].data, abi.encode(batch[1].signature, batch[1].statements, hex'00'), 'padded with zeros');
    }

    function test_MemoryLeftByOneSheetIsNoListOfTheNext() public {
        bytes32 agreement = subjectOf(BKA, 0xA1);
        agree(agreement, termsFor(germanFrench()), BKA, DCPJ);
        Sheet[] memory batch = new Sheet[](9);
        for (uint256 i; i < 9; ++i) {
            bytes32 item = subjectOf(BKA, 200 + i);
            includes(collect(BKA, item));
            Stated memory s = release(BKA, item, DCPJ);
            (s.agreement, s.purpose) = (agreement, INVESTIGATE);
            // Sheets of any size before it: what they leave lies anywhere in what it takes.
            Stated[] memory all = new Stated[](1 + (i % 3));
            all[0] = s;
            for (uint256 j = 1; j < all.length; ++j) all[j] = record(BKA, subjectOf(BKA, 300 + j));
            batch[i] = ledger.sheetOf(all);
        }
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(outcomes.length, 9, 'none reverts');
        for (uint256 i; i < 9; ++i) same(uint8(outcomes[i][0]), 0, 'each release is included');
    }

    // Sheets

    function test_StatementsOfOneSheetSeeThoseBeforeThem() public {
        Stated[] memory all = new Stated[](4);
        all[0] = collect(BKA, _item);
        for (uint256 i = 1; i < 4; ++i) {
            all[i] = record(BKA, _item);
            all[i].previous = Writing.digest(all[i - 1]);
        }
        all[2].code = 77;
        all[3].previous = Writing.digest(all[1]);
        same(ledger.judgeSheet(all), hex'00000300', 'the third is rejected, the fourth goes on');
    }

    function test_AStatementOfAnotherParticipantIsRejectedAlone() public {
        Stated[] memory all = new Stated[](3);
        all[0] = collect(BKA, _item);
        all[1] = collect(LAB, subjectOf(LAB, 1));
        all[1].key = all[0].key;
        all[2] = collect(BKA, subjectOf(BKA, 2));
        same(ledger.judgeSheet(all), hex'000200', 'KEY_FOREIGN');
    }

    function test_NothingIsAcceptedTwice() public {
        Sheet memory sheet = _good(1);
        Sheet[] memory batch = new Sheet[](2);
        (batch[0], batch[1]) = (sheet, sheet);
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(bytes.concat(outcomes[0], outcomes[1]), hex'000f', 'REPLAYED');
    }

    function test_AnEmptyBatchIsNothing() public {
        vm.recordLogs();
        custody.submit(new Sheet[](0));
        same(vm.getRecordedLogs().length, 0, 'nothing');
    }

    // Parts

    function test_ASheetInParts() public {
        Stated[] memory all = new Stated[](5);
        bytes memory first;
        bytes memory second;
        for (uint256 i; i < 5; ++i) {
            all[i] = collect(BKA, subjectOf(BKA, i + 1));
            bytes memory whole = Writing.wire(all[i]);
            bytes memory digest = Writing.wire(Writing.digest(all[i]));
            first = bytes.concat(first, i % 2 == 0 ? whole : digest);
            second = bytes.concat(second, i % 2 == 0 ? digest : whole);
        }
        Sheet[] memory batch = new Sheet[](3);
        batch[0] = _signed(first, Writing.digests(all));
        batch[1] = _signed(second, Writing.digests(all));
        batch[2] = batch[0];
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(outcomes[0], hex'00ff00ff00', 'one part');
        same(outcomes[1], hex'ff00ff00ff', 'the other');
        same(outcomes[2], hex'0fff0fff0f', 'once');
    }

    function test_DigestsAloneAreUnreadable() public {
        bytes32[] memory digests = words('a', 'b');
        _expectNoTrace(_signed(abi.encodePacked(uint8(0), digests[0], uint8(0), digests[1]), digests));
    }

    // Hostile input

    function test_AnUnprovenSheetLeavesNoTrace() public {
        Sheet memory sheet = _good(1);
        sheet.signature = '';
        _expectNoTrace(sheet);
        sheet.signature = new bytes(65);
        _expectNoTrace(sheet);
        sheet.signature = new bytes(1000);
        _expectNoTrace(sheet);
        sheet = _good(1);
        sheet.key = ledger.officer(LAB);
        _expectNoTrace(sheet);
        sheet.key = 'nobody';
        _expectNoTrace(sheet);
        sheet = _good(1);
        sheet.signature = bytes.concat(sheet.signature, hex'00');
        _expectNoTrace(sheet);
        sheet = _good(1);
        sheet.signature[64] = 0x1d;
        _expectNoTrace(sheet);
        sheet.signature[64] = 0x00;
        _expectNoTrace(sheet);
        sheet = _good(1);
        sheet.statements[40] ^= 0x01;
        _expectNoTrace(sheet);
    }

    function test_AHighSIsNoSignature() public {
        Sheet memory sheet = _good(1);
        bytes memory signature = sheet.signature;
        uint256 s;
        assembly {
            s := mload(add(signature, 0x40))
        }
        s = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 - s;
        assembly {
            mstore(add(signature, 0x40), s)
        }
        signature[64] = signature[64] == 0x1b ? bytes1(0x1c) : bytes1(0x1b);
        _expectNoTrace(sheet);
    }

    function test_AnotherLedgersSignatureIsNone() public {
        Stated memory s = collect(BKA, _item);
        Sheet memory sheet = ledger.sheetOf(ledger.only(s));
        bytes32 elsewhere = Writing.domain('another founding');
        sheet.signature = ledger.sign(sheet.key, Writing.sheetHash(elsewhere, words(Writing.digest(s))));
        _expectNoTrace(sheet);
    }

    function test_UnreadableSheetsLeaveNoTrace() public {
        Stated memory s = release(BKA, _item, LAB);
        s.recipientKey = 'k';
        s.agreement = 'a';
        s.request = 'q';
        s.list = words('one', 'two', 'three');
        bytes32[] memory digests = words(Writing.digest(s));
        bytes memory whole = Writing.wire(s);
        // cut at every byte, and one byte more
        for (uint256 length; length < whole.length; ++length) {
            bytes memory cut = new bytes(length);
            for (uint256 i; i < length; ++i) cut[i] = whole[i];
            if (length % 16 == 0 || length < 2 || length > whole.length - 40) _expectNoTrace(_signed(cut, digests));
        }
        _expectNoTrace(_signed(bytes.concat(whole, hex'00'), digests));
        _expectNoTrace(_signed(bytes.concat(whole, new bytes(32)), digests));
        // present bits
        for (uint256 present; present < 256; ++present) {
            if (present < 24) continue;
            bytes memory wrong = bytes.concat(Writing.wireFront(s, uint8(present)), Writing.wireBack(s));
            if (present < 40 || present % 32 == 0 || present == 255) _expectNoTrace(_signed(wrong, digests));
        }
        // a present word that is zero
        for (uint8 bit; bit < 4; ++bit) {
            bytes memory wrong = bytes.concat(Writing.wireFront(s, uint8(1) << bit), new bytes(32));
            _expectNoTrace(_signed(wrong, digests));
        }
        // a list without words
        _expectNoTrace(_signed(bytes.concat(Writing.wireFront(s, 16), hex'00'), digests));
        // the list's length says more than there is
        whole[122 + 96] = 0x04;
        _expectNoTrace(_signed(whole, digests));
        whole[122 + 96] = 0xff;
        _expectNoTrace(_signed(whole, digests));
    }

    function test_AtMost256Positions() public {
        bytes32[] memory digests = new bytes32[](257);
        bytes memory wire = Writing.wire(collect(BKA, _item));
        digests[0] = Writing.digest(collect(BKA, _item));
        for (uint256 i = 1; i < 257; ++i) {
            digests[i] = bytes32(i);
            if (i < 256) wire = bytes.concat(wire, Writing.wire(digests[i]));
        }
        _expectNoTrace(_signed(bytes.concat(wire, Writing.wire(digests[256])), digests));
        assembly {
            mstore(digests, 256)
        }
        Sheet[] memory batch = new Sheet[](1);
        batch[0] = _signed(wire, digests);
        same(uint8(ledger.send(address(custody), batch)[0][0]), 0, '256 are taken');
    }

    function test_ABadFrameRevertsAsAWhole() public {
        bytes memory data = abi.encodeCall(IBatches.submit, (new Sheet[](1)));
        assembly {
            mstore(data, sub(mload(data), 64))
        }
        (bool success, ) = address(custody).call(data);
        yes(!success, "the carrier's doing");
    }

    function testFuzz_GarbageLeavesNoTrace(bytes32 key, bytes memory signature, bytes memory wire) public {
        _expectNoTrace(Sheet(key, signature, wire));
    }

    function testFuzz_GarbageUnderAGoodKeyLeavesNoTrace(bytes memory signature, bytes memory wire) public {
        _expectNoTrace(Sheet(ledger.officer(BKA), signature, wire));
    }

    /// @dev The parser and the hash of the contracts agree with the encoder and the hash of the tests on any statement:
    /// it is proven, and its claimed time, far ahead, is what is wrong with it, or its form.
    function testFuzz_AnyStatementIsReadAndHashedAsWritten(Stated memory s) public {
        if (s.act == 0) s.act = 1;
        s.key = ledger.officer(BKA);
        if (s.list.length > 255) s.list = new bytes32[](255);
        if (s.list.length != 0) s.reference_ = 0;
        s.participant = BKA;
        Stated[] memory all = new Stated[](2);
        (all[0], all[1]) = (s, collect(BKA, _item));
        Sheet[] memory batch = new Sheet[](1);
        batch[0] = ledger.sheetOf(all);
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(outcomes.length, 1, 'proven');
        yes(outcomes[0][0] != 0, 'rejected');
        same(uint8(outcomes[0][1]), 0, 'and the next one is included');
    }
}
