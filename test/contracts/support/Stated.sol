// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A statement as people think of it: the sixteen fields, and the list that travels beside it.
struct Stated {
    bytes32 subject;
    bytes32 previous;
    uint8 act;
    uint16 code;
    uint32 participant;
    bytes32 key;
    uint32 recipient;
    bytes32 recipientKey;
    bytes32 agreement;
    bytes32 request;
    bytes32 reference_;
    uint16 purpose;
    uint16 restrictions;
    bytes32 record;
    uint40 time;
    uint40 expires;
    bytes32[] list;
}

/// @notice Hashes and encodings of statements, written from docs/protocol.md 2 and from EIP-712 alone: nothing here
/// comes from the contracts, so that an error of theirs shows.
library Writing {
    string internal constant STATEMENT =
        'Statement(bytes32 subject,bytes32 previous,uint8 act,uint16 code,uint32 participant,bytes32 key,uint32 recipient,bytes32 recipientKey,bytes32 agreement,bytes32 request,bytes32 reference,uint16 purpose,uint16 restrictions,bytes32 record,uint40 time,uint40 expires)';

    function referenceOf(Stated memory s) internal pure returns (bytes32) {
        return s.list.length == 0 ? s.reference_ : keccak256(abi.encodePacked(s.list));
    }

    function digest(Stated memory s) internal pure returns (bytes32) {
        bytes memory front = abi.encode(
            keccak256(bytes(STATEMENT)),
            s.subject,
            s.previous,
            s.act,
            s.code,
            s.participant,
            s.key,
            s.recipient,
            s.recipientKey
        );
        bytes memory back = abi.encode(
            s.agreement,
            s.request,
            referenceOf(s),
            s.purpose,
            s.restrictions,
            s.record,
            s.time,
            s.expires
        );
        return keccak256(bytes.concat(front, back));
    }

    function domain(bytes32 foundingHash) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256('EIP712Domain(string name,string version,bytes32 salt)'),
                    keccak256('Unbroken'),
                    keccak256('1'),
                    foundingHash
                )
            );
    }

    function sheetHash(bytes32 domain_, bytes32[] memory each) internal pure returns (bytes32) {
        bytes32 sheetType = keccak256(bytes(string.concat('Sheet(Statement[] statements)', STATEMENT)));
        bytes32 structHash = keccak256(abi.encode(sheetType, keccak256(abi.encodePacked(each))));
        return keccak256(bytes.concat(hex'1901', domain_, structHash));
    }

    /// @notice The wire form of one statement.
    function wire(Stated memory s) internal pure returns (bytes memory) {
        return bytes.concat(wireFront(s, present(s)), wireBack(s));
    }

    /// @notice The wire form of a position of which only the digest is sent.
    function wire(bytes32 digest_) internal pure returns (bytes memory) {
        return abi.encodePacked(uint8(0), digest_);
    }

    function present(Stated memory s) internal pure returns (uint8) {
        return
            (s.recipientKey != 0 ? 1 : 0) +
            (s.agreement != 0 ? 2 : 0) +
            (s.request != 0 ? 4 : 0) +
            (s.list.length == 0 && s.reference_ != 0 ? 8 : 0) +
            (s.list.length != 0 ? 16 : 0);
    }

    function wireFront(Stated memory s, uint8 present_) internal pure returns (bytes memory) {
        return
            bytes.concat(
                abi.encodePacked(s.act, present_, s.code, s.participant, s.recipient, s.purpose, s.restrictions),
                abi.encodePacked(s.time, s.expires, s.subject, s.previous, s.record)
            );
    }

    function wireBack(Stated memory s) internal pure returns (bytes memory back) {
        if (s.recipientKey != 0) back = bytes.concat(back, s.recipientKey);
        if (s.agreement != 0) back = bytes.concat(back, s.agreement);
        if (s.request != 0) back = bytes.concat(back, s.request);
        if (s.list.length != 0) {
            back = bytes.concat(back, abi.encodePacked(uint8(s.list.length)), abi.encodePacked(s.list));
        } else if (s.reference_ != 0) {
            back = bytes.concat(back, s.reference_);
        }
    }

    function wire(Stated[] memory all) internal pure returns (bytes memory together) {
        for (uint256 i; i < all.length; ++i) together = bytes.concat(together, wire(all[i]));
    }

    function digests(Stated[] memory all) internal pure returns (bytes32[] memory each) {
        each = new bytes32[](all.length);
        for (uint256 i; i < all.length; ++i) each[i] = digest(all[i]);
    }
}
