// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BKA, LedgerTest, Stated, vm} from './support/LedgerTest.sol';

/// @notice The form of every act: docs/protocol.md 4, with the table written once more.
/// @dev All statements are claimed far in the future, which is judged right after the form: what is well formed is
/// `FUTURE`.
contract FormTest is LedgerTest {
    uint8 private constant MALFORMED = 3;
    uint8 private constant FUTURE = 4;

    // What a statement may carry, as letters: k recipientKey, a agreement, q request, f reference, l list, r recipient,
    // p purpose, x restrictions. Capital: must. Then how many codes, and the least and most words of the list.
    struct Form {
        string may;
        uint16 codes;
        uint256 least;
        uint256 most;
    }

    function _form(uint8 act) private pure returns (Form memory) {
        if (act == 1) return Form('x', 4, 0, 0);
        if (act == 2) return Form('Lx', 6, 1, 8);
        if (act == 3) return Form('Rkaqlpx', 2, 1, 8);
        if (act == 4) return Form('', 2, 0, 0);
        if (act == 5) return Form('', 4, 0, 0);
        if (act == 6) return Form('', 1, 0, 0);
        if (act == 7) return Form('', 1, 0, 0);
        if (act == 8) return Form('', 5, 0, 0);
        if (act == 9) return Form('F', 1, 0, 0);
        if (act == 10) return Form('', 4, 0, 0);
        if (act == 11) return Form('', 1, 0, 0);
        if (act == 12) return Form('L', 1, 1, 64);
        if (act == 13) return Form('L', 1, 1, 64);
        if (act == 14) return Form('RPF', 1, 0, 0);
        if (act == 15) return Form('RLp', 6, 1, 1);
        if (act == 16) return Form('', 4, 0, 0);
        if (act == 17) return Form('fl', 1, 10, 40);
        if (act == 18) return Form('', 3, 0, 0);
        if (act == 19) return Form('L', 1, 7, 7);
        if (act == 20) return Form('F', 1, 0, 0);
        if (act == 21) return Form('L', 2, 11, 11);
        if (act == 22) return Form('L', 1, 1, 1);
        if (act == 23) return Form('F', 1, 0, 0);
        return Form('L', 1, 1, 64);
    }

    /// @dev A statement that carries the fields of a bit set: bit 0 k, a, q, f, l, r, p, 7 x.
    function _stated(uint8 act, uint256 carried) private view returns (Stated memory s) {
        s = ledger.stated(act, 1, BKA, subjectOf(BKA, 1));
        if (act == 17 || (act >= 19 && act <= 23)) s.key = ledger.authority(BKA);
        s.time += 1 days;
        s.expires += 1 days;
        if (carried & 1 != 0) s.recipientKey = 'k';
        if (carried & 2 != 0) s.agreement = 'a';
        if (carried & 4 != 0) s.request = 'q';
        if (carried & 8 != 0) s.reference_ = 'f';
        if (carried & 16 != 0) s.list = new bytes32[](_form(act).least == 0 ? 1 : _form(act).least);
        if (carried & 32 != 0) s.recipient = 2;
        if (carried & 64 != 0) s.purpose = 4;
        if (carried & 128 != 0) s.restrictions = 1;
    }

    function _fits(uint8 act, uint256 carried) private pure returns (bool) {
        bytes memory letters = 'kaqflrpx';
        bytes memory may = bytes(_form(act).may);
        for (uint256 i; i < 8; ++i) {
            bool has = carried & (1 << i) != 0;
            bool allowed;
            for (uint256 j; j < may.length; ++j) {
                bool must = uint8(may[j]) + 32 == uint8(letters[i]);
                if (must && !has) return false;
                allowed = allowed || must || may[j] == letters[i];
            }
            if (has && !allowed) return false;
        }
        return act != 17 || carried & 24 != 0;
    }

    function test_WhatEveryActOfCustodyAndAgreementsMayCarry() public {
        for (uint8 act = 1; act <= 18; ++act) {
            // All sets of fields but those with reference and list, which have no wire form: in one sheet.
            Stated[] memory all = new Stated[](192);
            uint256[] memory sets = new uint256[](192);
            uint256 count;
            for (uint256 carried; carried < 256; ++carried) {
                if (carried & 24 == 24) continue;
                sets[count] = carried;
                all[count] = _stated(act, carried);
                all[count].key = ledger.officer(BKA);
                ++count;
            }
            bytes memory outcomes = ledger.judgeSheet(all);
            for (uint256 i; i < count; ++i) {
                same(uint8(outcomes[i]), _fits(act, sets[i]) ? FUTURE : MALFORMED, vm.toString(act));
            }
        }
    }

    function test_WhatEveryActOfTheConsortiumMayCarry() public {
        for (uint8 act = 19; act <= 24; ++act) {
            uint256 must = act == 20 || act == 23 ? 8 : 16;
            rejects(_stated(act, must), FUTURE);
            rejects(_stated(act, 0), MALFORMED);
            for (uint256 bit; bit < 8; ++bit) {
                if ((must | (1 << bit)) & 24 == 24)
                    rejects(_stated(act, 1 << bit), must == 1 << bit ? FUTURE : MALFORMED);
                else if (must != 1 << bit) rejects(_stated(act, must | (1 << bit)), MALFORMED);
            }
        }
    }

    function _must(uint8 act) private pure returns (uint256 carried) {
        if (act == 17) return 16;
        while (!_fits(act, carried)) ++carried;
    }

    function test_TheCodesOfEveryAct() public {
        for (uint8 act = 1; act <= 24; ++act) {
            Stated memory s = _stated(act, _must(act));
            s.code = 0;
            rejects(s, MALFORMED);
            for (s.code = 1; s.code <= _form(act).codes; ++s.code) {
                if (act == 21 && s.code == 2) s.list = new bytes32[](1);
                rejects(s, FUTURE);
            }
            rejects(s, MALFORMED);
            s.code = 0xffff;
            rejects(s, MALFORMED);
        }
    }

    function test_HowManyWordsTheListsHave() public {
        for (uint8 act = 1; act <= 24; ++act) {
            Form memory form = _form(act);
            if (form.most == 0) continue;
            Stated memory s = _stated(act, _must(act) | 16);
            uint256[4] memory lengths = [form.least, form.most, form.most + 1, form.least == 1 ? 255 : form.least - 1];
            for (uint256 i; i < 4; ++i) {
                s.list = new bytes32[](lengths[i]);
                rejects(s, i < 2 ? FUTURE : MALFORMED);
            }
        }
    }

    function test_OnTheConsortiumsLineAKeyHasEightWords() public {
        Stated memory s = _stated(19, 16);
        s.subject = 0;
        rejects(s, MALFORMED);
        s.list = new bytes32[](8);
        rejects(s, FUTURE);
    }

    function test_AReinstatementHasOneWord() public {
        Stated memory s = _stated(21, 16);
        s.code = 2;
        rejects(s, MALFORMED);
        s.list = new bytes32[](1);
        rejects(s, FUTURE);
        s.code = 1;
        rejects(s, MALFORMED);
    }

    function test_UnknownBitsAreMalformed() public {
        for (uint256 bit; bit < 16; ++bit) {
            Stated memory s = _stated(3, 32);
            s.purpose = uint16(1 << bit);
            rejects(s, bit < 12 ? FUTURE : MALFORMED);
            s.purpose = 0;
            s.restrictions = uint16(1 << bit);
            rejects(s, bit < 3 ? FUTURE : MALFORMED);
        }
    }

    function test_AConsentIsForOnePurpose() public {
        Stated memory s = _stated(14, 32 | 64 | 8);
        rejects(s, FUTURE);
        s.purpose = 3;
        rejects(s, MALFORMED);
    }
}
