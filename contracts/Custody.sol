// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Crossing, IAgreements} from './interfaces/IAgreements.sol';
import {IConsortium} from './interfaces/IConsortium.sol';
import {Evidence, Hold, ICustody} from './interfaces/ICustody.sol';
import {Sheet} from './interfaces/ILines.sol';
import {Acts} from './libraries/Acts.sol';
import {EvidenceState} from './libraries/EvidenceState.sol';
import {Keys} from './libraries/Keys.sol';
import {Leaves} from './libraries/Leaves.sol';
import {Numbers} from './libraries/Numbers.sol';
import {Participants} from './libraries/Participants.sol';
import {Reasons} from './libraries/Reasons.sol';
import {Carried, Statement, Statements} from './libraries/Statements.sol';
import {Batches} from './Batches.sol';
import {Lines} from './Lines.sol';

contract Custody is ICustody, Batches {
    uint256 private constant H1_H2 = 3;

    /// @dev What a release may name that the gate has to judge.
    uint256 private constant GATED = Carried.AGREEMENT | Carried.REQUEST | Carried.LIST | Carried.PURPOSE;

    /// @dev Bit 16 · status + act: the act may follow in this status. What is lost may be so in transit too.
    uint256 private constant MAY_FOLLOW =
        (((1 << Acts.RELEASE) | (1 << Acts.RECORD) | (1 << Acts.CORRECT) | (1 << Acts.DISPOSE)) <<
            (16 * EvidenceState.HELD)) |
            (((1 << Acts.ACCEPT) | (1 << Acts.REFUSE) | (1 << Acts.RECALL)) << (16 * EvidenceState.IN_TRANSIT)) |
            ((1 << Acts.RETURN) << (16 * EvidenceState.RETURNING)) |
            ((1 << Acts.CORRECT) << (16 * EvidenceState.DISPOSED)) |
            (((1 << Acts.CORRECT) | (1 << Acts.FOUND)) << (16 * EvidenceState.LOST));

    /// @dev Bit n: it is the recipient that states act n.
    uint256 private constant BY_RECIPIENT = (1 << Acts.ACCEPT) | (1 << Acts.REFUSE);

    // States of a hold's line.
    uint256 private constant ON = 1;
    uint256 private constant LIFTED = 2;

    /// @dev A line of evidence as a statement would leave it: nothing is written before the verdict.
    /// @param head The line's, before the statement.
    /// @param state The line's; judging makes of it what it will be.
    /// @param origins To be written; 0: nothing.
    /// @param bases To be written; 0: nothing.
    /// @param late Whether a release coded late may be taken.
    struct Draft {
        bytes32 head;
        uint256 state;
        uint256 origins;
        uint256 bases;
        bool late;
    }

    IAgreements private _agreements;
    /// @inheritdoc ICustody
    mapping(bytes32 subject => Evidence) public evidence;
    /// @inheritdoc ICustody
    mapping(bytes32 subject => Hold) public holds;
    /// @inheritdoc ICustody
    mapping(bytes32 consent => bool) public consentUsed;

    constructor(IConsortium consortium_, IAgreements agreements_) Batches(consortium_) {
        address theirs = agreements_.consortium();
        if (theirs != address(consortium_)) revert ConsortiumForeign(theirs);
        _agreements = agreements_;
    }

    /// @inheritdoc ICustody
    function agreements() external view returns (address) {
        return address(_agreements);
    }

    /// @inheritdoc ICustody
    function submitLate(Sheet calldata release, Sheet calldata acceptance) external {
        Statement[] memory releases = Statements.readSheet(release.statements, release.key);
        Statement[] memory acceptances = Statements.readSheet(acceptance.statements, acceptance.key);
        if (releases.length != 1 || acceptances.length != 1) revert NotAPair();
        Statement memory first = releases[0];
        Statement memory second = acceptances[0];
        if (
            first.act != Acts.RELEASE ||
            first.code != Acts.RELEASE_LATE ||
            second.act != Acts.ACCEPT ||
            second.subject != first.subject ||
            second.previous != first.digest
        ) revert NotAPair();

        Sitting memory sitting = _sit();
        bool secondProven = _authenticate(acceptance.key, acceptance.signature, acceptances, sitting);
        (uint256 accepter, uint256 recipient) = (sitting.key, sitting.participant);
        bool firstProven = _authenticate(release.key, release.signature, releases, sitting);

        Evidence storage item = evidence[first.subject];
        Draft memory draft = Draft({head: item.line.head, state: item.line.state, origins: 0, bases: 0, late: true});
        uint256 releaseReason = _judgeOnDraft(first, sitting, draft);
        bool released = releaseReason == 0;
        // On the outcome of the release; or, without it, on the line as it is, which is another one than it follows.
        Draft memory next = Draft({
            head: released ? first.digest : item.line.head,
            state: released ? draft.state : item.line.state,
            origins: 0,
            bases: 0,
            late: false
        });
        (sitting.key, sitting.participant) = (accepter, recipient);
        uint256 acceptanceReason = _judgeOnDraft(second, sitting, next);
        if (released && acceptanceReason == 0) {
            _includeEvidence(first, item, draft);
            _includeEvidence(second, item, next);
        } else if (released) {
            releaseReason = Reasons.LATE_ALONE;
        }
        if (firstProven) {
            emit Judged(release.key, release.signature, release.statements, abi.encodePacked(uint8(releaseReason)));
        }
        if (secondProven) {
            emit Judged(
                acceptance.key,
                acceptance.signature,
                acceptance.statements,
                abi.encodePacked(uint8(acceptanceReason))
            );
        }
    }

    /// @inheritdoc Batches
    function _judge(Statement memory statement, Sitting memory sitting) internal override returns (uint256 reason) {
        reason = _judgeSigner(statement, sitting.key, sitting.participant, Acts.COLLECT, Acts.LIFT);
        if (reason != 0) return reason;
        if (statement.act >= Acts.HOLD) return _judgeHold(statement, sitting);

        Evidence storage item = evidence[statement.subject];
        Draft memory draft = Draft({head: item.line.head, state: item.line.state, origins: 0, bases: 0, late: false});
        reason = _judgeEvidence(statement, sitting, draft);
        if (reason == 0) _includeEvidence(statement, item, draft);
    }

    // What the ledger before this one left: docs/protocol.md 8.1

    /// @inheritdoc Lines
    function _inherit(uint256 kind, bytes32[] calldata words) internal override returns (bool, bool fresh) {
        bytes32 subject = words[1];
        if (kind == Leaves.EVIDENCE) {
            Evidence storage item = evidence[subject];
            fresh = _inheritLine(item.line, words);
            if (fresh) (item.origins, item.bases) = (uint256(words[5]), uint256(words[6]));
            return (true, fresh);
        }
        if (kind != Leaves.HOLD) return (false, false);
        fresh = _inheritLine(holds[subject].line, words);
        if (fresh) holds[subject].items = words[5];
        return (true, fresh);
    }

    // Evidence

    function _judgeOnDraft(
        Statement memory statement,
        Sitting memory sitting,
        Draft memory draft
    ) private view returns (uint256 reason) {
        if (sitting.key == 0) return Reasons.UNSIGNED;
        reason = _judgeSigner(statement, sitting.key, sitting.participant, Acts.COLLECT, Acts.LIFT);
        if (reason == 0) reason = _judgeEvidence(statement, sitting, draft);
    }

    function _includeEvidence(Statement memory statement, Evidence storage item, Draft memory draft) private {
        _include(item.line, statement.digest, draft.state);
        if (draft.origins | draft.bases != 0) {
            if (draft.origins != 0) item.origins = draft.origins;
            if (draft.bases != 0) item.bases = draft.bases;
        }
        if (statement.listLength != 0 && statement.act == Acts.RELEASE) {
            bytes32[] calldata consents = Statements.list(statement);
            for (uint256 i; i < consents.length; ++i) consentUsed[consents[i]] = true;
        }
    }

    /// @dev Writes nothing: judges on a draft, and leaves in it what the statement makes of the line.
    function _judgeEvidence(
        Statement memory statement,
        Sitting memory sitting,
        Draft memory draft
    ) private view returns (uint256 reason) {
        uint256 act = statement.act;
        if (act <= Acts.DERIVE) {
            reason = _judgeOpening(statement, draft.head, sitting.tag);
            if (reason != 0) return reason;
            if (act == Acts.DERIVE) return _judgeDerive(statement, draft);
            draft.state = EvidenceState.opened(
                statement.participant,
                statement.restrictions,
                EvidenceState.ALL_PURPOSES,
                false
            );
            return 0;
        }

        reason = _judgeFollowing(statement, draft.head);
        if (reason != 0) return reason;
        reason = _judgeStatus(statement, draft.state);
        if (reason != 0) return reason;
        reason = _judgeWho(statement, sitting.key, draft.state);
        if (reason != 0) return reason;

        if (act == Acts.RELEASE) return _judgeRelease(statement, sitting, draft);
        if (act == Acts.ACCEPT) return _judgeAccept(statement, sitting.key, draft);
        if (act == Acts.RECORD || act == Acts.CORRECT) return 0;
        if (act == Acts.DISPOSE) return _judgeDispose(statement, draft);
        // Refuse, or return, recall and found.
        draft.state = EvidenceState.settled(
            draft.state,
            act == Acts.REFUSE ? EvidenceState.RETURNING : EvidenceState.HELD
        );
    }

    /// @dev The table of docs/protocol.md 4.2: whether the act may follow in this status.
    function _judgeStatus(Statement memory statement, uint256 state) private pure returns (uint256) {
        uint256 status = EvidenceState.status(state);
        uint256 act = statement.act;
        if ((MAY_FOLLOW >> ((status << 4) | act)) & 1 != 0) return 0;
        if (status == EvidenceState.DISPOSED || status == EvidenceState.LOST) return Reasons.CLOSED;
        if (act == Acts.DISPOSE && statement.code == Acts.DISPOSE_LOST) return 0;
        if (act == Acts.FOUND) return Reasons.NOT_LOST;
        bool answers = act >= Acts.ACCEPT && act <= Acts.RECALL;
        return answers ? Reasons.NOT_RELEASED : Reasons.IN_TRANSIT;
    }

    /// @dev The same table: who may state it.
    function _judgeWho(Statement memory statement, uint256 key, uint256 state) private view returns (uint256) {
        uint256 act = statement.act;
        if ((BY_RECIPIENT >> act) & 1 != 0) {
            uint256 named = EvidenceState.recipientKey(state);
            bool isRecipient =
                statement.participant == EvidenceState.recipient(state) && (named == 0 || named == Keys.number(key));
            return isRecipient ? 0 : Reasons.NOT_RECIPIENT;
        }
        if (statement.participant == EvidenceState.holder(state)) return 0;
        if (act != Acts.CORRECT) return Reasons.NOT_HOLDER;
        return Numbers.contains(_origins(statement.subject), statement.participant) ? 0 : Reasons.NOT_AUTHOR;
    }

    function _judgeDerive(Statement memory statement, Draft memory draft) private view returns (uint256) {
        bytes32[] calldata parents = Statements.list(statement);
        for (uint256 i; i < parents.length; ++i) {
            uint256 parent = evidence[parents[i]].line.state;
            if (
                EvidenceState.status(parent) != EvidenceState.HELD ||
                EvidenceState.holder(parent) != statement.participant ||
                _standsBefore(parents, i)
            ) return Reasons.PARENTS;
        }

        uint256 restrictions = statement.restrictions;
        uint256 purposes = EvidenceState.ALL_PURPOSES;
        bool late;
        bool fits = true;
        for (uint256 i; fits && i < parents.length; ++i) {
            Evidence storage parent = evidence[parents[i]];
            uint256 state = parent.line.state;
            restrictions |= EvidenceState.restrictions(state);
            purposes &= EvidenceState.purposes(state);
            late = late || EvidenceState.late(state);
            (draft.origins, fits) = Numbers.merge(draft.origins, _origins(parents[i]));
            if (fits) (draft.bases, fits) = Numbers.merge(draft.bases, parent.bases);
        }
        if (!fits) return Reasons.TOO_MANY;

        // Zero stands for the collector alone.
        if (draft.origins == Numbers.only(statement.participant)) draft.origins = 0;
        draft.state = EvidenceState.opened(statement.participant, restrictions, purposes, late);
        return 0;
    }

    function _judgeRelease(
        Statement memory statement,
        Sitting memory sitting,
        Draft memory draft
    ) private view returns (uint256) {
        uint256 state = draft.state;
        uint256 keyNumber = Keys.number(sitting.key);
        uint256 holderInfo = sitting.participant;
        if (EvidenceState.holds(state) != 0) return Reasons.ON_HOLD;

        uint256 recipient = statement.recipient;
        bool inside = recipient == statement.participant;
        uint256 recipientInfo = inside ? holderInfo : _participantInfo(recipient, sitting);
        if (!Participants.active(recipientInfo)) return Reasons.RECIPIENT;
        uint256 recipientKey;
        if (statement.recipientKey != 0) {
            uint256 info = sitting.consortium.keyInfo(statement.recipientKey);
            if (Keys.participant(info) != recipient) return Reasons.RECIPIENT;
            recipientKey = Keys.number(info);
        }
        if (inside && (recipientKey == 0 || recipientKey == keyNumber)) return Reasons.SAME_KEY;

        uint256 restrictions = statement.restrictions;
        if (EvidenceState.restrictions(state) & ~restrictions != 0) return Reasons.RESTRICTION_DROPPED;

        uint256 next = EvidenceState.released(state, recipient, recipientKey, keyNumber, restrictions);
        if (statement.code == Acts.RELEASE_LATE) {
            if (!draft.late) return Reasons.LATE_ALONE;
            next = EvidenceState.markedLate(next);
        }
        bool crosses = _crosses(holderInfo, recipientInfo);
        if (_needsGate(statement, recipientInfo, state, crosses)) {
            (uint256 reason, uint256 agreement) = _judgeGate(statement, holderInfo, recipientInfo, state, crosses);
            if (reason != 0) return reason;
            next = EvidenceState.under(next, agreement, statement.purpose, crosses);
        }
        draft.state = next;
        return 0;
    }

    /// @dev Whether the gate could say no.
    function _needsGate(
        Statement memory statement,
        uint256 recipientInfo,
        uint256 state,
        bool crosses
    ) private pure returns (bool) {
        return
            crosses ||
            statement.carried & GATED != 0 ||
            EvidenceState.restrictions(state) & H1_H2 != 0 ||
            Participants.kind(recipientInfo) == Participants.COURT;
    }

    /// @return reason 0, or why not.
    /// @return agreement Number of the agreement that the release names.
    function _judgeGate(
        Statement memory statement,
        uint256 holderInfo,
        uint256 recipientInfo,
        uint256 state,
        bool crosses
    ) private view returns (uint256 reason, uint256 agreement) {
        bytes32[] calldata consents = Statements.list(statement);
        uint256 used;
        for (uint256 i; i < consents.length; ++i) {
            if (consentUsed[consents[i]]) used |= 1 << i;
        }
        uint256 bases = evidence[statement.subject].bases;
        (reason, agreement) = _agreements.gate(
            Crossing({
                evidence: statement.subject,
                agreement: statement.agreement,
                request: statement.request,
                holder: statement.participant,
                holderInfo: holderInfo,
                recipient: statement.recipient,
                recipientInfo: recipientInfo,
                purpose: statement.purpose,
                restrictions: statement.restrictions,
                linePurposes: EvidenceState.purposes(state),
                lineRestrictions: EvidenceState.restrictions(state),
                origins: _origins(statement.subject),
                bases: bases,
                moment: statement.code == Acts.RELEASE_LATE ? statement.time : block.timestamp,
                consents: consents,
                used: used
            })
        );
        if (reason == 0 && crosses) {
            // The acceptance will add the agreement to the bases; until then they stay as they are.
            (, bool fits) = Numbers.merge(bases, Numbers.only(agreement));
            if (!fits) reason = Reasons.TOO_MANY;
        }
    }

    function _judgeAccept(Statement memory statement, uint256 key, Draft memory draft) private view returns (uint256) {
        uint256 state = draft.state;
        // A release lets no such acceptance come; that a handoff takes two keys is worth a second look all the same.
        if (EvidenceState.releasingKey(state) == Keys.number(key)) return Reasons.SAME_KEY;
        if (EvidenceState.crosses(state)) {
            uint256 basis = Numbers.only(EvidenceState.agreement(state));
            (draft.bases, ) = Numbers.merge(evidence[statement.subject].bases, basis);
        }
        draft.state = EvidenceState.accepted(state);
        return 0;
    }

    function _judgeDispose(Statement memory statement, Draft memory draft) private pure returns (uint256) {
        bool lost = statement.code == Acts.DISPOSE_LOST;
        if (!lost && EvidenceState.holds(draft.state) != 0) return Reasons.ON_HOLD;
        draft.state = EvidenceState.settled(draft.state, lost ? EvidenceState.LOST : EvidenceState.DISPOSED);
        return 0;
    }

    // Holds

    function _judgeHold(Statement memory statement, Sitting memory sitting) private returns (uint256 reason) {
        Hold storage hold = holds[statement.subject];
        bytes32 head = hold.line.head;
        bytes32[] calldata items = Statements.list(statement);

        if (statement.act == Acts.HOLD) {
            reason = _judgeOpening(statement, head, sitting.tag);
            if (reason == 0) reason = _judgeItems(items, statement.participant, sitting);
            if (reason != 0) return reason;
            for (uint256 i; i < items.length; ++i) {
                uint256 state = evidence[items[i]].line.state;
                evidence[items[i]].line.state = EvidenceState.oneHoldMore(state);
            }
            hold.items = statement.reference_;
            _include(hold.line, statement.digest, (ON << 248) | (statement.participant << 192));
            return 0;
        }

        reason = _judgeFollowing(statement, head);
        if (reason != 0) return reason;
        uint256 on = hold.line.state;
        if (uint32(on >> 192) != statement.participant) return Reasons.NOT_AUTHOR;
        if (hold.items != statement.reference_) return Reasons.MALFORMED;
        if (on >> 248 != ON) return Reasons.CLOSED;
        for (uint256 i; i < items.length; ++i) {
            uint256 state = evidence[items[i]].line.state;
            evidence[items[i]].line.state = EvidenceState.oneHoldLess(state);
        }
        _include(hold.line, statement.digest, (LIFTED << 248) | (statement.participant << 192));
    }

    /// @dev Whether a participant may place a hold on each item, and no item has too many.
    function _judgeItems(
        bytes32[] calldata items,
        uint256 number,
        Sitting memory sitting
    ) private view returns (uint256) {
        bool full;
        for (uint256 i; i < items.length; ++i) {
            uint256 state = evidence[items[i]].line.state;
            if (
                state == 0 ||
                EvidenceState.status(state) == EvidenceState.DISPOSED ||
                _standsBefore(items, i) ||
                !_entitled(items[i], state, number, sitting)
            ) return Reasons.NOT_ENTITLED;
            full = full || EvidenceState.holds(state) == EvidenceState.MOST_HOLDS;
        }
        return full ? Reasons.TOO_MANY : 0;
    }

    /// @dev The holder, an origin, or a court of the holder's jurisdiction.
    function _entitled(
        bytes32 subject,
        uint256 state,
        uint256 number,
        Sitting memory sitting
    ) private view returns (bool) {
        uint256 holder = EvidenceState.holder(state);
        if (number == holder || Numbers.contains(_origins(subject), number)) return true;
        return
            Participants.kind(sitting.participant) == Participants.COURT &&
            !_crosses(sitting.participant, _participantInfo(holder, sitting));
    }

    // Both

    /// @dev The collector, or the origins of all parents.
    function _origins(bytes32 subject) private view returns (uint256 origins) {
        origins = evidence[subject].origins;
        if (origins == 0) origins = Numbers.only(Participants.opener(subject));
    }

    function _crosses(uint256 info, uint256 other) private pure returns (bool) {
        return Participants.jurisdiction(info) != Participants.jurisdiction(other);
    }

    function _standsBefore(bytes32[] calldata words, uint256 position) private pure returns (bool) {
        for (uint256 i; i < position; ++i) {
            if (words[i] == words[position]) return true;
        }
        return false;
    }
}
