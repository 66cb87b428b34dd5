// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {P256} from '@openzeppelin/contracts/utils/cryptography/P256.sol';
import {Consortium} from '../../contracts/Consortium.sol';
import {IConsortium, Founding, Key} from '../../contracts/interfaces/IConsortium.sol';
import {Sheet} from '../../contracts/interfaces/ILines.sol';
import {BKA, LAB, LedgerTest, Stated, vm} from './support/LedgerTest.sol';

/// @notice Stands in for a verifier: does what its first byte of code tells.
contract Verifier {
    enum Does {
        Accept,
        Reject,
        Revert,
        Burn,
        AnswerShort,
        AnswerLong
    }

    Does private immutable _does;

    constructor(Does does) {
        _does = does;
    }

    fallback() external {
        if (_does == Does.Revert) revert();
        if (_does == Does.Burn) {
            while (true) {}
        }
        bytes4 magic = bytes4(keccak256('verify(bytes,bytes32,bytes)'));
        bytes memory answer = abi.encode(_does == Does.Reject ? bytes4(0xffffffff) : magic);
        if (_does == Does.AnswerShort) answer = abi.encodePacked(magic);
        if (_does == Does.AnswerLong) answer = bytes.concat(answer, answer);
        assembly {
            return(add(answer, 0x20), mload(answer))
        }
    }
}

/// @notice P-256 and WebAuthn, which verifiers of their own prove.
contract P256Test is LedgerTest {
    bytes32 private _key;

    function setUp() public override {
        super.setUp();
        _key = ledger.enrol(BKA, ledger.newKey(2, 4242, 2));
    }

    function _sheet() private view returns (Sheet memory) {
        Stated memory s = collect(BKA, subjectOf(BKA, 1));
        s.key = _key;
        return ledger.sheetOf(ledger.only(s));
    }

    function _sent(Sheet memory sheet) private returns (uint256) {
        Sheet[] memory batch = new Sheet[](2);
        (batch[0], batch[1]) = (sheet, ledger.sheetOf(ledger.only(collect(LAB, subjectOf(LAB, gasleft())))));
        bytes[] memory outcomes = ledger.send(address(custody), batch);
        same(uint8(outcomes[outcomes.length - 1][0]), 0, 'its neighbour is included');
        return outcomes.length - 1;
    }

    function test_AP256KeySigns() public {
        same(_sent(_sheet()), 1, 'included');
        same(holderOf(subjectOf(BKA, 1)), BKA, 'held');
    }

    function test_WhatIsNotItsSignatureLeavesNoTrace() public {
        Sheet memory sheet = _sheet();
        sheet.signature[5] ^= 0x01;
        same(_sent(sheet), 0, 'changed');
        sheet = _sheet();
        sheet.signature = bytes.concat(sheet.signature, hex'00');
        same(_sent(sheet), 0, 'longer');
        sheet.signature = '';
        same(_sent(sheet), 0, 'none');
        sheet.signature = new bytes(64);
        same(_sent(sheet), 0, 'zeros');
        sheet = _sheet();
        bytes memory signature = sheet.signature;
        assembly {
            let s := mload(add(signature, 0x40))
            mstore(add(signature, 0x40), sub(0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551, s))
        }
        same(_sent(sheet), 0, 'the other s');
    }

    function test_TooLittleGasForAVerifierRevertsTheBatch() public {
        Sheet[] memory batch = new Sheet[](1);
        batch[0] = _sheet();
        vm.expectRevert(IConsortium.GasTooLow.selector);
        custody.submit{gas: 1_000_000}(batch);
    }

    function test_VerifyingInSolidityFitsWhatAVerifierMaySpend() public {
        for (uint256 i = 1; i <= 8; ++i) {
            uint256 privateKey = uint256(keccak256(abi.encode(i)));
            (uint256 x, uint256 y) = vm.publicKeyP256(privateKey);
            (bytes32 r, bytes32 s) = vm.signP256(privateKey, bytes32(i));
            uint256 order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551;
            if (uint256(s) > order / 2) s = bytes32(order - uint256(s));
            uint256 before = gasleft();
            yes(P256.verifySolidity(bytes32(i), r, s, bytes32(x), bytes32(y)), 'verified');
            yes(before - gasleft() < 700_000, 'with room');
        }
    }

    /// @dev A ledger whose first member has a P-256 or WebAuthn key.
    function _with(uint8 scheme, address p256, address webauthn) private returns (Consortium other, bytes32 id) {
        Founding memory founding = abi.decode(ledger.founding(), (Founding));
        Key memory key = ledger.newKey(2, 4343, 1);
        key.scheme = scheme;
        founding.members[0].key = key;
        other = new Consortium(abi.encode(founding), '', p256, webauthn);
        id = ledger.idOf(key);
    }

    function _proves(uint8 scheme, address p256, address webauthn, bytes memory signature) private returns (bool) {
        (Consortium other, bytes32 id) = _with(scheme, p256, webauthn);
        (uint256 info, uint256 participant) = other.authenticate(id, 'hash', signature);
        yes((info == 0) == (participant == 0), 'both or none');
        return info != 0;
    }

    function test_WithoutVerifiersNothingIsProven() public {
        yes(!_proves(2, address(0), address(1), new bytes(64)), 'P-256');
        yes(!_proves(3, address(1), address(0), new bytes(64)), 'WebAuthn');
        yes(!_proves(2, address(0xdead), address(0), new bytes(64)), 'no contract');
    }

    function test_AVerifierThatFailsProvesNothing() public {
        for (uint256 i; i < 6; ++i) {
            Verifier verifier = new Verifier(Verifier.Does(i));
            yes(_proves(2, address(verifier), address(0), new bytes(64)) == (i == 0), 'P-256');
            yes(_proves(3, address(0), address(verifier), new bytes(100)) == (i == 0), 'WebAuthn');
            yes(!_proves(2, address(verifier), address(0), new bytes(65)), '64 bytes, no more');
        }
    }
}
