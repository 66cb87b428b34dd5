// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {BKA, COURT, DCPJ, LAB, LedgerTest, Line, Reasons, Stated, Writing, vm} from "./support/LedgerTest.sol";

contract EvidenceTest is LedgerTest {
    bytes32 internal constant ITEM = bytes32((uint256(1) << 224) | 0xE1);

    function test_CollectOpensALineHeldByItsCollector() public {
        Stated memory s = collect(BKA, ITEM);
        s.restrictions = H1 | H3;
        bytes32 digest = includes(s);
        Line memory line = evidence(ITEM);
        same(line.head, digest, "head");
        same(line.anchor, keccak256(abi.encode(bytes32(0), digest, block.timestamp)), "anchor");
        same(line.state, (1 << 248) | (uint256(BKA) << 192) | (5 << 176) | (0xffff << 160), "state");
    }

    function test_AHandoffTakesTwo() public {
        includes(collect(BKA, ITEM));
        includes(release(BKA, ITEM, LAB));
        same(statusOf(ITEM), 2, "in transit");
        same(holderOf(ITEM), BKA, "the holder stays until acceptance");
        includes(accept(LAB, ITEM));
        same(statusOf(ITEM), 1, "held");
        same(holderOf(ITEM), LAB, "by the recipient");
    }
}
