// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice A statement in memory. The first 17 words are just what EIP-712 hashes, so that a digest is one keccak256
/// over them; therefore all fields are whole words.
/// @param carried Which of the fields are there that an act may lack: bit set of `Carried`.
/// @param listOffset Where the words of the list begin in calldata.
/// @param listLength How many there are.
/// @param digest The statement's; at a position that holds only a digest, that.
struct Statement {
    bytes32 typeHash;
    bytes32 subject;
    bytes32 previous;
    uint256 act;
    uint256 code;
    uint256 participant;
    bytes32 key;
    uint256 recipient;
    bytes32 recipientKey;
    bytes32 agreement;
    bytes32 request;
    bytes32 reference_; // `reference` is reserved in Solidity
    uint256 purpose;
    uint256 restrictions;
    bytes32 record;
    uint256 time;
    uint256 expires;
    uint256 carried;
    uint256 listOffset;
    uint256 listLength;
    bytes32 digest;
}

/// @notice The fields that a statement may carry or not. The first five are the bits of the wire form.
library Carried {
    uint256 internal constant RECIPIENT_KEY = 1;
    uint256 internal constant AGREEMENT = 2;
    uint256 internal constant REQUEST = 4;
    uint256 internal constant REFERENCE = 8;
    uint256 internal constant LIST = 16;
    uint256 internal constant RECIPIENT = 32;
    uint256 internal constant PURPOSE = 64;
    uint256 internal constant RESTRICTIONS = 128;
}

