// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Agreements} from '../../../contracts/Agreements.sol';
import {Consortium} from '../../../contracts/Consortium.sol';
import {Custody} from '../../../contracts/Custody.sol';
import {Line, Sheet} from '../../../contracts/interfaces/ILines.sol';
import {Reasons} from '../../../contracts/libraries/Reasons.sol';
import {BKA, COURT, COURT_FR, DCPJ, DE, FAR, FBI, FR, KLPD, LAB, Ledger, NL, START, US} from './Ledger.sol';
import {Stated, Writing} from './Stated.sol';
import {Test, Vm, vm} from './Vm.sol';

/// @notice A founded ledger, and a word for each act.
abstract contract LedgerTest is Test {
    Ledger internal ledger;
    Consortium internal consortium;
    Agreements internal agreements;
    Custody internal custody;

    uint16 internal constant INVESTIGATE = 1 << 2;
    uint16 internal constant FORENSICS = 1 << 5;
    uint16 internal constant COURT_USE = 1 << 9;
    uint16 internal constant H1 = 1;
    uint16 internal constant H2 = 2;
    uint16 internal constant H3 = 4;

    function setUp() public virtual {
        ledger = new Ledger();
        consortium = ledger.consortium();
        agreements = ledger.agreements();
        custody = ledger.custody();
    }

    // Outcomes

    function includes(Stated memory s) internal returns (bytes32 digest) {
        same(ledger.judge(s), 0, 'included');
        return Writing.digest(s);
    }

    function rejects(Stated memory s, uint8 reason) internal {
        same(ledger.judge(s), reason, 'rejected with this reason');
    }

    // Words

    function subjectOf(uint32 participant, uint256 n) internal pure returns (bytes32) {
        return bytes32((uint256(participant) << 224) | n);
    }

    function words(bytes32 a) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](1);
        list[0] = a;
    }

    function words(bytes32 a, bytes32 b) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](2);
        (list[0], list[1]) = (a, b);
    }

    function words(bytes32 a, bytes32 b, bytes32 c) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](3);
        (list[0], list[1], list[2]) = (a, b, c);
    }

    // Evidence

    function collect(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(1, 1, participant, item);
    }

    function derive(
        uint32 participant,
        bytes32 item,
        bytes32[] memory parents
    ) internal view returns (Stated memory s) {
        s = ledger.stated(2, 1, participant, item);
        s.list = parents;
    }

    function release(uint32 from, bytes32 item, uint32 to) internal view returns (Stated memory s) {
        s = ledger.stated(3, 1, from, item);
        s.recipient = to;
    }

    function accept(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(4, 1, participant, item);
    }

    function refuse(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(5, 1, participant, item);
    }

    function giveBack(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(6, 1, participant, item);
    }

    function recall(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(7, 1, participant, item);
    }

    function record(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(8, 1, participant, item);
    }

    function correct(uint32 participant, bytes32 item, bytes32 digest) internal view returns (Stated memory s) {
        s = ledger.stated(9, 1, participant, item);
        s.reference_ = digest;
    }

    function dispose(uint32 participant, bytes32 item, uint16 code) internal view returns (Stated memory) {
        return ledger.stated(10, code, participant, item);
    }

    function found(uint32 participant, bytes32 item) internal view returns (Stated memory) {
        return ledger.stated(11, 1, participant, item);
    }

    function evidence(bytes32 item) internal view returns (Line memory line) {
        (line, , ) = custody.evidence(item);
    }

    function stateOf(bytes32 item) internal view returns (uint256) {
        return evidence(item).state;
    }

    function statusOf(bytes32 item) internal view returns (uint256) {
        return stateOf(item) >> 248;
    }

    function holderOf(bytes32 item) internal view returns (uint256) {
        return uint32(stateOf(item) >> 192);
    }

    function originsOf(bytes32 item) internal view returns (uint256 origins) {
        (, origins, ) = custody.evidence(item);
    }

    function basesOf(bytes32 item) internal view returns (uint256 bases) {
        (, , bases) = custody.evidence(item);
    }

    /// @dev Hands an item over under an agreement and checks that it arrives.
    function handOver(uint32 from, bytes32 item, uint32 to, bytes32 agreement, uint16 purpose) internal {
        Stated memory s = release(from, item, to);
        s.agreement = agreement;
        s.purpose = purpose;
        s.restrictions = uint16(stateOf(item) >> 176);
        includes(s);
        includes(accept(to, item));
    }

    // Holds

    function hold(uint32 participant, bytes32 subject, bytes32[] memory items) internal view returns (Stated memory s) {
        s = ledger.stated(12, 1, participant, subject);
        s.list = items;
    }

    function lift(uint32 participant, bytes32 subject, bytes32[] memory items) internal view returns (Stated memory s) {
        s = ledger.stated(13, 1, participant, subject);
        s.list = items;
    }

    function holdsOn(bytes32 item) internal view returns (uint256) {
        return uint8(stateOf(item) >> 232);
    }

    // Consents, requests, agreements

    function consent(
        uint32 giver,
        bytes32 subject,
        bytes32 item,
        uint32 recipient,
        uint16 purpose
    ) internal view returns (Stated memory s) {
        s = ledger.stated(14, 1, giver, subject);
        s.reference_ = item;
        s.recipient = recipient;
        s.purpose = purpose;
    }

    function request(uint32 by, bytes32 subject, uint32 asked) internal view returns (Stated memory s) {
        s = ledger.stated(15, 1, by, subject);
        s.recipient = asked;
        s.list = words(bytes32(block.timestamp + 10 days));
    }

    function answer(uint32 by, bytes32 subject, uint16 code) internal view returns (Stated memory) {
        return ledger.stated(16, code, by, subject);
    }

    function end(uint32 by, bytes32 subject, uint16 code) internal view returns (Stated memory s) {
        s = ledger.stated(18, code, by, subject);
        if (code == 1) s.key = ledger.authority(by);
    }

    function partyOf(uint32 participant) internal pure returns (bytes32) {
        return bytes32((1 << 64) | (uint256(participant) << 32) | participant);
    }

    function partyFor(uint16 jurisdiction, uint32 signatory) internal pure returns (bytes32) {
        return bytes32((2 << 64) | (uint256(jurisdiction) << 32) | signatory);
    }

    /// @dev Terms that permit all purposes and restrictions from now for a year, with no onward transfer.
    function termsFor(bytes32[] memory parties) internal view returns (bytes32[] memory list) {
        list = new bytes32[](8 + parties.length);
        list[0] = keccak256('text');
        list[2] = bytes32(uint256(0x0fff));
        list[3] = bytes32(uint256(7));
        list[6] = bytes32(block.timestamp);
        list[7] = bytes32(block.timestamp + 365 days);
        for (uint256 i; i < parties.length; ++i) list[8 + i] = parties[i];
    }

    function conclude(uint32 by, bytes32 subject, bytes32[] memory terms) internal view returns (Stated memory s) {
        s = ledger.stated(17, 1, by, subject);
        s.key = ledger.authority(by);
        s.list = terms;
    }

    function conclude(uint32 by, bytes32 subject, bytes32 termsHash) internal view returns (Stated memory s) {
        s = ledger.stated(17, 1, by, subject);
        s.key = ledger.authority(by);
        s.reference_ = termsHash;
    }

    /// @dev Concludes an agreement between the jurisdictions of two agencies.
    function agree(bytes32 subject, bytes32[] memory terms, uint32 a, uint32 b) internal {
        includes(conclude(a, subject, terms));
        includes(conclude(b, subject, keccak256(abi.encodePacked(terms))));
    }

    /// @dev DE, signing through BKA, and FR, through DCPJ.
    function germanFrench() internal pure returns (bytes32[] memory) {
        return words(partyFor(DE, BKA), partyFor(FR, DCPJ));
    }
}
