// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Agreements} from '../../../contracts/Agreements.sol';
import {Consortium} from '../../../contracts/Consortium.sol';
import {Custody} from '../../../contracts/Custody.sol';
import {Founding, IConsortium, Key, Member, Signature} from '../../../contracts/interfaces/IConsortium.sol';
import {IBatches, ILines, Line, Sheet} from '../../../contracts/interfaces/ILines.sol';
import {Secp256k1} from './Secp256k1.sol';
import {Stated, Writing} from './Stated.sol';
import {deployed, Vm, vm} from './Vm.sol';

// Members of the founding, by number. Four agencies: more than two thirds are three.
uint32 constant BKA = 1;
uint32 constant DCPJ = 2;
uint32 constant KLPD = 3;
uint32 constant LAB = 4;
uint32 constant COURT = 5;
uint32 constant COURT_FR = 6;
uint32 constant FBI = 7;
uint32 constant MEMBERS = 7;

uint16 constant DE = 0x4445;
uint16 constant FR = 0x4652;
uint16 constant NL = 0x4e4c;
uint16 constant US = 0x5553;

uint32 constant ALL_ACTS = (1 << 25) - 1;
uint40 constant START = 1_800_000_000;
uint40 constant FAR = 4_000_000_000;

uint8 constant UNSIGNED = 1;