/// @notice Wire form and hashes of statements and sheets: docs/protocol.md 2.
library Statements {
    uint256 internal constant MOST_POSITIONS = 256;

    bytes32 private constant STATEMENT_TYPE =
        keccak256(
            "Statement(bytes32 subject,bytes32 previous,uint8 act,uint16 code,uint32 participant,bytes32 key,uint32 recipient,bytes32 recipientKey,bytes32 agreement,bytes32 request,bytes32 reference,uint16 purpose,uint16 restrictions,bytes32 record,uint40 time,uint40 expires)"
        );
    bytes32 private constant SHEET_TYPE =
        keccak256(
            "Sheet(Statement[] statements)Statement(bytes32 subject,bytes32 previous,uint8 act,uint16 code,uint32 participant,bytes32 key,uint32 recipient,bytes32 recipientKey,bytes32 agreement,bytes32 request,bytes32 reference,uint16 purpose,uint16 restrictions,bytes32 record,uint40 time,uint40 expires)"
        );
    bytes32 private constant DOMAIN_TYPE = keccak256("EIP712Domain(string name,string version,bytes32 salt)");

    /// @dev A position that holds only a digest: a zero byte and the digest.
    uint256 private constant DIGEST_SIZE = 33;
    /// @dev A statement without the words that may be absent.
    uint256 private constant LEAST_SIZE = 122;

    /// @notice The EIP-712 domain of a ledger.
    function domain(bytes32 foundingHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(DOMAIN_TYPE, keccak256("Unbroken"), keccak256("1"), foundingHash));
    }

    /// @notice What the key of a sheet signs.
    function signedHash(bytes32 domain_, bytes32[] memory digests) internal pure returns (bytes32) {
        bytes32 sheet = keccak256(abi.encode(SHEET_TYPE, keccak256(abi.encodePacked(digests))));
        return keccak256(abi.encodePacked(hex"1901", domain_, sheet));
    }

    /// @notice The digests of a sheet, in order; none if the sheet is unreadable.
    /// @param scratch Is left with the last statement.
    function digestsOf(
        bytes calldata wire,
        bytes32 key,
        Statement memory scratch
    ) internal pure returns (bytes32[] memory digests) {
        scratch.typeHash = STATEMENT_TYPE;
        scratch.key = key;
        uint256 most = wire.length / DIGEST_SIZE;
        if (most > MOST_POSITIONS) most = MOST_POSITIONS;
        digests = new bytes32[](most);
        uint256 count;
        uint256 acts;
        uint256 position;
        while (position < wire.length) {
            position = read(wire, position, scratch);
            if (position == 0 || count == most) return new bytes32[](0);
            digests[count] = scratch.digest;
            acts |= scratch.act;
            unchecked {
                ++count; // at most 256
            }
        }
        // Nothing to judge: no statement at all.
        if (acts == 0) count = 0;
        assembly ("memory-safe") {
            mstore(digests, count) // shrinks the array to what was read
        }
    }

    /// @notice Reads what stands at a position, and hashes it.
    /// @param statement Is filled, all but type hash and key; `act` 0: only a digest stands there.
    /// @return next The position after it; 0: unreadable.
    function read(
        bytes calldata wire,
        uint256 position,
        Statement memory statement
    ) internal pure returns (uint256 next) {
        unchecked {
            // No sum overflows: positions are below the size of calldata.
            uint256 left = wire.length - position;
            if (left < DIGEST_SIZE) return 0;
            uint256 offset;
            assembly ("memory-safe") {
                offset := add(wire.offset, position)
            }
            uint256 front = uint256(_word(offset));
            statement.act = front >> 248;
            if (front >> 248 == 0) {
                statement.digest = _word(offset + 1);
                return position + DIGEST_SIZE;
            }
            uint256 present = uint8(front >> 240);
            if (left < LEAST_SIZE || present > 31 || present >= Carried.REFERENCE | Carried.LIST) return 0;

            statement.code = uint16(front >> 224);
            statement.participant = uint32(front >> 192);
            uint256 recipient = uint32(front >> 160);
            uint256 purpose = uint16(front >> 144);
            uint256 restrictions = uint16(front >> 128);
            statement.recipient = recipient;
            statement.purpose = purpose;
            statement.restrictions = restrictions;
            statement.time = uint40(front >> 88);
            statement.expires = uint40(front >> 48);
            statement.subject = _word(offset + 26);
            statement.previous = _word(offset + 58);
            statement.record = _word(offset + 90);

            statement.carried =
                present |
                (recipient == 0 ? 0 : Carried.RECIPIENT) |
                (purpose == 0 ? 0 : Carried.PURPOSE) |
                (restrictions == 0 ? 0 : Carried.RESTRICTIONS);

            next = _readRest(statement, present, offset + LEAST_SIZE);
            // Words beyond the end were read as whatever stands there; the sheet is thrown away then.
            if (next == 0 || next > offset + left) return 0;
            next = next - offset + position;
            statement.digest = _hash(statement);
        }
    }

    /// @dev The words that may be absent, and the list.
    /// @return Where they end in calldata; 0: unreadable.
    function _readRest(Statement memory statement, uint256 present, uint256 offset) private pure returns (uint256) {
        statement.listLength = 0;
        statement.recipientKey = 0;
        statement.agreement = 0;
        statement.request = 0;
        statement.reference_ = 0;
        if (present == 0) return offset;
        unchecked {
            if (present & Carried.RECIPIENT_KEY != 0) {
                if ((statement.recipientKey = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.AGREEMENT != 0) {
                if ((statement.agreement = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.REQUEST != 0) {
                if ((statement.request = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.REFERENCE != 0) {
                if ((statement.reference_ = _word(offset)) == 0) return 0;
                offset += 32;
            }
            if (present & Carried.LIST != 0) {
                uint256 length = uint256(_word(offset)) >> 248;
                if (length == 0) return 0;
                statement.listOffset = offset + 1;
                statement.listLength = length;
                statement.reference_ = keccak256(abi.encodePacked(list(statement)));
                offset += 1 + 32 * length;
            }
        }
        return offset;
    }

    /// @notice The words of the statement's list, in calldata.
    function list(Statement memory statement) internal pure returns (bytes32[] calldata words) {
        uint256 offset = statement.listOffset;
        uint256 length = statement.listLength;
        assembly ("memory-safe") {
            words.offset := offset
            words.length := length
        }
    }

    /// @dev Assembly, because Solidity would copy the 17 words before it hashes them.
    function _hash(Statement memory statement) private pure returns (bytes32 digest) {
        assembly ("memory-safe") {
            digest := keccak256(statement, 544)
        }
    }

    /// @dev Assembly, because slices would check bounds that `read` checks once for all.
    function _word(uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(offset)
        }
    }
}
