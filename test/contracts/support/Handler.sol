// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Sheet} from '../../../contracts/interfaces/ILines.sol';
import {BKA, DCPJ, START} from './Ledger.sol';
import {LedgerTest} from './LedgerTest.sol';
import {Stated, Writing} from './Stated.sol';
import {vm} from './Vm.sol';

/// @notice Lets seven participants state anything about four items, in any order, at any time, and keeps its own books.
/// What a law forbids is noted in `broken`, by its sentence.
contract Handler is LedgerTest {
    uint256 internal constant ITEMS = 4;
    uint256 internal constant AGREEMENTS = 3;

    /// @dev One link of a line, as it was included.
    struct Link {
        bytes32 digest;
        uint256 time;
    }

    mapping(bytes32 item => Link[]) private _links;
    mapping(bytes32 digest => bool) private _included;
    mapping(bytes32 item => uint256) public holder;
    mapping(bytes32 item => bytes32) private _releasedBy;
    mapping(bytes32 item => bool) private _basisHeld;
    mapping(bytes32 item => bool) public late;
    Stated[] private _past;
    string public broken;
    uint256 public includedCount;
    uint256 public moves;
    uint256 public crossings;
    uint256 public latePairs;
    uint256 private _nonce;

    constructor() {
        setUp();
        // Two agreements between DE and FR, onward to parties; the third lapses early.
        for (uint256 i; i < AGREEMENTS; ++i) {
            bytes32[] memory terms = termsFor(germanFrench());
            terms[4] = bytes32(uint256(2));
            if (i == 2) terms[7] = bytes32(uint256(START + 20 days));
            agree(agreementAt(i), terms, BKA, DCPJ);
        }
    }

    function itemAt(uint256 i) public pure returns (bytes32) {
        return subjectOf(uint32(1 + (i % ITEMS)), 1 + (i % ITEMS));
    }

    function agreementAt(uint256 i) public pure returns (bytes32) {
        return subjectOf(BKA, 0xA0 + (i % AGREEMENTS));
    }

    // What the runner calls

    /// @dev What may well be included: who speaks and what follow from where the line stands.
    function goOn(uint256 seed) external {
        bytes32 item = itemAt(seed);
        uint256 state = stateOf(item);
        uint256 status = state >> 248;
        uint32 by = uint32(state >> 192);
        if (status == 0) return _state(collect(uint32(uint256(item) >> 224), item));
        if (status == 2) {
            uint256 next = (seed >> 16) % 8;
            if (next == 0) return _state(recall(by, item));
            if (next == 1) return _state(dispose(by, item, 4));
            uint32 to = uint32(state >> 128);
            if (next == 2) return _state(refuse(to, item));
            Stated memory s = accept(to, item);
            if (to == by) s.key = ledger.service(to);
            return _state(s);
        }
        if (status == 3) return _state(giveBack(by, item));
        if (status == 5) return _state(found(by, item));
        if (status == 4) return _state(correct(by, item, 'digest'));
        if ((seed >> 8) % 4 == 0) return _state(record(by, item));
        if ((seed >> 8) % 37 == 0) return _state(dispose(by, item, uint16(1 + ((seed >> 32) % 4))));
        _state(_release(by, item, seed >> 16));
    }

    /// @dev Anything by anybody.
    function anything(uint256 seed) external {
        bytes32 item = itemAt(seed);
        uint32 by = uint32(1 + ((seed >> 8) % 7));
        uint8 act = uint8(1 + ((seed >> 16) % 11));
        Stated memory s = act == 3 ? _release(by, item, seed >> 24) : ledger.stated(act, 1, by, item);
        s.code = uint16(1 + ((seed >> 64) % 4));
        if (act == 2) s.list = words(itemAt(seed >> 72));
        if (act == 9) s.reference_ = 'digest';
        uint256 key = (seed >> 80) % 8;
        if (key == 0) s.key = ledger.authority(by);
        if (key == 1) s.key = ledger.officer(uint32(1 + ((seed >> 88) % 7)));
        if (key > 5) s.key = ledger.service(by);
        if ((seed >> 96) % 8 == 0) s.previous = 'stale';
        _state(s);
    }

    /// @dev A late pair: released before, stated now.
    function lateHandover(uint256 seed) external {
        bytes32 item = itemAt(seed);
        uint32 by = uint32(stateOf(item) >> 192);
        if (by == 0) return;
        Stated memory r = _release(by, item, seed >> 16);
        r.code = 2;
        r.time -= uint40((seed >> 128) % 25 days);
        Stated memory a = accept(r.recipient, item);
        if (r.recipient == by) a.key = ledger.service(by);
        a.previous = Writing.digest(r);
        if ((seed >> 160) % 6 == 0) a.key = ledger.officer(uint32(1 + ((seed >> 168) % 7)));
        uint256 before = uint160(stateOf(item));
        (uint8 first, uint8 second) = ledger.judgeLate(r, a);
        if ((first == 0) != (second == 0))
            return _break('a late release and its acceptance stand together or not at all');
        if (first != 0) {
            if (uint160(stateOf(item)) != before) _break('a rejected pair moves nothing');
            return;
        }
        ++latePairs;
        late[item] = true;
        _basisHeld[item] = true;
        _note(r);
        _note(a);
    }

    function replay(uint256 seed) external {
        if (_past.length == 0) return;
        if (ledger.judge(_past[seed % _past.length]) == 0) _break('nothing is accepted twice');
    }

    function endAgreement(uint256 seed) external {
        if (seed % 16 != 0) return;
        ledger.judge(end(DCPJ, agreementAt(seed >> 8), 1));
    }

    function wait_(uint256 seed) external {
        vm.warp(block.timestamp + (seed % 2 days));
    }

    // Books

    function _release(uint32 by, bytes32 item, uint256 seed) private view returns (Stated memory s) {
        s = release(by, item, uint32(1 + (seed % 7)));
        if (s.recipient == by) s.recipientKey = ledger.service(by);
        if ((seed >> 8) % 4 != 0) s.agreement = agreementAt(seed >> 16);
        if ((seed >> 24) % 4 != 0) s.purpose = INVESTIGATE;
        s.restrictions = uint16(stateOf(item) >> 176);
        if ((seed >> 32) % 8 == 0) s.restrictions |= H3;
    }

    function _state(Stated memory s) private {
        s.record = bytes32(++_nonce);
        uint256 before = stateOf(s.subject);
        if (ledger.judge(s) != 0) {
            if (stateOf(s.subject) != before) _break('what is rejected moves nothing');
            return;
        }
        uint256 status = before >> 248;
        if (status == 4 && s.act != 9) _break('a disposed item stays closed but for corrections');
        if (status == 5 && s.act != 9 && s.act != 11) _break('a lost item stays closed but for corrections and found');
        if (s.act == 3) _basisHeld[s.subject] = _holdsBasis(s);
        _note(s);
    }

    /// @dev Whether the agreement that a release names is in force now, judged by the books of this test alone.
    function _holdsBasis(Stated memory s) private view returns (bool) {
        for (uint256 i; i < AGREEMENTS; ++i) {
            if (s.agreement != agreementAt(i)) continue;
            uint256 status = ledger.lineOf(17, 1, s.agreement).state >> 248;
            return status == 2 && block.timestamp < START + (i == 2 ? 20 days : 365 days);
        }
        return false;
    }

    function _note(Stated memory s) private {
        bytes32 digest = Writing.digest(s);
        bytes32 item = s.subject;
        if (_included[digest]) _break('nothing is accepted twice');
        if (consortium.keyInfo(s.key) >> 224 != s.participant) _break('nobody speaks for another');
        if (s.previous != (_links[item].length == 0 ? bytes32(0) : _links[item][_links[item].length - 1].digest)) {
            _break('every statement names the one before it');
        }
        _included[digest] = true;
        _links[item].push(Link(digest, block.timestamp));
        _past.push(s);
        ++includedCount;
        if (s.act <= 2) {
            holder[item] = s.participant;
            if (s.act == 2) late[item] = late[s.list[0]] || late[item];
        }
        if (s.act == 3) _releasedBy[item] = s.key;
        if (s.act != 4) return;
        ++moves;
        if (_releasedBy[item] == 0 || _releasedBy[item] == s.key) _break('custody never moves without two keys');
        if (_jurisdiction(holder[item]) != _jurisdiction(s.participant)) {
            ++crossings;
            if (!_basisHeld[item])
                _break('no item crosses a border without a basis that held, or without the late mark');
        }
        _releasedBy[item] = 0;
        holder[item] = s.participant;
    }

    function _jurisdiction(uint256 number) private view returns (uint16) {
        return uint16(consortium.participantInfo(uint32(number)) >> 224);
    }

    function _break(string memory sentence) private {
        if (bytes(broken).length == 0) broken = sentence;
    }

    /// @notice Head and anchor as the books have them.
    function recomputed(bytes32 item) external view returns (bytes32 head, bytes32 anchor) {
        for (uint256 i; i < _links[item].length; ++i) {
            head = _links[item][i].digest;
            anchor = keccak256(abi.encodePacked(anchor, head, _links[item][i].time));
        }
    }

    function ledgerOf() external view returns (address) {
        return address(custody);
    }
}
