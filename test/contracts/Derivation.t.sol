// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BKA, COURT, DCPJ, KLPD, LAB, LedgerTest, Stated} from './support/LedgerTest.sol';

/// @notice Derived evidence: docs/protocol.md 5.
contract DerivationTest is LedgerTest {
    bytes32 private _copy;

    function setUp() public override {
        super.setUp();
        _copy = subjectOf(BKA, 0xDE);
    }

    /// @dev An item of another participant, held by BKA.
    function _from(uint32 collector, uint256 n, uint16 restrictions) private returns (bytes32 item) {
        item = subjectOf(collector, n);
        Stated memory s = collect(collector, item);
        s.restrictions = restrictions;
        includes(s);
        if (collector == BKA) return item;
        s = release(collector, item, BKA);
        s.restrictions = restrictions;
        includes(s);
        includes(accept(BKA, item));
    }

    function test_ItInheritsOriginsBasesRestrictionsAndPurposes() public {
        bytes32 agreement = subjectOf(BKA, 0xA1);
        agree(agreement, termsFor(germanFrench()), BKA, DCPJ);
        bytes32 second = subjectOf(BKA, 0xA2);
        agree(second, termsFor(germanFrench()), BKA, DCPJ);
        bytes32 borrowed = subjectOf(DCPJ, 1);
        bytes32 other = subjectOf(DCPJ, 2);
        includes(collect(DCPJ, borrowed));
        includes(collect(DCPJ, other));
        handOver(DCPJ, borrowed, BKA, second, INVESTIGATE | FORENSICS);
        handOver(DCPJ, other, BKA, agreement, FORENSICS);
        bytes32 own = _from(LAB, 1, H3);
        Stated memory s = derive(BKA, _copy, words(borrowed, own, other));
        s.restrictions = H1;
        includes(s);
        same(originsOf(_copy), (uint256(DCPJ) << 224) | (uint256(LAB) << 192), 'origins, as they first stand');
        same(basesOf(_copy), (uint256(2) << 224) | (uint256(1) << 192), 'bases, as they first stand');
        same(
            stateOf(_copy),
            (1 << 248) | (uint256(BKA) << 192) | (uint256(H1 | H3) << 176) | (uint256(FORENSICS) << 160),
            'state'
        );
        // once more removed
        bytes32 sample = subjectOf(BKA, 0xDF);
        includes(derive(BKA, sample, words(_copy, _from(BKA, 9, 0))));
        same(
            originsOf(sample),
            (uint256(DCPJ) << 224) | (uint256(LAB) << 192) | (uint256(BKA) << 160),
            "the parents' origins"
        );
    }

    function test_TheCollectorAloneIsZero() public {
        includes(derive(BKA, _copy, words(_from(BKA, 1, 0), _from(BKA, 2, 0))));
        same(originsOf(_copy), 0, 'the collector alone');
    }

    function test_EveryParentIsHeldByTheDerivingParticipantOnce() public {
        bytes32 own = _from(BKA, 1, 0);
        bytes32 foreign = subjectOf(LAB, 1);
        includes(collect(LAB, foreign));
        rejects(derive(BKA, _copy, words(own, foreign)), 28);
        rejects(derive(BKA, _copy, words(own, subjectOf(BKA, 99))), 28);
        rejects(derive(BKA, _copy, words(own, own)), 28);
        rejects(derive(BKA, _copy, words(_copy)), 28);
        includes(release(BKA, own, LAB));
        rejects(derive(BKA, _copy, words(own)), 28);
        includes(recall(BKA, own));
        includes(dispose(BKA, own, 2));
        rejects(derive(BKA, _copy, words(own)), 28);
    }

    function test_AtMostEightOrigins() public {
        // Six items with an origin each, and one that goes back to three.
        uint32[7] memory all = [BKA, DCPJ, KLPD, LAB, COURT, 6, 7];
        bytes32 agreement = subjectOf(BKA, 0xA1);
        bytes32[] memory parties = new bytes32[](7);
        for (uint256 i; i < 7; ++i) parties[i] = partyOf(all[i]);
        bytes32[] memory terms = termsFor(parties);
        includes(conclude(BKA, agreement, terms));
        for (uint256 i = 1; i < 7; ++i) includes(conclude(all[i], agreement, keccak256(abi.encodePacked(terms))));
        bytes32[] memory parents = new bytes32[](7);
        for (uint256 i; i < 7; ++i) {
            parents[i] = subjectOf(all[i], 1);
            includes(collect(all[i], parents[i]));
            if (i != 0) handOver(all[i], parents[i], BKA, agreement, INVESTIGATE);
        }
        includes(derive(BKA, _copy, parents));
        same(uint32(originsOf(_copy) >> 32), 7, 'seven origins');
        // Admit two more, and derive from all.
        bytes32 eighth = _fromNewcomer('AA');
        bytes32 ninth = _fromNewcomer('BB');
        rejects(derive(BKA, subjectOf(BKA, 0xDF), words(_copy, eighth, ninth)), 29);
        // The parents come first.
        rejects(derive(BKA, subjectOf(BKA, 0xDF), words(_copy, eighth, ninth, 'none')), 28);
        includes(derive(BKA, subjectOf(BKA, 0xDF), words(_copy, eighth)));
        same(uint32(originsOf(subjectOf(BKA, 0xDF))), 8, 'eight fit');
    }

    function words(bytes32 a, bytes32 b, bytes32 c, bytes32 d) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](4);
        (list[0], list[1], list[2], list[3]) = (a, b, c, d);
    }

    /// @dev An item from an agency of the same jurisdiction that was admitted just now, held by BKA.
    function _fromNewcomer(bytes32 code) private returns (bytes32 item) {
        uint32 number = ledger.admit(code);
        item = subjectOf(number, 1);
        includes(collect(number, item));
        includes(release(number, item, BKA));
        includes(accept(BKA, item));
    }

    function test_AtMostEightBases() public {
        bytes32[] memory parents = new bytes32[](2);
        for (uint256 i; i < 9; ++i) {
            bytes32 agreement = subjectOf(BKA, 0xA0 + i);
            bytes32[] memory terms = termsFor(germanFrench());
            terms[4] = bytes32(uint256(2));
            agree(agreement, terms, BKA, DCPJ);
            bytes32 item = subjectOf(DCPJ, 1 + i / 5);
            parents[i / 5] = item;
            if (i % 5 == 0) includes(collect(DCPJ, item));
            (uint32 from, uint32 to) = (i % 5) % 2 == 0 ? (DCPJ, BKA) : (BKA, DCPJ);
            handOver(from, item, to, agreement, INVESTIGATE);
        }
        handOver(DCPJ, parents[1], BKA, subjectOf(BKA, 0xA8), INVESTIGATE);
        rejects(derive(BKA, _copy, parents), 29);
        includes(derive(BKA, _copy, words(parents[0])));
        same(basesOf(_copy), basesOf(parents[0]), 'five');
    }
}
