// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice Up to eight different 4-byte numbers in one word, filled from the most significant end. Zero is no number.
library Numbers {
    /// @notice More than eight do not fit.
    uint256 internal constant MOST = 8;

    function only(uint256 number) internal pure returns (uint256) {
        return number << 224;
    }

    function contains(uint256 set, uint256 number) internal pure returns (bool) {
        for (; set != 0; set <<= 32) {
            if (set >> 224 == number) return true;
        }
        return false;
    }

    /// @notice Adds those of `more` that `set` lacks, behind, in their order.
    /// @return union The numbers of both.
    /// @return fits Whether they are at most eight; if not, `union` is short of some.
    function merge(uint256 set, uint256 more) internal pure returns (uint256 union, bool fits) {
        union = set;
        for (; more != 0; more <<= 32) {
            uint256 number = more >> 224;
            if (contains(union, number)) continue;
            if (uint32(union) != 0) return (union, false);
            union |= number << (224 - 32 * _count(union));
        }
        fits = true;
    }

    function _count(uint256 set) private pure returns (uint256 count) {
        for (; set != 0; set <<= 32) ++count;
    }
}
