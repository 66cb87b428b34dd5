// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {
    BKA,
    COURT,
    COURT_FR,
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
    vm
} from './support/LedgerTest.sol';

/// @notice A release's own rules, its acceptance, and the gate: docs/protocol.md 5 and 6.
contract ReleaseTest is LedgerTest {
    bytes32 private _item;
    bytes32 private _agreement;

    function setUp() public override {
        super.setUp();
        _item = subjectOf(BKA, 1);
        _agreement = subjectOf(BKA, 0xA1);
        includes(collect(BKA, _item));
        agree(_agreement, termsFor(germanFrench()), BKA, DCPJ);
    }

    function _crossing() private view returns (Stated memory s) {
        s = release(BKA, _item, DCPJ);
        s.agreement = _agreement;
        s.purpose = INVESTIGATE;
    }

    // The release itself

    function test_TheRecipientExistsAndTheKeyIsItsOwn() public {
        rejects(release(BKA, _item, 8), 26);
        rejects(release(BKA, _item, type(uint32).max), 26);
        Stated memory s = release(BKA, _item, LAB);
        s.recipientKey = keccak256('no key');
        rejects(s, 26);
        s.recipientKey = ledger.officer(COURT);
        rejects(s, 26);
        s.recipientKey = ledger.officer(LAB);
        includes(s);
    }

    function test_InsideOneParticipantAHandoffTakesTwoKeys() public {
        Stated memory s = release(BKA, _item, BKA);
        rejects(s, 24);
        s.recipientKey = ledger.officer(BKA);
        rejects(s, 24);
        s.recipientKey = ledger.service(BKA);
        includes(s);
        rejects(accept(BKA, _item), 22);
        Stated memory a = accept(BKA, _item);
        a.key = ledger.service(BKA);
        includes(a);
        same(holderOf(_item), BKA, 'still');
    }

    /// @dev A release lets no such acceptance come, so that the releasing key is put into the line's storage.
    function test_TheReleasingKeyAcceptsNothing() public {
        includes(release(BKA, _item, LAB));
        bytes32 slot = bytes32(uint256(keccak256(abi.encode(_item, 3))) + 2);
        same(uint256(vm.load(address(custody), slot)), stateOf(_item), 'the state of the line');
        uint256 number = uint32(consortium.keyInfo(ledger.officer(LAB)) >> 192);
        uint256 state = (stateOf(_item) & ~(uint256(type(uint32).max) << 64)) | (number << 64);
        vm.store(address(custody), slot, bytes32(state));
        rejects(accept(LAB, _item), 24);
        Stated memory s = accept(LAB, _item);
        s.key = ledger.service(LAB);
        includes(s);
    }

    function test_AReleaseMayAddARestrictionButNeverDropOne() public {
        bytes32 item = subjectOf(BKA, 2);
        Stated memory s = collect(BKA, item);
        s.restrictions = H3;
        includes(s);
        s = release(BKA, item, LAB);
        rejects(s, 27);
        s.restrictions = H1;
        rejects(s, 27);
        s.restrictions = H1 | H3;
        includes(s);
        includes(accept(LAB, item));
        same(uint16(stateOf(item) >> 176), H1 | H3, 'both');
    }

    function test_ALateReleaseIsNotTakenAlone() public {
        Stated memory s = release(BKA, _item, LAB);
        s.code = 2;
        rejects(s, 30);
    }

    // Basis

    function test_ACrossingNamesAnAgreementInForceThatCoversBoth() public {
        Stated memory s = release(BKA, _item, DCPJ);
        s.purpose = INVESTIGATE;
        rejects(s, 32);
        s.agreement = keccak256('none');
        rejects(s, 33);
        s.agreement = _agreement;
        s.recipient = KLPD;
        rejects(s, 36);
        s.recipient = DCPJ;
        includes(s);
        includes(accept(DCPJ, _item));
        same(basesOf(_item), uint256(1) << 224, 'the agreement is a basis now');
        same(uint16(stateOf(_item) >> 160), INVESTIGATE, 'and its purpose binds');
        same(holderOf(_item), DCPJ, 'held');
    }

    function test_AnAgreementThatIsNotConcludedIsUnknown() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        includes(conclude(BKA, subject, termsFor(germanFrench())));
        Stated memory s = _crossing();
        s.agreement = subject;
        rejects(s, 33);
        includes(end(DCPJ, subject, 1));
        rejects(s, 33);
    }

    function test_TheValidityOfAnAgreement() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        bytes32[] memory terms = termsFor(germanFrench());
        uint256 from = START + 10 days;
        uint256 until = START + 20 days;
        (terms[6], terms[7]) = (bytes32(from), bytes32(until));
        agree(subject, terms, BKA, DCPJ);
        Stated memory s = _crossing();
        s.agreement = subject;
        s.expires = s.time + 30 days;
        vm.warp(from - 1);
        rejects(s, 34);
        vm.warp(until);
        rejects(s, 35);
        vm.warp(until - 1);
        includes(s);
    }

    function test_AnEndedAgreementIsOver() public {
        includes(end(DCPJ, _agreement, 1));
        rejects(_crossing(), 35);
    }

    function test_AnAgreementCoversByNumberToo() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        agree(subject, termsFor(words(partyOf(BKA), partyOf(KLPD))), BKA, KLPD);
        Stated memory s = _crossing();
        s.agreement = subject;
        rejects(s, 36);
        s.recipient = KLPD;
        includes(s);
    }

    function test_AnAgreementThatIsNamedCountsInsideAJurisdictionToo() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        agree(subject, termsFor(words(partyOf(BKA), partyOf(KLPD))), BKA, KLPD);
        Stated memory s = release(BKA, _item, LAB);
        s.agreement = subject;
        rejects(s, 36);
        s.agreement = _agreement;
        includes(s);
        includes(accept(LAB, _item));
        same(basesOf(_item), 0, 'but is no basis, since no border was crossed');
        same(uint16(stateOf(_item) >> 160), 0xffff, 'nor does it bind');
    }

    // Purpose, restrictions

    function test_ThePurposeIsWithinTheAgreementsAndTheLines() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        bytes32[] memory terms = termsFor(germanFrench());
        terms[2] = bytes32(uint256(INVESTIGATE | FORENSICS));
        terms[4] = bytes32(uint256(2));
        agree(subject, terms, BKA, DCPJ);
        Stated memory s = _crossing();
        s.agreement = subject;
        s.purpose = 0;
        rejects(s, 37);
        s.purpose = INVESTIGATE | COURT_USE;
        rejects(s, 37);
        s.purpose = INVESTIGATE;
        includes(s);
        includes(accept(DCPJ, _item));
        s = release(DCPJ, _item, COURT_FR);
        s.purpose = FORENSICS;
        rejects(s, 37);
        s.purpose = INVESTIGATE;
        includes(s);
    }

    function test_TheAgreementPermitsTheRestrictionsThatAreAdded() public {
        bytes32 item = subjectOf(BKA, 2);
        Stated memory s = collect(BKA, item);
        s.restrictions = H3;
        includes(s);
        bytes32 subject = subjectOf(BKA, 0xA2);
        bytes32[] memory terms = termsFor(germanFrench());
        terms[3] = bytes32(uint256(H1));
        agree(subject, terms, BKA, DCPJ);
        s = release(BKA, item, DCPJ);
        s.agreement = subject;
        s.purpose = INVESTIGATE;
        s.restrictions = H2 | H3;
        rejects(s, 38);
        s.restrictions = H1 | H3;
        includes(s);
    }

    // Onward

    function _receivedUnder(uint256 rule) private returns (Stated memory onward) {
        bytes32 subject = subjectOf(BKA, 0xB0 + rule);
        bytes32[] memory terms = termsFor(germanFrench());
        terms[4] = bytes32(rule);
        agree(subject, terms, BKA, DCPJ);
        handOver(BKA, _item, DCPJ, subject, INVESTIGATE);
        bytes32 next = subjectOf(DCPJ, 0xB0);
        agree(next, termsFor(words(partyFor(FR, DCPJ), partyFor(NL, KLPD), partyFor(DE, BKA))), DCPJ, KLPD);
        includes(conclude(BKA, next, keccak256(abi.encodePacked(_termsOf()))));
        onward = release(DCPJ, _item, KLPD);
        onward.agreement = next;
        onward.purpose = INVESTIGATE;
    }

    function _termsOf() private view returns (bytes32[] memory) {
        return termsFor(words(partyFor(FR, DCPJ), partyFor(NL, KLPD), partyFor(DE, BKA)));
    }

    function test_NoOnwardTransferUnderRuleNone() public {
        Stated memory s = _receivedUnder(0);
        rejects(s, 39);
        s.recipient = BKA; // an origin
        includes(s);
    }

    function test_OnwardTransferInsideTheJurisdictionIsFree() public {
        _receivedUnder(0);
        includes(release(DCPJ, _item, COURT_FR));
    }

    function test_OnwardToPartiesOfTheAgreementAlone() public {
        Stated memory s = _receivedUnder(2);
        rejects(s, 39);
        s.recipient = LAB;
        includes(s);
    }

    function test_OnwardWithTheConsentOfEveryOrigin() public {
        Stated memory s = _receivedUnder(1);
        rejects(s, 42);
        bytes32 consent_ = subjectOf(BKA, 0xC1);
        includes(consent(BKA, consent_, _item, KLPD, INVESTIGATE));
        s.list = words(consent_);
        includes(s);
        yes(custody.consentUsed(consent_), 'used up');
    }

    // Consents

    function test_AListedConsentIsForThisAndStandsOnce() public {
        bytes32 good = subjectOf(BKA, 0xC1);
        includes(consent(BKA, good, _item, LAB, INVESTIGATE));
        Stated memory s = release(BKA, _item, LAB);
        s.purpose = INVESTIGATE;
        s.list = words(keccak256('none'));
        rejects(s, 40);
        s.list = words(good, good);
        rejects(s, 40);
        s.list = words(good);
        s.recipient = COURT;
        rejects(s, 40);
        s.recipient = LAB;
        s.purpose = FORENSICS;
        rejects(s, 40);
        s.purpose = 0;
        rejects(s, 40);
        s.purpose = INVESTIGATE | FORENSICS;
        rejects(s, 40);
        s.purpose = INVESTIGATE;
        bytes32 other = subjectOf(BKA, 0xC2);
        includes(consent(BKA, other, subjectOf(BKA, 99), LAB, INVESTIGATE));
        s.list = words(good, other);
        rejects(s, 40);
        s.list = words(good);
        includes(s);
    }

    function test_AConsentIsUsedOnce() public {
        bytes32 consent_ = subjectOf(BKA, 0xC1);
        includes(consent(BKA, consent_, _item, LAB, INVESTIGATE));
        Stated memory s = release(BKA, _item, LAB);
        s.purpose = INVESTIGATE;
        s.list = words(consent_);
        includes(s);
        includes(refuse(LAB, _item));
        includes(giveBack(BKA, _item));
        s.previous = evidence(_item).head;
        rejects(s, 41);
        // A consent that is for something else comes first, wherever it stands.
        s.list = words(consent_, keccak256('none'));
        rejects(s, 40);
    }

    function test_AWithdrawnConsentIsNone() public {
        bytes32 consent_ = subjectOf(BKA, 0xC1);
        includes(consent(BKA, consent_, _item, LAB, INVESTIGATE));
        includes(end(BKA, consent_, 3));
        Stated memory s = release(BKA, _item, LAB);
        s.purpose = INVESTIGATE;
        s.list = words(consent_);
        rejects(s, 40);
    }

    function _restricted(uint16 restrictions) private returns (bytes32 item) {
        item = subjectOf(LAB, 7);
        Stated memory s = collect(LAB, item);
        s.restrictions = restrictions;
        includes(s);
        s = release(LAB, item, BKA);
        s.restrictions = restrictions;
        includes(s);
        includes(accept(BKA, item));
    }

    function test_H1NeedsTheOriginsConsentForCourt() public {
        bytes32 item = _restricted(H1);
        Stated memory s = release(BKA, item, COURT);
        s.restrictions = H1;
        rejects(s, 42);
        s.recipient = KLPD;
        s.recipient = LAB;
        s.purpose = COURT_USE;
        rejects(s, 42);
        s.recipient = COURT;
        s.purpose = INVESTIGATE;
        bytes32 consent_ = subjectOf(LAB, 0xC1);
        includes(consent(LAB, consent_, item, COURT, INVESTIGATE));
        s.list = words(consent_);
        includes(s);
    }

    function test_H1IsNoBarElsewhere() public {
        bytes32 item = _restricted(H1);
        Stated memory s = release(BKA, item, BKA);
        s.recipientKey = ledger.service(BKA);
        s.restrictions = H1;
        includes(s);
    }

    function test_H2NeedsTheOriginsConsentForAnybodyElse() public {
        bytes32 item = _restricted(H2);
        Stated memory s = release(BKA, item, COURT);
        s.restrictions = H2;
        rejects(s, 42);
        s = release(BKA, item, BKA);
        s.recipientKey = ledger.service(BKA);
        s.restrictions = H2;
        includes(s);
        includes(recall(BKA, item));
        s = release(BKA, item, LAB); // the origin
        s.restrictions = H2;
        includes(s);
    }

    function test_ABasisMayNeedConsentForCourt() public {
        bytes32 subject = subjectOf(BKA, 0xA2);
        bytes32[] memory terms = termsFor(germanFrench());
        terms[5] = bytes32(uint256(1));
        agree(subject, terms, BKA, DCPJ);
        handOver(BKA, _item, DCPJ, subject, INVESTIGATE);
        Stated memory s = release(DCPJ, _item, COURT_FR);
        rejects(s, 42);
        s.purpose = INVESTIGATE;
        bytes32 consent_ = subjectOf(BKA, 0xC1);
        includes(consent(BKA, consent_, _item, COURT_FR, INVESTIGATE));
        s.list = words(consent_);
        includes(s);
    }

    function test_TheHolderNeedsNoConsentOfItsOwn() public {
        bytes32 item = subjectOf(BKA, 2);
        Stated memory s = collect(BKA, item);
        s.restrictions = H1 | H2;
        includes(s);
        s = release(BKA, item, COURT);
        s.restrictions = H1 | H2;
        includes(s);
    }

    // Request

    function test_ARequestIsOpenAndBetweenThem() public {
        bytes32 r = subjectOf(LAB, 0xD1);
        Stated memory s = release(BKA, _item, LAB);
        s.request = r;
        rejects(s, 43);
        includes(request(LAB, r, COURT));
        rejects(s, 43);
        s.request = subjectOf(COURT, 0xD2);
        includes(request(COURT, s.request, BKA));
        rejects(s, 43);
        s.request = subjectOf(LAB, 0xD2);
        includes(request(LAB, s.request, BKA));
        includes(answer(BKA, s.request, 2));
        rejects(s, 43);
        includes(end(LAB, s.request, 2));
        rejects(s, 43);
        s.request = subjectOf(LAB, 0xD3);
        includes(request(LAB, s.request, BKA));
        includes(answer(BKA, s.request, 1));
        includes(s);
        includes(recall(BKA, _item));
        s = release(BKA, _item, LAB);
        s.request = subjectOf(LAB, 0xD4);
        includes(request(LAB, s.request, BKA));
        includes(s);
    }

    // Bases

    function test_AtMostEightBases() public {
        bytes32 there;
        for (uint256 i; i < 9; ++i) {
            there = subjectOf(BKA, 0xE0 + i);
            bytes32[] memory terms = termsFor(germanFrench());
            terms[4] = bytes32(uint256(2));
            agree(there, terms, BKA, DCPJ);
            (uint32 from, uint32 to) = i % 2 == 0 ? (BKA, DCPJ) : (DCPJ, BKA);
            if (i < 8) {
                handOver(from, _item, to, there, INVESTIGATE);
                continue;
            }
            Stated memory s = release(from, _item, to);
            s.agreement = there;
            s.purpose = INVESTIGATE;
            rejects(s, 29);
            s.agreement = subjectOf(BKA, 0xE0);
            includes(s);
            includes(accept(to, _item));
        }
        same(basesOf(_item), 0x0000000200000003000000040000000500000006000000070000000800000009, 'eight, in order');
    }
}
