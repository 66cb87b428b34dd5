// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from '../../contracts/interfaces/ILines.sol';
import {BKA, COURT, COURT_FR, DCPJ, FBI, LAB, LedgerTest, Stated, Writing} from './support/LedgerTest.sol';

/// @notice Holds: docs/protocol.md 5.
contract HoldsTest is LedgerTest {
    bytes32 private _item;
    bytes32 private _other;
    bytes32 private _hold;

    function setUp() public override {
        super.setUp();
        (_item, _other, _hold) = (subjectOf(LAB, 1), subjectOf(LAB, 2), subjectOf(COURT, 0xF1));
        // From LAB, held by BKA.
        for (uint256 i = 1; i <= 2; ++i) {
            includes(collect(LAB, subjectOf(LAB, i)));
            includes(release(LAB, subjectOf(LAB, i), BKA));
            includes(accept(BKA, subjectOf(LAB, i)));
        }
    }

    function test_AHoldForbidsReleaseAndDisposalUntilItIsLifted() public {
        bytes32 head = evidence(_item).head;
        bytes32 digest = includes(hold(COURT, _hold, words(_item, _other)));
        same(holdsOn(_item), 1, 'on');
        same(evidence(_item).head, head, 'the head of the evidence stays');
        (Line memory line, bytes32 items) = custody.holds(_hold);
        same(line.head, digest, 'head');
        same(line.state, (1 << 248) | (uint256(COURT) << 192), 'state');
        same(items, keccak256(abi.encodePacked(_item, _other)), 'items');

        rejects(release(BKA, _item, LAB), 25);
        rejects(dispose(BKA, _item, 1), 25);
        rejects(dispose(BKA, _item, 2), 25);
        rejects(dispose(BKA, _item, 3), 25);
        includes(record(BKA, _item));

        includes(lift(COURT, _hold, words(_item, _other)));
        same(holdsOn(_item), 0, 'off');
        (line, ) = custody.holds(_hold);
        same(line.state, (2 << 248) | (uint256(COURT) << 192), 'lifted');
        includes(release(BKA, _item, LAB));
    }

    function test_WhatIsOnHoldMayBeLostAndFound() public {
        includes(hold(COURT, _hold, words(_item)));
        includes(dispose(BKA, _item, 4));
        same(holdsOn(_item), 1, 'still on');
        includes(found(BKA, _item));
        rejects(dispose(BKA, _item, 1), 25);
    }

    function test_HolderOriginAndCourtOfTheHoldersJurisdictionAreEntitled() public {
        includes(hold(BKA, subjectOf(BKA, 0xF1), words(_item)));
        includes(hold(LAB, subjectOf(LAB, 0xF1), words(_item)));
        includes(hold(COURT, _hold, words(_item)));
        rejects(hold(COURT_FR, subjectOf(COURT_FR, 0xF1), words(_item)), 31);
        rejects(hold(DCPJ, subjectOf(DCPJ, 0xF1), words(_item)), 31);
        rejects(hold(FBI, subjectOf(FBI, 0xF1), words(_item)), 31);
        same(holdsOn(_item), 3, 'three');
    }

    function test_EveryItemExistsOnceAndIsNotDisposed() public {
        rejects(hold(COURT, _hold, words(_item, subjectOf(LAB, 3))), 31);
        rejects(hold(COURT, _hold, words(_item, _other, _item)), 31);
        includes(dispose(BKA, _other, 2));
        rejects(hold(COURT, _hold, words(_item, _other)), 31);
        same(holdsOn(_item), 0, 'nothing of it was placed');
    }

    function test_WhatIsLostOrInTransitCanBeHeld() public {
        includes(dispose(BKA, _other, 4));
        includes(release(BKA, _item, LAB));
        includes(hold(COURT, _hold, words(_item, _other)));
        // and the count survives what ends the transit
        includes(accept(LAB, _item));
        same(holdsOn(_item), 1, 'still on');
        includes(lift(COURT, _hold, words(_item, _other)));
        same(holdsOn(_item) + holdsOn(_other), 0, 'off');
    }

    function test_AtMost255Holds() public {
        for (uint256 i = 1; i <= 255; ++i) includes(hold(COURT, subjectOf(COURT, i), words(_item)));
        same(holdsOn(_item), 255, 'full');
        rejects(hold(COURT, subjectOf(COURT, 256), words(_item)), 29);
        // What concerns who may comes first, wherever it stands.
        rejects(hold(COURT, subjectOf(COURT, 256), words(_item, subjectOf(LAB, 3))), 31);
        rejects(hold(COURT, subjectOf(COURT, 256), words(_other, _item)), 29);
        includes(lift(COURT, subjectOf(COURT, 7), words(_item)));
        includes(hold(COURT, subjectOf(COURT, 256), words(_item)));
    }

    function test_AHoldIsLiftedByWhoPlacedItAsAWholeAndOnce() public {
        includes(hold(COURT, _hold, words(_item, _other)));
        rejects(lift(BKA, _hold, words(_item, _other)), 23);
        rejects(lift(COURT, _hold, words(_item)), 3);
        rejects(lift(COURT, _hold, words(_other, _item)), 3);
        rejects(lift(COURT, subjectOf(COURT, 0xF2), words(_item)), 14);
        Stated memory stale = lift(COURT, _hold, words(_item, _other));
        stale.previous = keccak256('another');
        rejects(stale, 16);
        includes(lift(COURT, _hold, words(_item, _other)));
        rejects(lift(COURT, _hold, words(_item, _other)), 17);
        rejects(lift(BKA, _hold, words(_item, _other)), 23);
        same(holdsOn(_item), 0, 'once');
    }

    function test_AHoldOpensOnce() public {
        Stated memory s = hold(COURT, _hold, words(_item));
        includes(s);
        rejects(s, 15);
        s.record = 'another';
        rejects(s, 13);
        rejects(hold(COURT, subjectOf(BKA, 0xF1), words(_item)), 12);
    }

    function test_AnAuthorityMayPlaceAHold() public {
        Stated memory s = hold(COURT, _hold, words(_item));
        s.key = ledger.authority(COURT);
        includes(s);
    }
}
