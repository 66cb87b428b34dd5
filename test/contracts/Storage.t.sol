// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Line} from '../../contracts/interfaces/ILines.sol';
import {BKA, DCPJ, LAB, LedgerTest, vm} from './support/LedgerTest.sol';

/// @notice Reads a ledger by docs/storage.md alone: slots are written out here as they stand there.
contract StorageTest is LedgerTest {
    bytes32 private constant ITEM = bytes32((uint256(BKA) << 224) | 0xE1);
    bytes32 private constant OTHER = bytes32((uint256(BKA) << 224) | 0xE2);

    function _slot(bytes32 key, uint256 mappingSlot) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(key, mappingSlot)));
    }

    function _at(address target, uint256 slot) private view returns (bytes32) {
        return vm.load(target, bytes32(slot));
    }

    function test_ThePlacesOfTheParts() public view {
        bytes32 foundingHash = keccak256(ledger.founding());
        same(_at(address(consortium), 0), foundingHash, 'founding hash of the consortium');
        same(_at(address(agreements), 0), foundingHash, 'of the agreements');
        same(_at(address(custody), 0), foundingHash, 'of custody');
        same(uint256(_at(address(consortium), 2)), uint160(consortium.p256Verifier()), 'P-256 verifier');
        same(_at(address(consortium), 3), 0, 'WebAuthn verifier');
        same(uint256(_at(address(agreements), 1)), uint160(address(consortium)), 'consortium of the agreements');
        same(uint256(_at(address(custody), 1)), uint160(address(consortium)), 'consortium of custody');
        same(uint256(_at(address(custody), 2)), uint160(address(agreements)), 'agreements of custody');
    }

    function test_TheConsortium() public view {
        (uint32 participants, uint32 active, uint32 keys) = consortium.tally();
        uint256 tally = uint256(_at(address(consortium), 4));
        same(tally, (uint256(keys) << 64) | (uint256(active) << 32) | participants, 'tally');
        same(_at(address(consortium), 5), consortium.consortiumLine().head, 'head of its line');
        same(uint256(_at(address(consortium), 7)), 1 << 248, 'founded');

        uint256 slot = _slot(bytes32(uint256(LAB)), 8);
        (Line memory line, bytes32 code) = consortium.participants(LAB);
        same(_at(address(consortium), slot), line.head, 'head of a participant');
        same(_at(address(consortium), slot + 1), line.anchor, 'its anchor');
        same(
            uint256(_at(address(consortium), slot + 2)),
            (1 << 248) | (3 << 240) | (0x4445 << 224) | (uint256(BKA) << 192),
            'its state'
        );
        same(_at(address(consortium), slot + 3), code, 'its code');

        bytes32 key = ledger.officer(BKA);
        (uint256 info, bytes32 x, bytes32 y) = consortium.keys(key);
        slot = _slot(key, 9);
        same(uint256(_at(address(consortium), slot)), info, 'info of a key');
        same(info >> 224, BKA, 'its participant');
        same(_at(address(consortium), slot + 1), x, 'x');
        same(_at(address(consortium), slot + 2), y, 'y');
    }

    function test_Evidence() public {
        includes(collect(BKA, ITEM));
        includes(derive(BKA, OTHER, words(ITEM)));
        includes(release(BKA, ITEM, LAB));
        uint256 slot = _slot(ITEM, 3);
        Line memory line = evidence(ITEM);
        same(_at(address(custody), slot), line.head, 'head');
        same(_at(address(custody), slot + 1), line.anchor, 'anchor');
        same(uint256(_at(address(custody), slot + 2)), line.state, 'state');
        same(_at(address(custody), slot + 3), 0, 'origins: the collector alone');
        same(_at(address(custody), slot + 4), 0, 'bases');
    }

    function test_HoldsAndAgreements() public {
        includes(collect(BKA, ITEM));
        bytes32 subject = subjectOf(BKA, 0xB1);
        includes(hold(BKA, subject, words(ITEM)));
        uint256 slot = _slot(subject, 4);
        same(uint256(_at(address(custody), slot + 2)), (1 << 248) | (uint256(BKA) << 192), 'state of a hold');
        same(_at(address(custody), slot + 3), keccak256(abi.encode(ITEM)), 'its items');

        bytes32 agreement = subjectOf(BKA, 0xA1);
        bytes32[] memory terms = termsFor(germanFrench());
        agree(agreement, terms, BKA, DCPJ);
        slot = _slot(agreement, 2);
        same(uint256(_at(address(agreements), slot + 2)) >> 248, 2, 'concluded');
        same(_at(address(agreements), slot + 3), keccak256(abi.encodePacked(terms)), 'hash of its terms');
        same(uint256(_at(address(agreements), 5)), 1, 'how many agreements');
        same(uint256(_at(address(agreements), _slot(bytes32(uint256(1)), 6))) >> 240, 0x0fff, 'purposes of its terms');
    }
}