/// @notice A founded ledger with the private keys of all its members, and what a gateway does: sign, send, read the
/// outcome. Each member has an authority key from the founding, and two custody keys: an officer's and a gateway's.
/// @dev A contract of its own, so that a test contract is compiled without all this.
contract Ledger {
    Consortium public consortium;
    Agreements public agreements;
    Custody public custody;
    bytes32 public domain;
    bytes public founding;

    mapping(bytes32 key => uint256) public privateKeyOf;
    mapping(bytes32 key => uint8) public schemeOf;
    mapping(uint32 participant => bytes32) public authority;
    mapping(uint32 participant => bytes32) public officer;
    mapping(uint32 participant => bytes32) public service;

    constructor() {
        vm.warp(START);
        Founding memory founding_ = Founding({
            nonce: keccak256('nonce'),
            predecessor: 0,
            members: new Member[](MEMBERS)
        });
        founding_.members[0] = _member('DE-BKA', DE, 1, 0);
        founding_.members[1] = _member('FR-DCPJ', FR, 1, 0);
        founding_.members[2] = _member('NL-KLPD', NL, 1, 0);
        founding_.members[3] = _member('DE-LAB-1', DE, 3, BKA);
        founding_.members[4] = _member('DE-COURT', DE, 2, BKA);
        founding_.members[5] = _member('FR-COURT', FR, 2, DCPJ);
        founding_.members[6] = _member('US-FBI', US, 1, 0);
        for (uint32 n = 1; n <= MEMBERS; ++n) {
            founding_.members[n - 1].key = newKey(1, 1000 * n + 1, 1);
            authority[n] = idOf(founding_.members[n - 1].key);
        }
        founding = abi.encode(founding_);
        address p256 = deployed('P256Verifier.sol:P256Verifier', '');
        consortium = Consortium(deployed('Consortium.sol:Consortium', abi.encode(founding, '', p256, address(0))));
        agreements = Agreements(deployed('Agreements.sol:Agreements', abi.encode(consortium)));
        custody = Custody(deployed('Custody.sol:Custody', abi.encode(consortium, agreements)));
        domain = Writing.domain(keccak256(founding));
        for (uint32 n = 1; n <= MEMBERS; ++n) {
            officer[n] = enrol(n, newKey(1, 1000 * n + 2, 2));
            service[n] = enrol(n, newKey(1, 1000 * n + 3, 4));
        }
    }

    function _member(
        bytes32 code,
        uint16 jurisdiction,
        uint8 kind,
        uint32 sponsor
    ) private pure returns (Member memory m) {
        m.code = code;
        m.jurisdiction = jurisdiction;
        m.kind = kind;
        m.sponsor = sponsor;
    }

    // Keys

    /// @notice A key that may sign every act, and whose private key is kept.
    function newKey(uint8 scheme, uint256 privateKey, uint8 powers) public returns (Key memory key) {
        key = Key({scheme: scheme, powers: powers, acts: ALL_ACTS, from: 1, until: FAR, x: 0, y: 0});
        (uint256 x, uint256 y) = scheme == 1 ? Secp256k1.publicKey(privateKey) : vm.publicKeyP256(privateKey);
        (key.x, key.y) = (bytes32(x), bytes32(y));
        bytes32 id = idOf(key);
        privateKeyOf[id] = privateKey;
        schemeOf[id] = scheme;
    }

    function idOf(Key memory key) public pure returns (bytes32) {
        return keccak256(abi.encodePacked(key.scheme, key.x, key.y));
    }

    function wordsOf(Key memory key) public pure returns (bytes32[] memory words) {
        words = new bytes32[](7);
        words[0] = bytes32(uint256(key.scheme));
        words[1] = bytes32(uint256(key.powers));
        words[2] = bytes32(uint256(key.acts));
        words[3] = bytes32(uint256(key.from));
        words[4] = bytes32(uint256(key.until));
        words[5] = key.x;
        words[6] = key.y;
    }

    function sign(bytes32 key, bytes32 hash) public view returns (bytes memory) {
        if (schemeOf[key] == 2) {
            (bytes32 pr, bytes32 ps) = vm.signP256(privateKeyOf[key], hash);
            uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
            if (uint256(ps) > order / 2) ps = bytes32(order - uint256(ps));
            return abi.encodePacked(pr, ps);
        }
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKeyOf[key], hash);
        return abi.encodePacked(r, s, v);
    }

    /// @notice Enrols a key by the participant's authority and demands that it is included.
    function enrol(uint32 participant, Key memory key) public returns (bytes32 id) {
        id = idOf(key);
        Stated memory s = stated(19, 1, participant, bytes32(uint256(participant) << 224));
        s.key = authority[participant];
        s.list = wordsOf(key);
        uint8 reason = change(s, one(id));
        require(reason == 0, 'a key was not enrolled');
    }

    /// @notice A statement that admits a German agency with the key 1000 · its number + 1.
    function admission(bytes32 code) public returns (Stated memory s, Key memory key) {
        (uint32 participants, , ) = consortium.tally();
        key = newKey(1, 1000 * (participants + 1) + 1, 1);
        s = stated(21, 1, BKA, 0);
        s.key = authority[BKA];
        s.list = new bytes32[](11);
        s.list[0] = code;
        s.list[1] = bytes32(uint256(DE));
        s.list[2] = bytes32(uint256(1));
        bytes32[] memory keyWords = wordsOf(key);
        for (uint256 i; i < 7; ++i) s.list[4 + i] = keyWords[i];
    }

    /// @notice Admits a German agency, approved by all, with keys as those of the founders.
    function admit(bytes32 code) external returns (uint32 number) {
        (Stated memory s, Key memory key) = admission(code);
        bytes32[] memory further = new bytes32[](4);
        (further[0], further[1], further[2], further[3]) = (
            authority[DCPJ],
            authority[KLPD],
            authority[FBI],
            idOf(key)
        );
        require(change(s, further) == 0, 'not admitted');
        (number, , ) = consortium.tally();
        authority[number] = idOf(key);
        officer[number] = enrol(number, newKey(1, 1000 * number + 2, 2));
        service[number] = enrol(number, newKey(1, 1000 * number + 3, 4));
    }

    // Statements

    /// @notice A statement on the newest head of its line, by the participant's officer, good from now for a day.
    function stated(uint8 act, uint16 code, uint32 participant, bytes32 subject) public view returns (Stated memory s) {
        s.subject = subject;
        s.act = act;
        s.code = code;
        s.participant = participant;
        s.key = officer[participant];
        s.time = uint40(block.timestamp);
        s.expires = s.time + 1 days;
        s.previous = lineOf(act, code, subject).head;
    }

    /// @notice The line that a statement would stand on.
    function lineOf(uint8 act, uint16 code, bytes32 subject) public view returns (Line memory line) {
        if (act <= 11) (line, , ) = custody.evidence(subject);
        else if (act <= 13) (line, ) = custody.holds(subject);
        else if (act == 14 || (act == 18 && code == 3)) (line, ) = agreements.consents(subject);
        else if (act <= 16 || (act == 18 && code == 2)) line = agreements.requests(subject);
        else if (act <= 18) (line, ) = agreements.agreements(subject);
        else if (subject == 0) line = consortium.consortiumLine();
        else (line, ) = consortium.participants(uint256(subject) >> 224);
    }

    function one(bytes32 word) public pure returns (bytes32[] memory words) {
        words = new bytes32[](1);
        words[0] = word;
    }

    function only(Stated memory s) public pure returns (Stated[] memory all) {
        all = new Stated[](1);
        all[0] = s;
    }

    // Sending

    /// @notice The sheet of all these statements, signed by the key of the first.
    function sheetOf(Stated[] memory all) public view returns (Sheet memory sheet) {
        sheet.key = all[0].key;
        sheet.statements = Writing.wire(all);
        sheet.signature = sign(sheet.key, Writing.sheetHash(domain, Writing.digests(all)));
    }

    /// @notice One sheet for each statement.
    function sheets(Stated[] memory all) external view returns (Sheet[] memory each) {
        each = new Sheet[](all.length);
        for (uint256 i; i < all.length; ++i) each[i] = sheetOf(only(all[i]));
    }

    /// @notice Sends one statement by itself, wherever it belongs.
    /// @return reason 0 included; 1 no trace.
    function judge(Stated memory s) external returns (uint8 reason) {
        if (s.act >= 19) return change(s, new bytes32[](0));
        return uint8(judgeSheet(only(s))[0]);
    }

    /// @notice Sends all statements in one sheet.
    /// @return outcomes One byte each; all 1 if there is no trace.
    function judgeSheet(Stated[] memory all) public returns (bytes memory outcomes) {
        Sheet[] memory batch = new Sheet[](1);
        batch[0] = sheetOf(all);
        bytes[] memory each = send(all[0].act <= 13 ? address(custody) : address(agreements), batch);
        if (each.length != 0) return each[0];
        outcomes = new bytes(all.length);
        for (uint256 i; i < all.length; ++i) outcomes[i] = bytes1(UNSIGNED);
    }

    /// @notice Sends a batch.
    /// @return outcomes Those of each sheet that left a trace.
    function send(address to, Sheet[] memory batch) public returns (bytes[] memory outcomes) {
        vm.recordLogs();
        IBatches(to).submit(batch);
        return outcomesOf(vm.getRecordedLogs());
    }

    /// @notice Sends a late release with its acceptance.
    /// @return first The release's reason; 1 no trace.
    /// @return second The acceptance's.
    function judgeLate(Stated memory release, Stated memory acceptance) external returns (uint8 first, uint8 second) {
        (Sheet memory a, Sheet memory b) = (sheetOf(only(release)), sheetOf(only(acceptance)));
        vm.recordLogs();
        custody.submitLate(a, b);
        bytes[] memory outcomes = outcomesOf(vm.getRecordedLogs());
        require(outcomes.length == 2, 'not both left a trace');
        return (uint8(outcomes[0][0]), uint8(outcomes[1][0]));
    }

    /// @notice Sends a statement to the consortium with its own signature and those of further keys.
    function change(Stated memory s, bytes32[] memory further) public returns (uint8) {
        bytes32 hash = Writing.sheetHash(domain, one(Writing.digest(s)));
        Signature[] memory signatures = new Signature[](1 + further.length);
        signatures[0] = Signature({key: s.key, signature: sign(s.key, hash)});
        for (uint256 i; i < further.length; ++i) {
            signatures[i + 1] = Signature({key: further[i], signature: sign(further[i], hash)});
        }
        return changeWith(s, signatures);
    }

    function changeWith(Stated memory s, Signature[] memory signatures) public returns (uint8) {
        bytes memory wire = Writing.wire(s);
        vm.recordLogs();
        consortium.submit(wire, signatures);
        bytes[] memory outcomes = outcomesOf(vm.getRecordedLogs());
        return outcomes.length == 0 ? UNSIGNED : uint8(outcomes[0][0]);
    }

    /// @notice The outcomes in each `Judged` of some logs.
    function outcomesOf(Vm.Log[] memory logs) public pure returns (bytes[] memory outcomes) {
        outcomes = new bytes[](logs.length);
        uint256 count;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != ILines.Judged.selector) continue;
            (, , outcomes[count++]) = abi.decode(logs[i].data, (bytes, bytes, bytes));
        }
        assembly {
            mstore(outcomes, count)
        }
    }
}
