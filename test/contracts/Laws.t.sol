// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Custody} from '../../contracts/Custody.sol';
import {BKA, DCPJ, LedgerTest, Line, Stated, Writing, vm} from './support/LedgerTest.sol';
import {MEMBERS} from './support/Ledger.sol';

/// @notice States anything at any time: by anybody, with anybody's key, on any item, on the newest head, an old one or
/// none, again and again. It keeps a model of its own, which knows nothing of the contracts but their outcomes.
contract Everybody is LedgerTest {
    uint256 private constant ITEMS = 5;

    /// @dev What an item's line must be, from the statements that were included.
    struct Model {
        bytes32 head;
        bytes32 anchor;
        uint32 holder;
        uint32 recipient;
        bytes32 releasingKey;
        bool crossesWithoutBasis;
        uint8 status;
    }

    bytes32[] public items;
    mapping(bytes32 item => Model) private _models;
    Stated[] private _sent;
    mapping(bytes32 digest => uint256) public timesIncluded;
    bytes32 private _agreement;
    bool private _ended;

    // Laws that were broken; every one stays false.
    bool public movedWithoutTwoKeys;
    bool public movedOtherwise;
    bool public closedWentOn;
    bool public spokeForAnother;
    bool public replayed;
    bool public crossedWithoutBasis;
    /// @notice A run in which nothing is included proves nothing.
    uint256 public included;

    constructor() {
        super.setUp();
        for (uint256 n = 1; n <= ITEMS; ++n) items.push(subjectOf(uint32(1 + (n % 4)), 0xE0 + n));
        _agreement = subjectOf(BKA, 0xA1);
        agree(_agreement, termsFor(germanFrench()), BKA, DCPJ);
    }

    /// @dev The ledger is founded once.
    function setUp() public override {}

    function custodyOf() external view returns (Custody) {
        return custody;
    }

    function modelOf(bytes32 item) external view returns (Model memory) {
        return _models[item];
    }

    function collectOne(uint256 which) external {
        bytes32 item = items[which % ITEMS];
        _send(collect(uint32(uint256(item) >> 224), item));
    }

    /// @dev What its holder, or its recipient, would do next: so that lines grow long.
    function goOn(uint256 which, uint256 choice, uint32 to) external {
        bytes32 item = items[which % ITEMS];
        Model storage model = _models[item];
        if (model.status == 0) return _send(collect(uint32(uint256(item) >> 224), item));
        if (model.status == 2) {
            if (choice % 4 == 0) return _send(refuse(model.recipient, item));
            if (choice % 4 == 1) return _send(recall(model.holder, item));
            return _send(accept(model.recipient, item));
        }
        if (model.status == 3) return _send(giveBack(model.holder, item));
        if (model.status == 5) return _send(found(model.holder, item));
        if (choice % 5 == 0) return _send(record(model.holder, item));
        if (choice % 23 == 1) return _send(dispose(model.holder, item, uint16(1 + (choice % 4))));
        Stated memory s = release(model.holder, item, uint32(between(to, 1, MEMBERS)));
        s.restrictions = uint16(stateOf(item) >> 176);
        if (choice % 3 != 0) {
            s.agreement = _agreement;
            s.purpose = INVESTIGATE;
        }
        _send(s);
    }

    /// @dev Any act by anybody, with any of anybody's keys, whether or not it makes sense.
    function anything(uint256 seed, uint16 code, uint32 by, uint32 keyOf, uint32 to) external {
        bytes32 item = items[seed % ITEMS];
        Stated memory s = ledger.stated(
            uint8(between(seed >> 8, 1, 11)),
            uint16(between(code, 1, 6)),
            uint32(between(by, 1, MEMBERS)),
            item
        );
        uint32 whose = (seed >> 16) % 3 == 0 ? uint32(between(keyOf, 1, MEMBERS)) : s.participant;
        s.key = (seed >> 24) % 2 == 0 ? ledger.officer(whose) : ledger.service(whose);
        if (s.act == 3) s.recipient = uint32(between(to, 1, MEMBERS));
        if (s.act == 9) s.reference_ = s.previous;
        if (s.act == 2) s.list = words(items[(seed >> 32) % ITEMS]);
        if ((seed >> 40) % 7 == 0) s.previous = keccak256('an old head');
        _send(s);
    }

    /// @dev A statement of before, to the letter.
    function again(uint256 which) external {
        if (_sent.length != 0) _send(_sent[which % _sent.length]);
    }

    function later(uint32 time) external {
        vm.warp(block.timestamp + between(time, 1, 2 days));
    }

    function endAgreement(uint256 chance) external {
        if (chance % 40 != 0 || _ended) return;
        _ended = ledger.judge(end(BKA, _agreement, 1)) == 0;
    }

    function _send(Stated memory s) private {
        bytes32 digest = Writing.digest(s);
        _sent.push(s);
        if (ledger.judge(s) != 0) return;
        ++included;
        if (++timesIncluded[digest] > 1) replayed = true;
        _apply(s, digest);
    }

    function _apply(Stated memory s, bytes32 digest) private {
        Model storage model = _models[s.subject];
        if (s.key != ledger.officer(s.participant) && s.key != ledger.service(s.participant)) spokeForAnother = true;
        if (model.status == 4 && s.act != 9) closedWentOn = true;
        if (model.status == 5 && s.act != 9 && s.act != 11) closedWentOn = true;
        if (s.act == 1 || s.act == 2) {
            model.holder = s.participant;
            model.status = 1;
        } else if (s.act == 3) {
            model.recipient = s.recipient;
            model.releasingKey = s.key;
            model.crossesWithoutBasis = _crosses(s.participant, s.recipient) && (s.agreement != _agreement || _ended);
            model.status = 2;
        } else if (s.act == 4) {
            if (model.status != 2 || model.releasingKey == s.key || model.recipient != s.participant) {
                movedWithoutTwoKeys = true;
            }
            if (model.crossesWithoutBasis) crossedWithoutBasis = true;
            model.holder = s.participant;
            model.status = 1;
        } else if (s.act == 5) {
            model.status = 3;
        } else if (s.act == 6 || s.act == 7 || s.act == 11) {
            model.status = 1;
        } else if (s.act == 10) {
            model.status = s.code == 4 ? 5 : 4;
        }
        model.head = digest;
        model.anchor = keccak256(abi.encode(model.anchor, digest, block.timestamp));
        if (holderOf(s.subject) != model.holder) movedOtherwise = true;
    }

    /// @dev Members 1, 4 and 5 are of one jurisdiction, 2 and 6 of another, 3 and 7 of their own.
    function _crosses(uint32 a, uint32 b) private pure returns (bool) {
        return _country(a) != _country(b);
    }

    function _country(uint32 member) private pure returns (uint256) {
        if (member == 4 || member == 5) return 1;
        return member == 6 ? 2 : member;
    }
}

