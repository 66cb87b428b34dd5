// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Crossing, IAgreements} from './interfaces/IAgreements.sol';
import {IConsortium} from './interfaces/IConsortium.sol';
import {Line} from './interfaces/ILines.sol';
import {Acts} from './libraries/Acts.sol';
import {AgreementState} from './libraries/AgreementState.sol';
import {ConsentState} from './libraries/ConsentState.sol';
import {Leaves} from './libraries/Leaves.sol';
import {Numbers} from './libraries/Numbers.sol';
import {Participants} from './libraries/Participants.sol';
import {Reasons} from './libraries/Reasons.sol';
import {RequestState} from './libraries/RequestState.sol';
import {Statement, Statements} from './libraries/Statements.sol';
import {Terms} from './libraries/Terms.sol';
import {Batches} from './Batches.sol';
import {Lines} from './Lines.sol';

contract Agreements is IAgreements, Batches {
    uint256 private constant PURPOSE_COURT = 1 << 9;
    uint256 private constant H1 = 1;
    uint256 private constant H2 = 2;

    struct Agreement {
        Line line;
        bytes32 termsHash;
    }

    struct Consent {
        Line line;
        bytes32 evidence;
    }

    /// @inheritdoc IAgreements
    mapping(bytes32 subject => Agreement) public agreements;
    mapping(bytes32 subject => Line) private _requests;
    /// @inheritdoc IAgreements
    mapping(bytes32 subject => Consent) public consents;
    /// @inheritdoc IAgreements
    uint256 public agreementCount;
    /// @inheritdoc IAgreements
    mapping(uint256 number => uint256) public terms;
    /// @inheritdoc IAgreements
    mapping(uint256 number => mapping(uint256 party => bool)) public parties;
    /// @inheritdoc IAgreements
    mapping(uint256 number => mapping(uint256 participant => uint256)) public signatories;

    constructor(IConsortium consortium_) Batches(consortium_) {}

    /// @inheritdoc IAgreements
    function requests(bytes32 subject) external view returns (Line memory) {
        return _requests[subject];
    }

    // The gate: docs/protocol.md 6

    /// @inheritdoc IAgreements
    function gate(Crossing calldata crossing) external view returns (uint256 reason, uint256 agreement) {
        bool crosses =
            Participants.jurisdiction(crossing.holderInfo) != Participants.jurisdiction(crossing.recipientInfo);

        uint256 basis;
        if (crossing.agreement != 0) {
            uint256 state = agreements[crossing.agreement].line.state;
            agreement = AgreementState.number(state);
            basis = terms[agreement];
            reason = _judgeBasis(crossing, state, basis, agreement);
            if (reason != 0) return (reason, agreement);
        } else if (crosses) {
            return (Reasons.NO_BASIS, 0);
        }

        if (
            (crosses && crossing.purpose == 0) ||
            crossing.purpose & ~crossing.linePurposes != 0 ||
            (agreement != 0 && crossing.purpose & ~Terms.purposes(basis) != 0)
        ) return (Reasons.PURPOSE, agreement);

        if (agreement != 0 && crossing.restrictions & ~crossing.lineRestrictions & ~Terms.restrictions(basis) != 0)
            return (Reasons.RESTRICTION, agreement);

        bool needed;
        (reason, needed) = _judgeOnward(crossing, crosses);
        if (reason == 0) reason = _judgeConsents(crossing, needed);
        if (reason == 0 && crossing.request != 0) reason = _judgeRequest(crossing);
    }

    /// @dev 1. The agreement that the release names.
    function _judgeBasis(
        Crossing calldata crossing,
        uint256 state,
        uint256 basis,
        uint256 number
    ) private view returns (uint256) {
        if (!AgreementState.concludedBy(state, crossing.moment)) return Reasons.AGREEMENT_UNKNOWN;
        if (crossing.moment < Terms.from(basis)) return Reasons.AGREEMENT_EARLY;
        if (crossing.moment >= Terms.until(basis) || AgreementState.endedBy(state, crossing.moment)) {
            return Reasons.AGREEMENT_OVER;
        }
        if (
            !_covers(number, crossing.holder, crossing.holderInfo) ||
            !_covers(number, crossing.recipient, crossing.recipientInfo)
        ) return Reasons.NOT_COVERED;
        return 0;
    }

    /// @dev 4. What the agreements say under which the item was received, and the first half of 5: whether the origins
    /// must consent.
    function _judgeOnward(Crossing calldata crossing, bool crosses) private view returns (uint256, bool needed) {
        bool toOrigin = Numbers.contains(crossing.origins, crossing.recipient);
        bool toCourt =
            Participants.kind(crossing.recipientInfo) == Participants.COURT || crossing.purpose & PURPOSE_COURT != 0;
        bool onward = crosses && !toOrigin;

        needed =
            (toCourt && crossing.lineRestrictions & H1 != 0) ||
            (!toOrigin && crossing.recipient != crossing.holder && crossing.lineRestrictions & H2 != 0);

        for (uint256 bases = crossing.bases; bases != 0; bases <<= 32) {
            uint256 number = bases >> 224;
            uint256 basis = terms[number];
            if (onward) {
                uint256 rule = Terms.onward(basis);
                if (rule == Terms.ONWARD_NONE) return (Reasons.ONWARD, false);
                if (rule == Terms.ONWARD_PARTIES && !_covers(number, crossing.recipient, crossing.recipientInfo))
                    return (Reasons.ONWARD, false);
                if (rule == Terms.ONWARD_CONSENT) needed = true;
            }
            if (toCourt && Terms.courtNeedsConsent(basis)) needed = true;
        }
        return (0, needed);
    }

    /// @dev 5. Consents: each that is listed is good, and if they are needed, none is missing.
    function _judgeConsents(Crossing calldata crossing, bool needed) private view returns (uint256) {
        uint256 length = crossing.consents.length;
        uint256 givers;
        for (uint256 i; i < length; ++i) {
            bytes32 subject = crossing.consents[i];
            Consent storage consent = consents[subject];
            uint256 state = consent.line.state;
            uint256 expected = ConsentState.given(crossing.purpose, ConsentState.giver(state), crossing.recipient);
            if (state != expected || consent.evidence != crossing.evidence) return Reasons.CONSENT;
            for (uint256 j; j < i; ++j) {
                if (crossing.consents[j] == subject) return Reasons.CONSENT;
            }
            (givers, ) = Numbers.merge(givers, Numbers.only(ConsentState.giver(state)));
        }
        if (crossing.used != 0) return Reasons.CONSENT_USED;
        if (!needed) return 0;
        for (uint256 origins = crossing.origins; origins != 0; origins <<= 32) {
            uint256 origin = origins >> 224;
            if (origin != crossing.holder && !Numbers.contains(givers, origin)) return Reasons.CONSENT_MISSING;
        }
        return 0;
    }

    /// @dev 6. The request that the release answers.
    function _judgeRequest(Crossing calldata crossing) private view returns (uint256) {
        uint256 state = _requests[crossing.request].state;
        uint256 status = RequestState.status(state);
        if (
            (status != RequestState.OPEN && status != RequestState.GRANTED) ||
            RequestState.requester(state) != crossing.recipient ||
            RequestState.asked(state) != crossing.holder
        ) return Reasons.REQUEST;
        return 0;
    }

    /// @dev Whether a participant is a party, or its jurisdiction is.
    function _covers(uint256 number, uint256 participant, uint256 info) private view returns (bool) {
        return
            parties[number][Terms.jurisdictionParty(Participants.jurisdiction(info))] ||
            parties[number][Terms.participantParty(participant)];
    }

    // What the ledger before this one left: docs/protocol.md 8.1

    /// @inheritdoc Lines
    function _inherit(uint256 kind, bytes32[] calldata words) internal override returns (bool, bool fresh) {
        bytes32 subject = words[1];
        if (kind == Leaves.REQUEST) return (true, _inheritLine(_requests[subject], words));
        if (kind == Leaves.CONSENT) {
            fresh = _inheritLine(consents[subject].line, words);
            if (fresh) consents[subject].evidence = words[5];
            return (true, fresh);
        }
        if (kind != Leaves.AGREEMENT) return (false, false);
        Agreement storage agreement = agreements[subject];
        fresh = _inheritLine(agreement.line, words);
        if (fresh) {
            agreement.termsHash = words[5];
            bytes32[] calldata list = words[6:];
            (uint256 packed, ) = Terms.pack(list, 0);
            _register(AgreementState.number(agreement.line.state), packed, list[Terms.FIRST_PARTY:]);
            ++agreementCount;
        }
        return (true, fresh);
    }

    // Judging statements: docs/protocol.md 5

    /// @inheritdoc Batches
    function _judge(Statement memory statement, Sitting memory sitting) internal override returns (uint256 reason) {
        reason = _judgeSigner(statement, sitting.key, sitting.participant, Acts.CONSENT, Acts.END);
        if (reason != 0) return reason;
        uint256 act = statement.act;
        if (act == Acts.CONSENT) return _judgeConsent(statement, sitting);
        if (act == Acts.REQUEST) return _judgeRequestOpening(statement, sitting);
        if (act == Acts.ANSWER) return _judgeAnswer(statement);
        if (act == Acts.CONCLUDE) {
            return statement.listLength != 0 ? _judgeTerms(statement, sitting) : _judgeSignature(statement);
        }
        if (statement.code == Acts.END_AGREEMENT) return _judgeEnd(statement);
        if (statement.code == Acts.END_REQUEST) return _judgeRequestWithdrawal(statement);
        return _judgeConsentWithdrawal(statement);
    }

    function _judgeConsent(Statement memory statement, Sitting memory sitting) private returns (uint256 reason) {
        Consent storage consent = consents[statement.subject];
        reason = _judgeOpening(statement, consent.line.head, sitting.tag);
        if (reason != 0) return reason;
        if (_participantInfo(statement.recipient, sitting) == 0) return Reasons.RECIPIENT;
        uint256 state = ConsentState.given(statement.purpose, statement.participant, statement.recipient);
        _include(consent.line, statement.digest, state);
        consent.evidence = statement.reference_;
    }

    function _judgeConsentWithdrawal(Statement memory statement) private returns (uint256 reason) {
        Line storage line = consents[statement.subject].line;
        reason = _judgeFollowing(statement, line.head);
        if (reason != 0) return reason;
        uint256 state = line.state;
        if (ConsentState.status(state) != ConsentState.GIVEN) return Reasons.CLOSED;
        if (ConsentState.giver(state) != statement.participant) return Reasons.NOT_AUTHOR;
        _include(line, statement.digest, ConsentState.withdrawn(state));
    }

    function _judgeRequestOpening(Statement memory statement, Sitting memory sitting) private returns (uint256 reason) {
        Line storage line = _requests[statement.subject];
        reason = _judgeOpening(statement, line.head, sitting.tag);
        if (reason != 0) return reason;
        if (!Participants.active(_participantInfo(statement.recipient, sitting))) return Reasons.RECIPIENT;
        uint256 deadline = uint256(Statements.list(statement)[0]);
        if (deadline <= statement.time || deadline > type(uint40).max) return Reasons.MALFORMED;
        uint256 state = RequestState.opened(
            statement.code,
            statement.purpose,
            statement.participant,
            statement.recipient,
            deadline
        );
        _include(line, statement.digest, state);
    }

    function _judgeAnswer(Statement memory statement) private returns (uint256 reason) {
        Line storage line = _requests[statement.subject];
        reason = _judgeFollowing(statement, line.head);
        if (reason != 0) return reason;
        uint256 state = line.state;
        if (RequestState.status(state) != RequestState.OPEN) return Reasons.CLOSED;
        if (RequestState.asked(state) != statement.participant) return Reasons.NOT_RECIPIENT;
        uint256 status = statement.code == Acts.ANSWER_GRANTED ? RequestState.GRANTED : RequestState.REFUSED;
        _include(line, statement.digest, RequestState.withStatus(state, status));
    }

    function _judgeRequestWithdrawal(Statement memory statement) private returns (uint256 reason) {
        Line storage line = _requests[statement.subject];
        reason = _judgeFollowing(statement, line.head);
        if (reason != 0) return reason;
        uint256 state = line.state;
        if (RequestState.status(state) == RequestState.WITHDRAWN) return Reasons.CLOSED;
        if (RequestState.requester(state) != statement.participant) return Reasons.NOT_AUTHOR;
        _include(line, statement.digest, RequestState.withStatus(state, RequestState.WITHDRAWN));
    }

    /// @dev A conclusion that opens: the first signature under new terms.
    function _judgeTerms(Statement memory statement, Sitting memory sitting) private returns (uint256 reason) {
        Agreement storage agreement = agreements[statement.subject];
        reason = _judgeOpening(statement, agreement.line.head, sitting.tag);
        if (reason != 0) return reason;

        bytes32[] calldata words = Statements.list(statement);
        (uint256 packed, bool fit) = Terms.pack(words, block.timestamp);
        bytes32[] calldata partyWords = words[Terms.FIRST_PARTY:];
        if (!fit || !_partiesFormed(partyWords, sitting)) return Reasons.TERMS;
        uint256 mine = _signsFor(partyWords, statement.participant);
        if (mine == 0) return Reasons.NOT_PARTY;

        if (agreementCount < sitting.consortium.heritage().agreements) revert IConsortium.HeritageIncomplete();
        uint256 number = ++agreementCount;
        _register(number, packed, partyWords);
        uint256 state = AgreementState.opened(number, partyWords.length);
        _include(agreement.line, statement.digest, AgreementState.sign(state, mine, block.timestamp));
        agreement.termsHash = statement.reference_;
    }

    /// @dev What the gate and further signatures need of an agreement's terms.
    function _register(uint256 number, uint256 packed, bytes32[] calldata partyWords) private {
        terms[number] = packed;
        for (uint256 i; i < partyWords.length; ++i) {
            (uint256 party, , , uint256 signatory) = Terms.readParty(partyWords[i]);
            parties[number][party] = true;
            signatories[number][signatory] |= 1 << i;
        }
    }

    /// @dev A conclusion that continues: the signature of another signatory.
    function _judgeSignature(Statement memory statement) private returns (uint256 reason) {
        Agreement storage agreement = agreements[statement.subject];
        reason = _judgeFollowing(statement, agreement.line.head);
        if (reason != 0) return reason;
        uint256 state = agreement.line.state;
        if (AgreementState.ended(state)) return Reasons.CLOSED;
        if (statement.reference_ != agreement.termsHash) return Reasons.TERMS;
        uint256 mine = signatories[AgreementState.number(state)][statement.participant];
        if (mine == 0) return Reasons.NOT_PARTY;
        if (AgreementState.signed(state) & mine != 0) return Reasons.SIGNED_ALREADY;
        _include(agreement.line, statement.digest, AgreementState.sign(state, mine, block.timestamp));
    }

    /// @dev A participant that is a party signs itself, so that the signatories are all who may end an agreement.
    function _judgeEnd(Statement memory statement) private returns (uint256 reason) {
        Line storage line = agreements[statement.subject].line;
        reason = _judgeFollowing(statement, line.head);
        if (reason != 0) return reason;
        uint256 state = line.state;
        if (AgreementState.ended(state)) return Reasons.CLOSED;
        if (signatories[AgreementState.number(state)][statement.participant] == 0) return Reasons.NOT_PARTY;
        _include(line, statement.digest, AgreementState.end(state, block.timestamp));
    }

    /// @dev Whether each party is a participant that signs itself or a jurisdiction that signs through one of its
    /// participants, the signatories are active, and none stands twice.
    function _partiesFormed(bytes32[] calldata words, Sitting memory sitting) private view returns (bool) {
        for (uint256 i; i < words.length; ++i) {
            (uint256 party, uint256 kind, uint256 who, uint256 signatory) = Terms.readParty(words[i]);
            uint256 info = _participantInfo(signatory, sitting);
            if (!Participants.active(info)) return false;
            if (kind == Terms.PARTICIPANT) {
                if (who != signatory) return false;
            } else if (kind == Terms.JURISDICTION) {
                if (who != Participants.jurisdiction(info)) return false;
            } else {
                return false;
            }
            for (uint256 j; j < i; ++j) {
                (uint256 other, , , ) = Terms.readParty(words[j]);
                if (other == party) return false;
            }
        }
        return true;
    }

    /// @dev For which parties a participant is the signatory: bit i is the party at position i.
    function _signsFor(bytes32[] calldata words, uint256 participant) private pure returns (uint256 mine) {
        for (uint256 i; i < words.length; ++i) {
            (, , , uint256 signatory) = Terms.readParty(words[i]);
            if (signatory == participant) mine |= 1 << i;
        }
    }
}
