// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Custody} from '../../contracts/Custody.sol';
import {Line} from '../../contracts/interfaces/ILines.sol';
import {BKA, DCPJ, LedgerTest, START, Stated, Writing, vm} from './support/LedgerTest.sol';
import {Test} from './support/Vm.sol';

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

    /// @dev The ledger is founded once.
    function setUp() public override {}

    constructor() {
        super.setUp();
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

    function custodyOf() external view returns (Custody) {
        return custody;
    }
}

/// @notice Handovers in the long run, with several agreements that lapse or end, and late ones among them.
contract HandoversTest is Test {
    Handler private _handler;
    Custody private _custody;

    function setUp() public {
        _handler = new Handler();
        _custody = _handler.custodyOf();
    }

    /// @dev What the runner calls.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_handler);
    }

    function _line(uint256 i) private view returns (Line memory line) {
        (line, , ) = _custody.evidence(_handler.itemAt(i));
    }

    function invariant_TheAnchorReproducesEveryTimeOfInclusionOfLatePairsToo() public view {
        for (uint256 i; i < 4; ++i) {
            (bytes32 head, bytes32 anchor) = _handler.recomputed(_handler.itemAt(i));
            same(_line(i).head, head, 'head');
            same(_line(i).anchor, anchor, 'anchor');
            same(uint32(_line(i).state >> 192), _handler.holder(_handler.itemAt(i)), 'holder');
        }
    }

    /// @dev Its sentences: a late release and its acceptance stand together or not at all; what is rejected moves
    /// nothing; custody never moves without two keys; nothing is accepted twice; no item crosses a border without a
    /// basis that held at that moment, or without the late mark.
    function invariant_NoLawIsBroken() public view {
        if (bytes(_handler.broken()).length != 0) revert Untrue(_handler.broken());
    }

    function invariant_TheLateMarkIsForEver() public view {
        for (uint256 i; i < 4; ++i) {
            yes(((_line(i).state >> 240) & 1 == 1) == _handler.late(_handler.itemAt(i)), 'late');
        }
    }

    function invariant_OutOfTransitNothingOfTheReleaseIsKept() public view {
        for (uint256 i; i < 4; ++i) {
            uint256 state = _line(i).state;
            if (state >> 248 != 2) same(((state << 24) >> 248) | uint160(state), 0, 'forgotten');
        }
    }

    /// @dev That the runs are worth something: a few hundred steps hand over, across borders and late.
    function test_TheHandlerGetsSomewhere() public {
        uint256 seed = 1;
        for (uint256 i; i < 600; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 16 == 0) _handler.lateHandover(seed >> 8);
            else if (seed % 16 == 1) _handler.replay(seed >> 8);
            else if (seed % 16 == 2) _handler.wait_(seed >> 8);
            else if (seed % 16 < 5) _handler.anything(seed >> 8);
            else _handler.goOn(seed >> 8);
        }
        same(_handler.includedCount() > 200 ? 1 : _handler.includedCount(), 1, 'included');
        same(_handler.moves() > 15 ? 1 : _handler.moves(), 1, 'moves');
        same(_handler.crossings() > 2 ? 1 : _handler.crossings(), 1, 'crossings');
        same(_handler.latePairs() > 0 ? 1 : _handler.latePairs(), 1, 'late pairs');
        invariant_NoLawIsBroken();
        invariant_TheLateMarkIsForEver();
        invariant_TheAnchorReproducesEveryTimeOfInclusionOfLatePairsToo();
        invariant_OutOfTransitNothingOfTheReleaseIsKept();
    }
}
