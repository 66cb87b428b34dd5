// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Agreements} from '../../contracts/Agreements.sol';
import {Consortium} from '../../contracts/Consortium.sol';
import {Custody} from '../../contracts/Custody.sol';
import {Founding, Heritage, IConsortium, Member} from '../../contracts/interfaces/IConsortium.sol';
import {IAgreements} from '../../contracts/interfaces/IAgreements.sol';
import {ICustody} from '../../contracts/interfaces/ICustody.sol';
import {Line} from '../../contracts/interfaces/ILines.sol';
import {BKA, COURT, DCPJ, KLPD, LAB, LedgerTest, START, vm} from './support/LedgerTest.sol';

/// @notice Founding: docs/protocol.md 8.
contract FoundingTest is LedgerTest {
    function _founding() private view returns (Founding memory) {
        return abi.decode(ledger.founding(), (Founding));
    }

    function _found(bytes memory founding) private returns (Consortium) {
        return new Consortium(founding, '', address(0), address(0));
    }

    function test_WhatAFoundingLeavesBehind() public view {
        Founding memory founding = _founding();
        bytes32 hash = keccak256(ledger.founding());
        same(consortium.foundingHash(), hash, 'founding hash');
        same(agreements.foundingHash(), hash, 'in Agreements too');
        same(custody.foundingHash(), hash, 'in Custody too');
        same(consortium.predecessor(), 0, 'predecessor');
        yes(consortium.p256Verifier() != address(0), 'P-256');
        yes(consortium.webauthnVerifier() == address(0), 'no WebAuthn');
        yes(
            custody.consortium() == address(consortium) && agreements.consortium() == address(consortium),
            'consortium'
        );
        yes(custody.agreements() == address(agreements), 'agreements');
        bytes32 anchor = keccak256(abi.encode(bytes32(0), hash, START));
        Line memory line = consortium.consortiumLine();
        same(line.head, hash, "the consortium's line begins with it");
        same(line.anchor, anchor, 'and so its anchor');
        same(line.state, 1 << 248, 'founded');
        for (uint256 i = 1; i <= 7; ++i) {
            Member memory member = founding.members[i - 1];
            bytes32 code;
            (line, code) = consortium.participants(i);
            same(code, member.code, 'code');
            same(
                line.state,
                (1 << 248) |
                    (uint256(member.kind) << 240) |
                    (uint256(member.jurisdiction) << 224) |
                    (uint256(member.sponsor) << 192),
                'state'
            );
            same(consortium.participantInfo(uint32(i)), line.state, 'info');
            uint256 info = consortium.keyInfo(ledger.idOf(member.key));
            same(info >> 192, (i << 32) | i, 'its key has the same number');
        }
        (line, ) = consortium.participants(8);
        same(line.state, 0, 'nobody more');
    }

    function test_EveryParticipantsLineBeginsWithTheFounding() public {
        Founding memory founding = _founding();
        founding.nonce = 'another';
        Consortium other = _found(abi.encode(founding));
        bytes32 hash = keccak256(abi.encode(founding));
        for (uint256 i = 1; i <= 7; ++i) {
            (Line memory line, ) = other.participants(i);
            same(line.head, hash, 'head');
            same(line.anchor, keccak256(abi.encode(bytes32(0), hash, block.timestamp)), 'anchor');
        }
        (uint32 participants, uint32 active, uint32 keys) = other.tally();
        same(participants, 7, 'participants');
        same(active, 4, 'agencies');
        same(keys, 7, 'keys');
    }

    function test_ASuccessorHasTheHeritageThatItNamesAndNoMembers() public {
        bytes memory heritage = abi.encode(Heritage({root: 'root', participants: 2, keys: 3, agreements: 4}));
        Founding memory founding = Founding('another', keccak256(heritage), new Member[](0));
        Consortium other = new Consortium(abi.encode(founding), heritage, address(0), address(0));
        bytes32 hash = keccak256(abi.encode(founding));
        same(other.predecessor(), keccak256(heritage), 'predecessor');
        same(other.heritage().root, 'root', 'heritage');
        same(other.inheritedRoot(), 'root', 'root');
        yes(other.tag() == bytes8(hash), 'tag');
        same(other.consortiumLine().state, (1 << 248) | (uint256(uint64(bytes8(hash))) << 184), 'state');
        (uint32 participants, , ) = other.tally();
        same(participants, 0, 'nobody was inherited yet');

        vm.expectRevert(IConsortium.FoundingMalformed.selector);
        new Consortium(abi.encode(founding), '', address(0), address(0));
        founding.members = _founding().members;
        vm.expectRevert(IConsortium.FoundingMalformed.selector);
        new Consortium(abi.encode(founding), heritage, address(0), address(0));
    }

    function test_ASponsorMayStandBehind() public {
        Founding memory founding = _founding();
        founding.members[0].kind = 3;
        founding.members[0].sponsor = 2;
        founding.members[3].sponsor = 2;
        founding.members[4].sponsor = 2;
        _found(abi.encode(founding));
    }

    function test_EveryMemberIsWellFormed() public {
        for (uint256 i; i < 12; ++i) {
            Founding memory founding = _founding();
            uint256 wrong = 2;
            if (i == 0) founding.members[1].code = 0;
            if (i == 1) founding.members[1].jurisdiction = 0x4500;
            if (i == 2) founding.members[1].kind = 6;
            if (i == 3) founding.members[1].kind = 0;
            if (i == 4) founding.members[1].sponsor = 1;
            if (i == 5) founding.members[1].key.powers = 2;
            if (i == 6) founding.members[1].key.scheme = 0;
            if (i == 7) founding.members[1].key.until = 1;
            if (i == 8) (founding.members[1].key, wrong) = (founding.members[0].key, 2);
            if (i == 9) (founding.members[3].sponsor, wrong) = (0, 4);
            if (i == 10) (founding.members[3].sponsor, wrong) = (8, 4);
            if (i == 11) (founding.members[3].sponsor, wrong) = (5, 4);
            bytes memory encoded = abi.encode(founding);
            vm.expectRevert(abi.encodeWithSelector(IConsortium.MemberMalformed.selector, wrong));
            _found(encoded);
        }
    }

    function test_ThereIsAnAgency() public {
        Founding memory founding = _founding();
        founding.members = new Member[](0);
        bytes memory encoded = abi.encode(founding);
        vm.expectRevert(IConsortium.FoundingMalformed.selector);
        _found(encoded);
    }

    function test_TheEncodingIsCanonical() public {
        bytes memory encoded = bytes.concat(ledger.founding(), bytes32(0));
        vm.expectRevert(IConsortium.FoundingMalformed.selector);
        _found(encoded);
        vm.expectRevert();
        _found(hex'1234');
    }

    function test_CustodyAndItsAgreementsHaveOneConsortium() public {
        Founding memory founding = _founding();
        founding.nonce = 'another';
        Consortium other = _found(abi.encode(founding));
        vm.expectRevert(abi.encodeWithSelector(ICustody.ConsortiumForeign.selector, address(consortium)));
        new Custody(IConsortium(address(other)), IAgreements(address(agreements)));
    }
}
