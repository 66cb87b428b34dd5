// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from '../../contracts/interfaces/ILines.sol';
import {
    BKA,
    COURT,
    DCPJ,
    DE,
    FBI,
    FR,
    KLPD,
    LAB,
    LedgerTest,
    NL,
    START,
    Stated,
    US,
    vm
} from './support/LedgerTest.sol';

/// @notice Agreements, requests and consents: docs/protocol.md 4.1 and 5.
contract AgreementsTest is LedgerTest {
    bytes32 private _subject;

    function setUp() public override {
        super.setUp();
        _subject = subjectOf(BKA, 0xA1);
    }

    function _state() private view returns (uint256) {
        (Line memory line, ) = agreements.agreements(_subject);
        return line.state;
    }

    function _hash(bytes32[] memory terms) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(terms));
    }

    // Agreements

    function test_AnAgreementIsConcludedWhenAllHaveSigned() public {
        bytes32[] memory terms = termsFor(words(partyFor(DE, BKA), partyFor(FR, DCPJ), partyOf(FBI)));
        bytes32 digest = includes(conclude(BKA, _subject, terms));
        (Line memory line, bytes32 termsHash) = agreements.agreements(_subject);
        same(line.head, digest, 'head');
        same(termsHash, _hash(terms), 'terms');
        same(line.state, (1 << 248) | (3 << 240) | (1 << 192) | (1 << 160), 'open, signed by the first');
        includes(conclude(FBI, _subject, _hash(terms)));
        same(_state(), (1 << 248) | (3 << 240) | (1 << 192) | (5 << 160), 'signed by the third');
        vm.warp(START + 100);
        includes(conclude(DCPJ, _subject, _hash(terms)));
        same(_state(), (2 << 248) | (3 << 240) | (1 << 192) | (7 << 160) | (uint256(START + 100) << 120), 'concluded');
        vm.warp(START + 200);
        includes(end(FBI, _subject, 1));
        same(
            _state(),
            (3 << 248) |
                (3 << 240) |
                (1 << 192) |
                (7 << 160) |
                (uint256(START + 100) << 120) |
                (uint256(START + 200) << 80),
            'ended'
        );
        rejects(end(BKA, _subject, 1), 17);
        rejects(conclude(BKA, _subject, _hash(terms)), 17);
        same(agreements.agreementCount(), 1, 'count');
        same(
            agreements.terms(1),
            (0x0fff << 240) | (7 << 224) | (uint256(START) << 168) | (uint256(START + 365 days) << 128),
            'what the gate needs'
        );
        yes(agreements.parties(1, (2 << 32) | DE) && agreements.parties(1, (1 << 32) | FBI), 'parties');
        yes(!agreements.parties(1, (1 << 32) | BKA), 'BKA only signs for DE');
        same(agreements.signatories(1, DCPJ), 2, 'signs for the second');
    }

    function test_OneMaySignForSeveralParties() public {
        bytes32[] memory terms = termsFor(words(partyFor(DE, BKA), partyOf(BKA)));
        includes(conclude(BKA, _subject, terms));
        same(_state() >> 248, 2, 'concluded at once');
    }

    function test_TheTermsAreWellFormed() public {
        for (uint256 i = 2; i < 8; ++i) {
            bytes32[] memory terms = termsFor(germanFrench());
            if (i == 2) terms[2] = 0;
            if (i == 3) terms[3] = bytes32(uint256(8));
            if (i == 4) terms[4] = bytes32(uint256(3));
            if (i == 5) terms[5] = bytes32(uint256(2));
            if (i == 6) terms[6] = terms[7];
            if (i == 7) terms[7] = bytes32(uint256(1 << 40));
            rejects(conclude(BKA, _subject, terms), 44);
        }
        bytes32[] memory t = termsFor(germanFrench());
        t[2] = bytes32(uint256(0x1000));
        rejects(conclude(BKA, _subject, t), 44);
        t = termsFor(germanFrench());
        (t[6], t[7]) = (bytes32(uint256(START - 10)), bytes32(uint256(START)));
        rejects(conclude(BKA, _subject, t), 44);
        (t[6], t[7]) = (bytes32(uint256(START - 10)), bytes32(uint256(START + 1)));
        includes(conclude(BKA, _subject, t));
    }

    function test_ThePartiesAreWellFormed() public {
        _rejectsParties(partyFor(DE, BKA), partyFor(DE, LAB)); // twice
        _rejectsParties(partyOf(BKA), partyOf(BKA)); // twice
        _rejectsParties(partyFor(DE, BKA), partyFor(FR, BKA)); // not of that jurisdiction
        _rejectsParties(partyFor(DE, BKA), partyFor(FR, 99)); // nobody
        _rejectsParties(partyFor(DE, BKA), 0);
        _rejectsParties(partyOf(BKA), bytes32((1 << 64) | (uint256(DCPJ) << 32) | KLPD)); // signs itself
        _rejectsParties(partyOf(BKA), bytes32((3 << 64) | (uint256(DCPJ) << 32) | DCPJ)); // no kind
        _rejectsParties(partyOf(BKA), bytes32((uint256(DCPJ) << 32) | DCPJ)); // no kind
        _rejectsParties(partyOf(BKA), bytes32(uint256(partyOf(DCPJ)) | (1 << 200)));
        _rejectsParties(partyOf(BKA), bytes32(uint256(partyOf(DCPJ)) | (1 << 97)));
    }

    function _rejectsParties(bytes32 a, bytes32 b) private {
        rejects(conclude(BKA, _subject, termsFor(words(a, b))), 44);
    }

    function test_ASuspendedSignatoryIsNone() public {
        Stated memory s = ledger.stated(22, 1, BKA, 0);
        s.key = ledger.authority(BKA);
        s.list = words(bytes32(uint256(DCPJ)));
        same(ledger.change(s, words(ledger.authority(KLPD), ledger.authority(FBI))), 0, 'suspended');
        _rejectsParties(partyFor(DE, BKA), partyFor(FR, DCPJ));
    }

    function test_ManyParties() public {
        // Seven members: as participants, and their jurisdictions.
        bytes32[] memory parties = new bytes32[](11);
        for (uint32 i; i < 7; ++i) parties[i] = partyOf(i + 1);
        parties[7] = partyFor(DE, LAB);
        parties[8] = partyFor(FR, DCPJ);
        parties[9] = partyFor(NL, KLPD);
        parties[10] = partyFor(US, FBI);
        bytes32[] memory terms = termsFor(parties);
        includes(conclude(BKA, _subject, terms));
        for (uint32 i = 2; i <= 7; ++i) includes(conclude(i, _subject, _hash(terms)));
        same(_state() >> 248, 2, 'concluded');
    }

    function test_OnlySignatoriesSignAndEndEachOnce() public {
        bytes32[] memory terms = termsFor(germanFrench());
        rejects(conclude(KLPD, subjectOf(KLPD, 1), terms), 45);
        includes(conclude(BKA, _subject, terms));
        rejects(conclude(KLPD, _subject, _hash(terms)), 45);
        rejects(conclude(BKA, _subject, _hash(terms)), 46);
        rejects(conclude(DCPJ, _subject, keccak256('others')), 44);
        rejects(end(KLPD, _subject, 1), 45);
        rejects(end(LAB, _subject, 1), 45);
        includes(conclude(DCPJ, _subject, _hash(terms)));
        rejects(conclude(DCPJ, _subject, _hash(terms)), 46);
        includes(end(DCPJ, _subject, 1));
    }

    function test_AnAgreementOpensOnceAndGoesOnFromItsHead() public {
        bytes32[] memory terms = termsFor(germanFrench());
        rejects(conclude(BKA, _subject, _hash(terms)), 14);
        rejects(end(BKA, _subject, 1), 14);
        Stated memory s = conclude(BKA, _subject, terms);
        includes(s);
        rejects(s, 15);
        rejects(conclude(BKA, _subject, terms), 13);
        rejects(conclude(DCPJ, _subject, terms), 12);
        s = conclude(DCPJ, _subject, _hash(terms));
        s.previous = 'another';
        rejects(s, 16);
    }

    function test_AgreementsAreForAuthorities() public {
        Stated memory s = conclude(BKA, _subject, termsFor(germanFrench()));
        s.key = ledger.officer(BKA);
        rejects(s, 9);
        s.key = ledger.authority(BKA);
        includes(s);
        s = end(BKA, _subject, 1);
        s.key = ledger.officer(BKA);
        rejects(s, 9);
    }

    // Requests

    function _request() private view returns (uint256) {
        return agreements.requests(_subject).state;
    }

    function test_ARequestIsAnsweredByWhoIsAskedOnce() public {
        Stated memory s = request(BKA, _subject, DCPJ);
        s.code = 2;
        s.purpose = INVESTIGATE;
        includes(s);
        uint256 rest =
            (2 << 240) |
                (uint256(INVESTIGATE) << 224) |
                (uint256(BKA) << 192) |
                (uint256(DCPJ) << 160) |
                (uint256(START + 10 days) << 120);
        same(_request(), (1 << 248) | rest, 'open');
        rejects(answer(BKA, _subject, 1), 22);
        includes(answer(DCPJ, _subject, 1));
        same(_request(), (2 << 248) | rest, 'granted');
        rejects(answer(DCPJ, _subject, 1), 17);
        rejects(end(DCPJ, _subject, 2), 23);
        includes(end(BKA, _subject, 2));
        same(_request(), (4 << 248) | rest, 'withdrawn');
        rejects(end(BKA, _subject, 2), 17);
        rejects(answer(DCPJ, _subject, 1), 17);
    }

    function test_EveryRefusalRefuses() public {
        for (uint16 code = 2; code <= 4; ++code) {
            _subject = subjectOf(BKA, code);
            includes(request(BKA, _subject, DCPJ));
            includes(answer(DCPJ, _subject, code));
            same(_request() >> 248, 3, 'refused');
            includes(end(BKA, _subject, 2));
        }
    }

    function test_ARequestAsksSomebodyActiveForAMomentAfterIt() public {
        Stated memory s = request(BKA, _subject, 99);
        rejects(s, 26);
        s.recipient = DCPJ;
        s.list = words(bytes32(uint256(s.time)));
        rejects(s, 3);
        s.list = words(bytes32(uint256(1 << 40)));
        rejects(s, 3);
        s.list = words(bytes32(uint256(s.time + 1)));
        includes(s);
    }

    function test_ARequestGoesOnFromItsHead() public {
        rejects(answer(DCPJ, _subject, 1), 14);
        rejects(end(BKA, _subject, 2), 14);
        Stated memory s = request(BKA, _subject, DCPJ);
        includes(s);
        rejects(s, 15);
        rejects(request(LAB, _subject, DCPJ), 12);
        s = answer(DCPJ, _subject, 1);
        s.previous = 0;
        rejects(s, 16);
    }

    // Consents

    function test_AConsentIsWithdrawnByItsGiverOnce() public {
        Stated memory s = consent(BKA, _subject, subjectOf(BKA, 1), DCPJ, INVESTIGATE);
        bytes32 digest = includes(s);
        rejects(s, 15);
        (Line memory line, bytes32 item) = agreements.consents(_subject);
        same(line.head, digest, 'head');
        same(item, subjectOf(BKA, 1), 'evidence');
        uint256 rest = (uint256(INVESTIGATE) << 224) | (uint256(BKA) << 192) | (uint256(DCPJ) << 160);
        same(line.state, (1 << 248) | rest, 'given');
        rejects(end(DCPJ, _subject, 3), 23);
        rejects(end(BKA, subjectOf(BKA, 2), 3), 14);
        includes(end(BKA, _subject, 3));
        (line, ) = agreements.consents(_subject);
        same(line.state, (2 << 248) | rest, 'withdrawn');
        rejects(end(BKA, _subject, 3), 17);
        rejects(end(DCPJ, _subject, 3), 17);
    }

    function test_AConsentNamesAParticipant() public {
        rejects(consent(BKA, _subject, 'evidence', 99, INVESTIGATE), 26);
        rejects(consent(LAB, _subject, 'evidence', DCPJ, INVESTIGATE), 12);
    }

    function test_LinesOfDifferentKindsMayShareASubject() public {
        includes(request(BKA, _subject, DCPJ));
        includes(consent(BKA, _subject, 'evidence', DCPJ, INVESTIGATE));
        includes(conclude(BKA, _subject, termsFor(germanFrench())));
        includes(collect(BKA, _subject));
        includes(hold(BKA, _subject, words(_subject)));
    }
}
