// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC721} from '@openzeppelin/contracts/token/ERC721/ERC721.sol';

/// @notice Custody as a token, as it is often proposed: an item is a token, a handoff its transfer. It knows no second
/// signature, no lawful basis and no state. A peer to measure against, nothing else.
contract CustodyToken is ERC721 {
    constructor() ERC721('Custody', 'CUST') {}

    function collect(uint256 item) external {
        _mint(msg.sender, item);
    }
}
