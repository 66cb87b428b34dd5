// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice The public key of a private key: SEC 2, curve secp256k1. The test runner tells only the address.
/// @dev Affine double-and-add: slow for big private keys, and the tests use small ones.
library Secp256k1 {
    uint256 private constant P = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F;
    uint256 private constant GX = 0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798;
    uint256 private constant GY = 0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8;

    function publicKey(uint256 privateKey) internal view returns (uint256 x, uint256 y) {
        (uint256 dx, uint256 dy) = (GX, GY);
        for (; privateKey != 0; privateKey >>= 1) {
            if (privateKey & 1 != 0) (x, y) = x == 0 ? (dx, dy) : _line(x, y, dx, dy, _slope(x, y, dx, dy));
            (dx, dy) = _line(dx, dy, dx, dy, _tangent(dx, dy));
        }
    }

    function _slope(uint256 ax, uint256 ay, uint256 bx, uint256 by) private view returns (uint256) {
        return mulmod(addmod(by, P - ay, P), _inverse(addmod(bx, P - ax, P)), P);
    }

    function _tangent(uint256 x, uint256 y) private view returns (uint256) {
        return mulmod(mulmod(3, mulmod(x, x, P), P), _inverse(addmod(y, y, P)), P);
    }

    /// @dev The third point on the line through two, mirrored.
    function _line(
        uint256 ax,
        uint256 ay,
        uint256 bx,
        uint256,
        uint256 slope
    ) private pure returns (uint256 x, uint256 y) {
        x = addmod(mulmod(slope, slope, P), P - addmod(ax, bx, P), P);
        y = addmod(mulmod(slope, addmod(ax, P - x, P), P), P - ay, P);
    }

    function _inverse(uint256 a) private view returns (uint256) {
        (, bytes memory answer) = address(5).staticcall(abi.encode(32, 32, 32, a, P - 2, P));
        return abi.decode(answer, (uint256));
    }
}
