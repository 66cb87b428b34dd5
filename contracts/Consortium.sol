// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC7913SignatureVerifier} from '@openzeppelin/contracts/interfaces/IERC7913.sol';
import {
    EnrolledKey,
    Founding,
    Heritage,
    IConsortium,
    Key,
    Member,
    Participant,
    Signature,
    Tally
} from './interfaces/IConsortium.sol';
import {Line} from './interfaces/ILines.sol';
import {Acts} from './libraries/Acts.sol';
import {Keys} from './libraries/Keys.sol';
import {Leaves} from './libraries/Leaves.sol';
import {Participants} from './libraries/Participants.sol';
import {Reasons} from './libraries/Reasons.sol';
import {Statement, Statements} from './libraries/Statements.sol';
import {Lines} from './Lines.sol';

contract Consortium is IConsortium, Lines {
    /// @dev Subject of the consortium's line.
    bytes32 private constant CONSORTIUM = 0;
    // States of the consortium's line.
    uint256 private constant FOUNDED = 1 << 248;
    uint256 private constant RETIRED = 2 << 248;

    /// @dev Half the order of secp256k1: a signature with a greater s is another form of one with a smaller.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @dev What a verifier may spend: more than P-256 takes in Solidity, on an engine without the precompile.
    uint256 private constant VERIFIER_GAS = 1_000_000;
    /// @dev What must be left before: EIP-150 keeps back one 64th of it, and the caller wants to go on afterwards.
    uint256 private constant GAS_BEFORE_VERIFIER = (VERIFIER_GAS * 64) / 63 + 50_000;

    /// @inheritdoc IConsortium
    bytes32 public predecessor;
    /// @inheritdoc IConsortium
    address public p256Verifier;
    /// @inheritdoc IConsortium
    address public webauthnVerifier;
    /// @inheritdoc IConsortium
    Tally public tally;
    Line private _line;
    /// @inheritdoc IConsortium
    mapping(uint256 number => Participant) public participants;
    /// @inheritdoc IConsortium
    mapping(bytes32 id => EnrolledKey) public keys;
    Heritage private _heritage;

    /// @param founding `abi.encode(Founding)`.
    /// @param heritage_ `abi.encode(Heritage)`, which the founding's predecessor is the hash of; empty where there is none.
    /// @param p256Verifier_ ERC-7913 verifier of scheme 2, or zero.
    /// @param webauthnVerifier_ ERC-7913 verifier of scheme 3, or zero.
    constructor(
        bytes memory founding,
        bytes memory heritage_,
        address p256Verifier_,
        address webauthnVerifier_
    ) Lines(keccak256(founding)) {
        Founding memory decoded = abi.decode(founding, (Founding));
        if (keccak256(abi.encode(decoded)) != foundingHash) revert FoundingMalformed();
        predecessor = decoded.predecessor;
        p256Verifier = p256Verifier_;
        webauthnVerifier = webauthnVerifier_;

        uint256 state = FOUNDED;
        Member[] memory members = decoded.members;
        if (decoded.predecessor != 0) {
            if (members.length != 0 || keccak256(heritage_) != decoded.predecessor) revert FoundingMalformed();
            _heritage = abi.decode(heritage_, (Heritage));
            state |= uint256(uint64(bytes8(foundingHash))) << 184;
        }
        for (uint256 i; i < members.length; ++i) {
            uint256 sponsor = members[i].sponsor;
            // A sponsor may stand behind those that it sponsors.
            bool sponsored =
                sponsor != 0 && sponsor <= members.length && members[sponsor - 1].kind == Participants.AGENCY;
            if (
                !_formed(members[i], sponsored) ||
                !Keys.formed(members[i].key) ||
                keys[Keys.id(members[i].key)].info != 0
            ) revert MemberMalformed(i + 1);
            _admit(members[i], foundingHash);
        }
        if (tally.activeAgencies == 0 && decoded.predecessor == 0) revert FoundingMalformed();
        _include(_line, foundingHash, state);
    }

    /// @inheritdoc IConsortium
    function consortiumLine() external view returns (Line memory) {
        return _line;
    }

    /// @inheritdoc IConsortium
    function submit(bytes calldata wire, Signature[] calldata signatures) external {
        if (signatures.length == 0) return;
        Signature calldata first = signatures[0];
        Statement[] memory statements = Statements.readSheet(wire, first.key);
        if (statements.length != 1) return;
        Statement memory statement = statements[0];
        // What was overtaken by other statements when it retired the ledger is stated again, with the root as it is now.
        if (_retired() && statement.act != Acts.RETIRE) revert LedgerRetired();
        if (tally.participants < _heritage.participants || tally.keys < _heritage.keys) revert HeritageIncomplete();
        bytes32 hash = Statements.signedHash(Statements.domain(foundingHash), statements);
        (uint256 key, uint256 participant) = _authenticate(first.key, hash, first.signature);
        if (key == 0) return;

        uint256 reason = _judgeSigner(statement, key, participant, Acts.ENROL, Acts.ERASE);
        if (reason == 0) reason = _judge(statement, key, participant, hash, signatures);
        if (signatures.length > 1) _emitEndorsed(statement.digest, signatures);
        emit Judged(first.key, first.signature, wire, abi.encodePacked(uint8(reason)));
    }

    /// @inheritdoc IConsortium
    function authenticate(
        bytes32 id,
        bytes32 hash,
        bytes calldata signature
    ) external view returns (uint256 info, uint256 participant) {
        if (_retired()) revert LedgerRetired();
        return _authenticate(id, hash, signature);
    }

    /// @inheritdoc IConsortium
    function heritage() external view returns (Heritage memory) {
        return _heritage;
    }

    /// @inheritdoc IConsortium
    function inheritedRoot() external view returns (bytes32) {
        return _inheritedRoot();
    }

    /// @inheritdoc IConsortium
    function tag() external view returns (bytes8) {
        return bytes8(uint64(_line.state >> 184));
    }

    function _authenticate(
        bytes32 id,
        bytes32 hash,
        bytes calldata signature
    ) private view returns (uint256 info, uint256 participant) {
        EnrolledKey storage key = keys[id];
        info = key.info;
        if (info == 0 || Keys.powers(info) == Keys.ENCRYPTION) return (0, 0);
        if (!_proves(Keys.scheme(info), key.x, key.y, hash, signature)) return (0, 0);
        participant = participants[Keys.participant(info)].line.state;
    }

    /// @inheritdoc IConsortium
    function participantInfo(uint32 number) external view returns (uint256) {
        return participants[number].line.state;
    }

    /// @inheritdoc IConsortium
    function keyInfo(bytes32 id) external view returns (uint256) {
        return keys[id].info;
    }

    function _emitEndorsed(bytes32 digest, Signature[] calldata signatures) private {
        Signature[] memory further = new Signature[](signatures.length - 1);
        for (uint256 i; i < further.length; ++i) further[i] = signatures[i + 1];
        emit Endorsed(digest, further);
    }

    function _retired() private view returns (bool) {
        return _line.state >> 248 == RETIRED >> 248;
    }

    // What the ledger before this one left: docs/protocol.md 8.1

    /// @inheritdoc Lines
    function _inheritedRoot() internal view override returns (bytes32) {
        if (_retired()) revert LedgerRetired();
        return _heritage.root;
    }

    /// @inheritdoc Lines
    function _inherit(uint256 kind, bytes32[] calldata words) internal override returns (bool, bool fresh) {
        if (kind == Leaves.PARTICIPANT) {
            Participant storage participant = participants[Participants.opener(words[1])];
            fresh = _inheritLine(participant.line, words);
            if (fresh) {
                participant.code = words[5];
                ++tally.participants;
                if (Participants.votes(participant.line.state)) ++tally.activeAgencies;
            }
            return (true, fresh);
        }
        if (kind != Leaves.KEY) return (false, false);
        EnrolledKey storage key = keys[words[1]];
        fresh = key.info == 0;
        if (fresh) {
            (key.info, key.x, key.y) = (uint256(words[2]), words[3], words[4]);
            ++tally.keys;
        }
        return (true, fresh);
    }

    // Judging: steps 6 to 8

    function _judge(
        Statement memory statement,
        uint256 key,
        uint256 participant,
        bytes32 hash,
        Signature[] calldata signatures
    ) private returns (uint256 reason) {
        uint256 act = statement.act;
        bytes32 subject = statement.subject;
        bool own = act == Acts.REVOKE || act == Acts.ERASE || (act == Acts.ENROL && subject != CONSORTIUM);
        uint256 number = Participants.opener(subject);
        Line storage line = own ? participants[number].line : _line;
        bool known = subject == (own ? Participants.subject(number) : CONSORTIUM);
        reason = _judgeFollowing(statement, known ? line.head : bytes32(0));
        if (reason != 0) return reason;

        uint256 state = line.state;
        if (own) {
            if (number != statement.participant) return Reasons.FOREIGN_NUMBER;
            if (act == Acts.ENROL) {
                reason = _judgeEnrol(Statements.list(statement), statement.participant, false, hash, signatures);
            } else if (act == Acts.REVOKE) {
                reason = _judgeRevoke(statement.reference_, statement.participant);
            }
        } else {
            if (!_approved(act, key, participant, hash, signatures)) return Reasons.NOT_APPROVED;
            if (act == Acts.RETIRE) state = RETIRED | uint248(state);
            else reason = _judgeMembership(statement, hash, signatures);
        }
        if (reason == 0) _include(line, statement.digest, state);
    }

    function _judgeRevoke(bytes32 id, uint256 participant) private returns (uint256) {
        uint256 info = keys[id].info;
        if (Keys.participant(info) != participant) return Reasons.KEY_FOREIGN;
        if (Keys.revoked(info)) return Reasons.KEY_REVOKED;
        keys[id].info = Keys.revoke(info, block.timestamp);
        return 0;
    }

    /// @dev What the agencies have approved.
    function _judgeMembership(
        Statement memory statement,
        bytes32 hash,
        Signature[] calldata signatures
    ) private returns (uint256) {
        bytes32[] calldata words = Statements.list(statement);
        if (statement.act == Acts.ADMIT && statement.code == Acts.ADMIT_NEW) {
            return _judgeAdmit(words, statement.digest, hash, signatures);
        }
        uint256 number = uint256(words[0]);
        uint256 info = participants[number].line.state;
        if (info == 0) return Reasons.RECIPIENT;
        if (statement.act == Acts.ENROL) return _judgeEnrol(words[1:], number, true, hash, signatures);

        bool suspends = statement.act == Acts.SUSPEND;
        if (Participants.active(info) != suspends) return Reasons.RECIPIENT;
        if (Participants.kind(info) == Participants.AGENCY) {
            if (suspends) --tally.activeAgencies;
            else ++tally.activeAgencies;
        }
        uint256 status = suspends ? Participants.SUSPENDED : Participants.ACTIVE;
        participants[number].line.state = Participants.withStatus(info, status);
        return 0;
    }

    /// @param digest Of the admission: the new member's line begins with it.
    function _judgeAdmit(
        bytes32[] calldata words,
        bytes32 digest,
        bytes32 hash,
        Signature[] calldata signatures
    ) private returns (uint256) {
        (Key memory key, uint256 reason) = _judgeKey(words[4:], hash, signatures);
        // The member comes before its key in the order of reasons.
        if (
            uint256(words[1]) > type(uint16).max ||
            uint256(words[2]) > type(uint8).max ||
            uint256(words[3]) > type(uint32).max
        ) return Reasons.MALFORMED;
        Member memory member = Member({
            code: words[0],
            jurisdiction: uint16(uint256(words[1])),
            kind: uint8(uint256(words[2])),
            sponsor: uint32(uint256(words[3])),
            key: key
        });
        bool sponsored = Participants.kind(participants[member.sponsor].line.state) == Participants.AGENCY;
        if (!_formed(member, sponsored)) return Reasons.MALFORMED;
        if (reason == 0) _admit(member, digest);
        return reason;
    }

    function _judgeEnrol(
        bytes32[] calldata words,
        uint256 participant,
        bool byConsortium,
        bytes32 hash,
        Signature[] calldata signatures
    ) private returns (uint256) {
        (Key memory key, uint256 reason) = _judgeKey(words, hash, signatures);
        if (reason == 0) _enrol(key, participant, byConsortium);
        return reason;
    }

    /// @dev A key that is to be enrolled, and what speaks against it.
    function _judgeKey(
        bytes32[] calldata words,
        bytes32 hash,
        Signature[] calldata signatures
    ) private view returns (Key memory key, uint256) {
        bool fits;
        (key, fits) = Keys.read(words);
        if (!fits || !Keys.formed(key)) return (key, Reasons.MALFORMED);
        bytes32 id = Keys.id(key);
        if (keys[id].info != 0) return (key, Reasons.KEY_EXISTS);
        for (uint256 i = 1; i < signatures.length; ++i) {
            if (signatures[i].key == id && _proves(key.scheme, key.x, key.y, hash, signatures[i].signature)) {
                return (key, 0);
            }
        }
        return (key, Reasons.KEY_UNPROVEN);
    }

    /// @dev Whether code, jurisdiction, kind and sponsor are well formed, and the first key is an authority.
    /// @param sponsored Whether the sponsor is an agency.
    function _formed(Member memory member, bool sponsored) private pure returns (bool) {
        return
            Participants.isCode(member.code) &&
            Participants.isJurisdiction(member.jurisdiction) &&
            member.kind >= Participants.AGENCY &&
            member.kind <= Participants.EXPERT &&
            (member.kind == Participants.AGENCY ? member.sponsor == 0 : sponsored) &&
            member.key.powers & Keys.AUTHORITY != 0;
    }

    function _admit(Member memory member, bytes32 head) private {
        uint256 number = ++tally.participants;
        if (member.kind == Participants.AGENCY) ++tally.activeAgencies;
        Participant storage participant = participants[number];
        participant.code = member.code;
        uint256 info = Participants.pack(member.kind, member.jurisdiction, member.sponsor);
        _include(participant.line, head, info);
        _enrol(member.key, number, false);
    }

    function _enrol(Key memory key, uint256 participant, bool byConsortium) private {
        uint256 info = Keys.pack(key, participant, ++tally.keys, byConsortium);
        keys[Keys.id(key)] = EnrolledKey({info: info, x: key.x, y: key.y});
    }

    // Proving

    /// @dev Whether more than two thirds of the active agencies signed (docs/protocol.md 8).
    function _approved(
        uint256 act,
        uint256 key,
        uint256 participant,
        bytes32 hash,
        Signature[] calldata signatures
    ) private view returns (bool) {
        uint256 first = Keys.participant(key);
        uint256 approvals = _approves(act, key, participant) ? 1 : 0;
        uint256 last;
        for (uint256 i = 1; i < signatures.length; ++i) {
            (key, participant) = _authenticate(signatures[i].key, hash, signatures[i].signature);
            uint256 number = Keys.participant(key);
            if (number <= last || number == first || !_approves(act, key, participant)) continue;
            last = number;
            ++approvals;
        }
        return 3 * approvals > 2 * uint256(tally.activeAgencies);
    }

    function _approves(uint256 act, uint256 key, uint256 participant) private view returns (bool) {
        return
            Participants.votes(participant) &&
            Keys.powers(key) & Keys.AUTHORITY != 0 &&
            Keys.maySign(key, act) &&
            Keys.validAt(key, block.timestamp) &&
            !Keys.revoked(key);
    }

    /// @dev Whether a signature of this scheme proves. Depends on nothing but the bytes.
    function _proves(
        uint256 scheme,
        bytes32 x,
        bytes32 y,
        bytes32 hash,
        bytes calldata signature
    ) private view returns (bool) {
        if (scheme == Keys.SECP256K1) return _provesSecp256k1(x, y, hash, signature);
        if (scheme == Keys.P256) return signature.length == 64 && _verifies(p256Verifier, x, y, hash, signature);
        return _verifies(webauthnVerifier, x, y, hash, signature);
    }

    function _provesSecp256k1(
        bytes32 x,
        bytes32 y,
        bytes32 hash,
        bytes calldata signature
    ) private pure returns (bool) {
        if (signature.length != 65) return false;
        bytes32 r;
        bytes32 s;
        uint8 v;
        bytes32 publicKeyHash;
        // Assembly, because slices would check their bounds three times more, and `abi.encode` would take memory.
        assembly ('memory-safe') {
            r := calldataload(signature.offset)
            s := calldataload(add(signature.offset, 32))
            v := byte(0, calldataload(add(signature.offset, 64)))
            mstore(0x00, x)
            mstore(0x20, y)
            publicKeyHash := keccak256(0x00, 0x40)
        }
        if (uint256(s) > HALF_ORDER) return false;
        // ecrecover answers zero for any v but 27 and 28. The last 20 bytes of the hash are the address of the key.
        address signer = ecrecover(hash, v, r, s);
        return signer != address(0) && signer == address(uint160(uint256(publicKeyHash)));
    }

    function _verifies(
        address verifier,
        bytes32 x,
        bytes32 y,
        bytes32 hash,
        bytes calldata signature
    ) private view returns (bool) {
        if (verifier == address(0)) return false;
        bytes memory question = abi.encodeCall(
            IERC7913SignatureVerifier.verify,
            (abi.encodePacked(x, y), hash, signature)
        );
        if (gasleft() < GAS_BEFORE_VERIFIER) revert GasTooLow();
        (bool success, bytes memory answer) = verifier.staticcall{gas: VERIFIER_GAS}(question);
        return success && answer.length == 32 && bytes32(answer) == bytes32(IERC7913SignatureVerifier.verify.selector);
    }
}