/// @notice The laws of the ledger, whatever anybody states in whatever order.
contract LawsTest is LedgerTest {
    Everybody private _everybody;

    function setUp() public override {
        _everybody = new Everybody();
        custody = _everybody.custodyOf();
    }

    function test_EverybodyGetsSomewhere() external {
        for (uint256 i; i < 100; ++i) {
            _everybody.goOn(i / 7, uint256(keccak256(abi.encode(i))), uint32(i));
            _everybody.later(uint32(i));
        }
        yes(_everybody.included() > 50, 'the laws are tried on lines that grow');
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_everybody);
    }

    function invariant_ThereIsOneHolderAtATime() external view {
        yes(!_everybody.movedOtherwise(), 'the holder is another than the one who accepted last');
        for (uint256 i; i < 5; ++i) {
            bytes32 item = _everybody.items(i);
            same(holderOf(item), _everybody.modelOf(item).holder, 'holder');
        }
    }

    function invariant_NoLinkIsLostReorderedOrReplaced_AndTheAnchorReproducesEveryTimeOfInclusion() external view {
        for (uint256 i; i < 5; ++i) {
            bytes32 item = _everybody.items(i);
            Line memory line = evidence(item);
            same(line.head, _everybody.modelOf(item).head, 'head');
            same(line.anchor, _everybody.modelOf(item).anchor, 'anchor');
            same(statusOf(item), _everybody.modelOf(item).status, 'state');
        }
    }

    function invariant_CustodyNeverMovesWithoutTwoKeys() external view {
        yes(!_everybody.movedWithoutTwoKeys(), "an acceptance without another key's release");
    }

    function invariant_AClosedLineStaysClosedButForWhatMayFollow() external view {
        yes(!_everybody.closedWentOn(), 'a closed line went on');
    }

    function invariant_NobodysStatementIsIncludedUnderAnotherParticipant() external view {
        yes(!_everybody.spokeForAnother(), "a statement by another's key");
    }

    function invariant_NothingIsIncludedTwice() external view {
        yes(!_everybody.replayed(), 'a replay');
    }

    function invariant_NoItemCrossesABorderWithoutABasisThatHeld() external view {
        yes(!_everybody.crossedWithoutBasis(), 'a crossing without a basis');
    }
}
